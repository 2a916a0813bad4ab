import type { Visible } from '../access/visible.ts';
import type { Db, RecordRow } from '../db/schema.ts';
import { facetLine } from '../shapes/facets.ts';
import { textsMatch, type Wanted } from '../shapes/record-filter.ts';
import { retractedInitiatives } from './initiatives.ts';
import { doublesOf } from './overall.ts';
import { matching, searchedSlices } from './record-rows.ts';
import { orderOf, stateBytes } from './records.ts';
import { textsOf } from './texts.ts';

const columns = [
  'position',
  'initiative_id',
  'record_id',
  'kind',
  'meeting_id',
  'earliest',
  'latest',
] as const satisfies (keyof RecordRow)[];

export type CountedKind = 'mou' | 'project' | 'meeting';

/** What is divided and listed of a record that counts. */
export type CountedRow = Pick<RecordRow, (typeof columns)[number]> & { kind: CountedKind; facets: string };

/** One initiative, or all standing ones that may be seen. */
export type CountedScope = { initiativeId: string } | { visible: Visible };

/**
 * The standing records of some kinds that count and that filters want, in slices. Over all initiatives a milestone that several of them record counts
 * once, as the one recorded first.
 */
export async function* countedRows(
  db: Db,
  position: number,
  of: CountedScope,
  kinds: CountedKind[],
  wanted: Wanted = { lines: [], cut: {} },
): AsyncGenerator<CountedRow[]> {
  const isOfAll = 'visible' in of;
  const scope = isOfAll ? of : { ...of, kinds };
  const counts = isOfAll ? await countingOnce(db, of.visible, position) : () => true;
  // Which initiatives stand is known here already.
  const asked = { db, position, scope, wanted: { ...wanted, standing: undefined } };
  const query = matching(asked)
    .select([...columns, stateBytes.as('bytes')])
    .where('kind', 'in', kinds)
    .where('standing', '=', 1);
  for await (const { from, to } of searchedSlices(asked, { from: 0, to: position })) {
    const found = await query.where(orderOf(scope), '>', from).where(orderOf(scope), '<=', to).execute();
    // The query asked for these kinds.
    const rows = (found as (Omit<CountedRow, 'facets'> & { bytes: number })[]).filter(counts);
    for await (const portion of textsOf(db, rows))
      yield portion.flatMap(([row, texts]) =>
        textsMatch(texts, wanted) ? { ...row, facets: texts.facets } : [],
      );
  }
}

/** Tells which records count over all: neither those of retracted initiatives, nor those that another record counts for. */
async function countingOnce(db: Db, visible: Visible, position: number) {
  const retracted = await retractedInitiatives(db, visible, position);
  const doubles = await doublesOf(db, visible, position, retracted);
  const positions = new Set(doubles.map((double) => double.position));
  return (row: Pick<CountedRow, 'position' | 'initiative_id'>) =>
    !retracted.has(row.initiative_id) && !positions.has(row.position);
}

/** The folded values that a record's facets have under a name. */
export function* facetsNamed(name: string, { facets }: CountedRow): Generator<string> {
  const line = `\n${facetLine(name, '')}`;
  for (let at = facets.indexOf(line); at !== -1; at = facets.indexOf(line, at + 1)) {
    const begin = at + line.length;
    yield facets.slice(begin, facets.indexOf('\n', begin));
  }
}
