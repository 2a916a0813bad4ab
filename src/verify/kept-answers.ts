import type { AnswerExtra, AnsweredItem } from '../ledger/facts.ts';
import type { Findings } from './findings.ts';
import type { StandsFor, StoredLedger, Turn } from './stored-ledger.ts';

/** Kept answers, against the events that they stand for. Their keyed fingerprints can't be computed again. */
export async function checkKeptAnswers(
  ledger: StoredLedger,
  findings: Findings,
  last: number,
  turn: Turn,
): Promise<void> {
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const rows = await ledger.keptAnswers(after, last);
    for (const row of rows) {
      after = row.id;
      const fault = await faultOf(row, ledger);
      if (fault)
        findings.add('kept-answer-differs', row.first_position, `The kept answer ${row.id} ${fault}.`);
    }
    if (rows.length === 0) return;
    await turn();
  }
}

async function faultOf(row: StandsFor, ledger: StoredLedger): Promise<string | undefined> {
  const { first_position: first, last_position: last } = row;
  if (first < 1 || last < first) return `has no range: ${first} to ${last}`;
  if (row.events !== last - first + 1) return `stands for events that are not there`;
  if (row.own !== row.events) return `stands for events of another initiative`;
  if (row.at_once !== row.events) return `stands for events that were not recorded at its time`;
  if (row.extra === null) return undefined;
  const items = itemsOf(row.extra);
  if (!items) return `can't be read`;
  const before = items.flatMap(([, position, replayed]) => (replayed === 1 ? [position] : []));
  const leaves = before.length === 0 ? new Map() : await ledger.leavesAt(before);
  const wrong = items.find(([, position, replayed]) =>
    replayed === 1 ? !leaves.has(position) : position < first || position > last,
  );
  return wrong && `names position ${wrong[1]}, which it can't stand for`;
}

function itemsOf(extra: string): AnsweredItem[] | undefined {
  try {
    // As this ledger writes it; what is not so is found here.
    const { items = [] } = JSON.parse(extra) as AnswerExtra;
    return items.every(([, position]) => Number.isSafeInteger(position)) ? items : undefined;
  } catch {
    return undefined;
  }
}
