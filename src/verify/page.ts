import type { RecordRow } from '../db/schema.ts';
import type { CountedEvent } from '../projections/snapshots-fold.ts';
import type { Contribution } from '../projections/tally.ts';
import { answered } from '../shapes/asking.ts';
import { type CheckedRow, checkedColumns, EventCheck, lastEventUpTo } from './events.ts';
import { type Finding, Findings } from './findings.ts';
import { type HashedPage, hashed, type Range, rowsIn } from './hashed-page.ts';
import { type Erasure, erasuresOf, type Mention, mentionsOf } from './openings.ts';
import type { TableReader } from './reader.ts';
import { type ComparedRecords, type PlacedEvent, RecordsPage } from './records.ts';
import { checkSearch } from './search-index.ts';

/** What a page of the log comes to by itself. Pages may be checked in any order, and beside each other. */
export interface CheckedPage extends HashedPage {
  /** undefined: only hashes were wanted. */
  whole?: WholePage;
}

export interface WholePage {
  mentions: Mention[];
  erasures: Erasure[];
  /** The first ones, and how many there are. */
  findings: Finding[];
  count: number;
  records: ComparedRecords;
  /** Of the events that could be folded, in order, what they changed in counts. */
  counted: CountedEvent[];
  /** Of the last event that could be read, here or before; milliseconds, 0 before the first. */
  recordedAt: number;
}

export interface Checks {
  hashesOnly: boolean;
  /** The position of the last snapshot: what later events changed in counts is not asked. */
  countedTo: number;
}

/** doubted: positions of rows of `records` before the page that are known to be wrong. */
export async function wholePage(
  reader: TableReader,
  range: Range,
  { countedTo }: Checks,
  doubted: ReadonlySet<number> = new Set(),
): Promise<CheckedPage> {
  const { after } = range;
  const rows = await rowsIn<CheckedRow>(reader, range, checkedColumns);
  const findings = new Findings();
  const check = new EventCheck(findings, await lastEventUpTo(after, reader));
  const erasures: Erasure[] = [];
  const events: PlacedEvent[] = [];
  let last = after;
  for (const row of rows) {
    const { position } = row;
    // Of two of one position, which the tree finds, the first one counts.
    if (position === last) continue;
    last = position;
    const event = check.check(row);
    if (!event) continue;
    if (event.erased) erasures.push(...erasuresOf(position, event));
    events.push({ position, event });
  }
  const records = new RecordsPage(findings, doubted);
  const folded = await answered(records.compare(events), reader.rows);
  await answered(checkSearch(range, folded, findings), reader.rows);
  const whole: WholePage = {
    mentions: rows.flatMap(mentionsOf),
    erasures,
    findings: findings.kept,
    count: findings.count,
    records: records.compared,
    counted: folded.flatMap(({ row, before }) =>
      row.position > countedTo
        ? []
        : {
            position: row.position,
            initiativeId: row.initiative_id,
            before: before && contributionIn(before.row),
            after: contributionIn(row),
          },
    ),
    recordedAt: check.last.recordedAt === '' ? 0 : Date.parse(check.last.recordedAt),
  };
  return { ...hashed(rows), whole };
}

/** Little of a row goes from one thread to another. */
const contributionIn = (row: RecordRow): Contribution => ({
  kind: row.kind,
  standing: row.standing,
  named: row.named,
  meeting_id: row.meeting_id,
  keys: row.keys,
  earliest: row.earliest,
  latest: row.latest,
});
