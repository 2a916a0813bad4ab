import { commitmentOf } from '../ledger/people.ts';
import type { Findings } from './findings.ts';
import type { StoredLedger, Turn } from './stored-ledger.ts';

/** The names of persons, against their commitments. A name that is not there was erased, which is no difference. */
export async function checkOpenings(
  ledger: StoredLedger,
  findings: Findings,
  size: number,
  turn: Turn,
): Promise<void> {
  for (let after = ''; ; ) {
    const rows = await ledger.openings(after);
    const leaves = await ledger.leavesAt(rows.map(({ position }) => position));
    for (const { commitment, position, salt, name } of rows) {
      after = commitment;
      const leaf = leaves.get(position);
      // Recorded since this began.
      if (position > size && leaf !== undefined) continue;
      // Commitments may be shown, names may not.
      const short = `${commitment.slice(0, 16)}…`;
      if (commitmentOf(salt, name) !== commitment)
        findings.add('opening-wrong', position, `The name kept for ${short} is not the one committed to.`);
      if (!leaf?.includes(`"commitment":"${commitment}"`))
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
