import type { AnswerExtra } from '../ledger/facts.ts';
import type { Findings } from './findings.ts';
import type { KeptAnswerRow, LedgerFile, Turn } from './ledger-file.ts';

/** Kept answers, against the events that they stand for. Their keyed fingerprints can't be computed again. */
export async function checkKeptAnswers(
  file: LedgerFile,
  findings: Findings,
  last: number,
  turn: Turn,
): Promise<void> {
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const rows = file.keptAnswers(after, last);
    for (const row of rows) {
      after = row.id;
      const fault = faultOf(row, file);
      if (fault)
        findings.add('kept-answer-differs', row.first_position, `The kept answer ${row.id} ${fault}.`);
    }
    if (rows.length === 0) return;
    await turn();
  }
}

function faultOf(row: KeptAnswerRow, file: LedgerFile): string | undefined {
  const { initiative_id, recorded_at, first_position: first, last_position: last } = row;
  if (first < 1 || last < first) return `has no range: ${first} to ${last}`;
  const range = file.rangeOf(initiative_id, recorded_at, first, last);
  if (!range || range.events !== last - first + 1) return `stands for events that are not there`;
  if (range.own !== range.events) return `stands for events of another initiative`;
  if (range.at_once !== range.events) return `stands for events that were not recorded at its time`;
  if (row.extra === null) return undefined;
  let extra: AnswerExtra;
  try {
    // As this ledger writes it; what is not so fails below.
    extra = JSON.parse(row.extra) as AnswerExtra;
    for (const [, position, replayed] of extra.items ?? []) {
      const isWithin = position >= first && position <= last;
      if (replayed === 1 ? file.leafAt(position) === undefined : !isWithin)
        return `names position ${position}, which it can't stand for`;
    }
  } catch {
    return `can't be read`;
  }
  return undefined;
}
