import type { Database } from '../db/schema.ts';
import { columnFaults } from '../projections/differences.ts';
import type { Folded } from '../projections/record-fold.ts';
import { searchVersion, segmentOf } from '../projections/search-segment.ts';
import { type Asking, ask } from '../shapes/asking.ts';
import { facetsOf, wordsOf } from '../shapes/facets.ts';
import { searchedRows, searchState } from '../store/rebuild/search-fill.ts';
import type { Findings } from './findings.ts';

/** The positions after one, up to another. */
interface Page {
  after: number;
  to: number;
}

const remedy = 'The command rebuild has it filled anew.';

/**
 * Compares what the search index has of a page of the log with what the events make of it, and the segments that end in the page with
 * the texts and the records that they were made of: those before the page are compared with theirs. What it does not have is searched
 * one by one, so only what was changed or taken out is wrong.
 */
export function* checkSearch(page: Page, folded: readonly Folded[], findings: Findings): Asking<void> {
  const before = yield* searchState();
  // Nobody reads what another version filled, and the next service fills it anew.
  if (before.version !== searchVersion) return;
  const faults = [...(yield* textFaults(page, folded, before.texts)), ...(yield* segmentFaults(page))];
  // It may be filled anew beside this.
  const { generation } = yield* searchState();
  if (generation !== before.generation) return;
  for (const { position, detail } of faults) findings.add('search-differs', `${detail} ${remedy}`, position);
}

interface Fault {
  position: number;
  detail: string;
}

function* textFaults({ after, to }: Page, folded: readonly Folded[], last: number): Asking<Fault[]> {
  const rows = yield* ask<Database['search_texts']>(
    'select * from search_texts where position > $1 and position <= $2',
    after,
    to,
  );
  const stored = new Map(rows.map((row) => [row.position, row]));
  return folded.flatMap(({ row: { position }, version: { record } }): Fault[] => {
    const row = stored.get(position);
    if (!row) return position > last ? [] : [{ position, detail: 'The search index lacks its texts.' }];
    const made = { facets: facetsOf(record), words: wordsOf(record) };
    const fault = columnFaults(['facets', 'words'], row, made);
    return fault === undefined ? [] : [{ position, detail: `Of its texts in the search index ${fault}.` }];
  });
}

function* segmentFaults({ after, to }: Page): Asking<Fault[]> {
  const faults: Fault[] = [];
  const segments = yield* ask<Database['search_segments']>(
    'select * from search_segments where last > $1 and last <= $2 order by last',
    after,
    to,
  );
  for (const stored of segments) {
    const { first, last } = stored;
    const add = (detail: string): void =>
      void faults.push({ position: last, detail: `The search index from ${first} to ${last} ${detail}` });
    const [before] = yield* ask<{ last: number | null }>(
      'select max(last) as last from search_segments where last < $1',
      last,
    );
    if (first !== (before?.last ?? 0) + 1) {
      add('does not begin behind the one before.');
      continue;
    }
    const made = segmentOf(yield* searchedRows(first - 1, last));
    const columns = segmentColumns.filter((column) => !isSame(stored[column], made.row[column]));
    if (columns.length > 0) add(`has other values in ${columns.join(' and ')} than its records make.`);
    const postings = yield* ask<Pick<Database['search_postings'], 'token' | 'places'>>(
      'select token, places from search_postings where last = $1',
      last,
    );
    const places = new Map(postings.map((row) => [row.token, row.places]));
    const differing = made.postings.filter((one) => !isSame(places.get(one.token), one.places)).length;
    const extra = places.size - made.postings.filter(({ token }) => places.has(token)).length;
    if (differing + extra > 0) add(`has ${differing + extra} other entries than its records make.`);
  }
  return faults;
}

const segmentColumns = [
  'last',
  'first',
  'initiatives',
  'initiative_of',
  'days',
  'later',
  'by_title',
  'by_party',
] as const satisfies (keyof Database['search_segments'])[];

const isSame = (
  one: Uint8Array | string | number | undefined,
  other: Uint8Array | string | number,
): boolean =>
  one instanceof Uint8Array && other instanceof Uint8Array ? Buffer.compare(one, other) === 0 : one === other;

/** What belongs to no event, or to no segment, and the row that says who filled it. */
export function* checkRestOfSearch(findings: Findings): Asking<void> {
  const ids = yield* ask<{ id: number }>('select id from search_index');
  if (ids.length !== 1 || ids[0]?.id !== 1)
    findings.add('ledger-differs', 'Not one row alone says who filled the search index.');
  const before = yield* searchState();
  if (before.version !== searchVersion) return;
  const extra = yield* ask<{ position: number; of: string }>(
    `select position, 'text' as of from search_texts where position < 1 or position > (select max(position) from events)
      union all select last, 'segment' from search_segments where last < 1 or last > (select max(position) from events)
      union all select last, 'entry' from (select distinct last from search_postings) as entries
        where last <= (select max(last) from search_segments) and last not in (select last from search_segments)
      order by position limit 100`,
  );
  const { generation, texts, segments } = yield* searchState();
  if (generation !== before.generation) return;
  for (const { position, of } of extra)
    findings.add('search-differs', `A ${of} of the search index belongs to no event. ${remedy}`, position);
  if (segments > texts)
    findings.add('search-differs', `The search index lacks texts behind ${texts}. ${remedy}`, texts);
}
