import { commitmentOf } from '../ledger/people.ts';
import type { Findings } from './findings.ts';
import type { LedgerFile, Turn } from './ledger-file.ts';

/** The names of persons, against their commitments. A name that is not there was erased, which is no difference. */
export async function checkOpenings(
  file: LedgerFile,
  findings: Findings,
  size: number,
  turn: Turn,
): Promise<void> {
  for (let after = ''; ; ) {
    const rows = file.openings(after);
    for (const { commitment, position, salt, name } of rows) {
      after = commitment;
      // Recorded since this began.
      if (position > size && file.leafAt(position) !== undefined) continue;
      // Commitments may be shown, names may not.
      const short = `${commitment.slice(0, 16)}…`;
      if (commitmentOf(salt, name) !== commitment)
        findings.add('opening-wrong', position, `The name kept for ${short} is not the one committed to.`);
      if (!file.leafAt(position)?.includes(`"commitment":"${commitment}"`))
        findings.add(
          'opening-wrong',
          position,
          `The leaf does not mention ${short}, for which a name is kept.`,
        );
    }
    if (rows.length === 0) return;
    await turn();
  }
}
