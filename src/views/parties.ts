import { type SqlBool, sql } from 'kysely';
import type { Visible } from '../access/visible.ts';
import type { Db } from '../db/schema.ts';
import { facetLine } from '../projections/record-row.ts';
import { folded } from '../shapes/folded.ts';
import { mapInTurns } from '../turns.ts';
import { knownAt } from './at.ts';
import { bytewise } from './bytewise.ts';
import { retractedInitiatives } from './initiatives.ts';
import { doublesOf } from './overall.ts';
import { orderOf, recordsAt, slicesIn, stateBytes } from './records.ts';
import { listed } from './slices.ts';
import { registeredFor } from './visible.ts';

/** A party of standing milestones: how many it signed, and when. */
export interface FoundParty {
  /** The name, folded. */
  key: string;
  mous: number;
  projects: number;
  /** The earliest day that the first of them may have happened on, and the latest of the last; null: nobody knows. */
  first: string | null;
  last: string | null;
  /** The position of the last version that names it. */
  newest: number;
}

/**
 * The parties of an initiative, or of all standing initiatives, in the order of their folded names; over all, a milestone that several
 * initiatives record counts once. The names are those in the facets, which have no persons.
 */
export async function partiesAt(
  db: Db,
  position: number,
  of: { initiativeId: string } | { visible: Visible },
): Promise<FoundParty[]> {
  const isOfAll = 'visible' in of;
  const scope = isOfAll ? of : { ...of, kinds };
  const counts = isOfAll ? await countingOnce(db, of.visible, position) : () => true;
  const query = db
    .selectFrom('records')
    .select(['position', 'initiative_id', 'kind', 'earliest', 'latest', 'facets'])
    .where('kind', 'in', kinds)
    .where('standing', '=', 1)
    .where(knownAt(position))
    .where(
      isOfAll
        ? registeredFor(of.visible, 'records.initiative_id')
        : sql<SqlBool>`initiative_id = ${of.initiativeId}`,
    );
  const parties = new Map<string, FoundParty>();
  for await (const { from, to } of slicesIn(db, scope, { from: 0, to: position })) {
    const rows = await query.where(orderOf(scope), '>', from).where(orderOf(scope), '<=', to).execute();
    await mapInTurns(rows.filter(counts), (row) => {
      for (const key of partiesIn(row.facets)) {
        const { earliest: first, latest: last } = row;
        const party = parties.get(key) ?? { key, mous: 0, projects: 0, first, last, newest: 0 };
        parties.set(key, party);
        party[row.kind === 'mou' ? 'mous' : 'projects'] += 1;
        if (party.first !== null && (first ?? '') < party.first) party.first = first;
        if (party.last !== null && (last ?? '9') > party.last) party.last = last;
        party.newest = Math.max(party.newest, row.position);
      }
    });
  }
  return [...parties.values()].sort((a, b) => bytewise(a.key, b.key));
}

const kinds: ('mou' | 'project')[] = ['mou', 'project'];

/** Tells which records count over all: neither those of retracted initiatives, nor those that another record counts for. */
async function countingOnce(db: Db, visible: Visible, position: number) {
  const retracted = await retractedInitiatives(db, visible, position);
  const doubles = await doublesOf(db, visible, position, retracted);
  const positions = new Set(doubles.map((double) => double.position));
  return (row: { initiative_id: string; position: number }) =>
    !retracted.has(row.initiative_id) && !positions.has(row.position);
}

const partyLine = `\n${facetLine('party', '')}`;

/** The folded names of the parties that a record's facets have. */
function* partiesIn(facets: string): Generator<string> {
  for (let at = facets.indexOf(partyLine); at !== -1; at = facets.indexOf(partyLine, at + 1)) {
    const begin = at + partyLine.length;
    yield facets.slice(begin, facets.indexOf('\n', begin));
  }
}

/** Parties as answers show them, under the name that the newest of their milestones gives them. */
export async function partyViews(db: Db, parties: readonly FoundParty[]): Promise<object[]> {
  const rows = await db
    .selectFrom('records')
    .select(['position', stateBytes.as('bytes')])
    .where('position', 'in', listed(parties.map(({ newest }) => newest)))
    .execute();
  const records = await recordsAt(db, rows);
  const names = new Map<string, string>();
  // Of two spellings in one record the first is shown.
  for (const [i, { data }] of records.entries())
    for (const { name } of 'parties' in data ? (data.parties ?? []).toReversed() : [])
      if (typeof name === 'string') names.set(`${rows[i]?.position} ${folded(name)}`, name);
  return parties.map(({ key, newest, ...party }) => ({
    name: names.get(`${newest} ${key}`) ?? key,
    ...party,
  }));
}
