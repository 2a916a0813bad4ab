import { type Kysely, type SqlBool, sql } from 'kysely';
import type { Visible } from '../access/visible.ts';
import type { Database } from '../db/schema.ts';
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
export interface Party {
  name: string;
  mous: number;
  projects: number;
  /** The earliest day that the first of them may have happened on, and the latest of the last; null: nobody knows. */
  first: string | null;
  last: string | null;
}

/** What a party comes to, before its name is read from a record. */
export interface FoundParty extends Omit<Party, 'name'> {
  /** The name, folded. */
  key: string;
  /** The position of the last version that names it. */
  newest: number;
}

/**
 * The parties of an initiative, or of all standing initiatives, in the order of their folded names; over all, a milestone that several
 * initiatives record counts once. The names are those in the facets, which have no persons, so nothing but the index of records is read.
 */
export async function partiesAt(
  db: Kysely<Database>,
  position: number,
  of: { initiativeId: string } | { visible: Visible },
): Promise<FoundParty[]> {
  const scope = 'visible' in of ? of : { ...of, kinds };
  const left = 'visible' in of ? await leftOut(db, of.visible, position) : undefined;
  const query = db
    .selectFrom('records')
    .select(['position', 'initiative_id', 'kind', 'earliest', 'latest', 'facets'])
    .where('kind', 'in', kinds)
    .where('standing', '=', 1)
    .where(knownAt(position))
    .where(
      'visible' in of
        ? registeredFor(of.visible, 'records.initiative_id')
        : sql<SqlBool>`initiative_id = ${of.initiativeId}`,
    );
  const parties = new Map<string, FoundParty>();
  for await (const { from, to } of slicesIn(db, scope, { from: 0, to: position })) {
    const rows = await query.where(orderOf(scope), '>', from).where(orderOf(scope), '<=', to).execute();
    await mapInTurns(rows, (row) => {
      if (left?.initiatives.has(row.initiative_id) || left?.positions.has(row.position)) return;
      for (const key of partiesIn(row.facets)) {
        const party = parties.get(key) ?? {
          key,
          mous: 0,
          projects: 0,
          first: row.earliest,
          last: row.latest,
          newest: 0,
        };
        parties.set(key, party);
        party[row.kind === 'mou' ? 'mous' : 'projects'] += 1;
        if (party.first !== null && (row.earliest ?? '') < party.first) party.first = row.earliest;
        if (party.last !== null && (row.latest ?? '9') > party.last) party.last = row.latest;
        party.newest = Math.max(party.newest, row.position);
      }
    });
  }
  return [...parties.values()].sort((a, b) => bytewise(a.key, b.key));
}

const kinds: ('mou' | 'project')[] = ['mou', 'project'];

/** What does not count over all: what retracted initiatives record, and what another record counts for. */
async function leftOut(db: Kysely<Database>, visible: Visible, position: number) {
  const initiatives = await retractedInitiatives(db, visible, position);
  const doubles = await doublesOf(db, visible, position, initiatives);
  return { initiatives, positions: new Set(doubles.map((double) => double.position)) };
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
export async function partyViews(db: Kysely<Database>, parties: readonly FoundParty[]): Promise<Party[]> {
  const rows = await db
    .selectFrom('records')
    .select(['position', stateBytes.as('bytes')])
    .where('position', 'in', listed(parties.map(({ newest }) => newest)))
    .execute();
  const records = await recordsAt(db, rows);
  const names = new Map(
    rows.flatMap(({ position }, i) => {
      const { data } = records[i] ?? {};
      const named = data && 'parties' in data ? (data.parties ?? []) : [];
      // Of two spellings in one record the first.
      return named
        .toReversed()
        .flatMap(({ name }) =>
          typeof name === 'string' ? [[`${position} ${folded(name)}`, name] as const] : [],
        );
    }),
  );
  return parties.map(({ key, newest, ...party }) => ({
    name: names.get(`${newest} ${key}`) ?? key,
    ...party,
  }));
}
