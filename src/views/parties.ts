import type { Db } from '../db/schema.ts';
import { folded } from '../shapes/folded.ts';
import type { NamedPartyData } from '../shapes/record-data.ts';
import { mapInTurns } from '../turns.ts';
import { bytewise } from './bytewise.ts';
import { partiesOf, spellings } from './divided.ts';
import { type CountedScope, countedRows, facetsNamed } from './milestone-rows.ts';
import { partyNamesAt } from './party-names.ts';

/** A party of standing milestones: how many it signed, and when. */
export interface FoundParty {
  /** The name that stands for it, folded. */
  key: string;
  mous: number;
  projects: number;
  /** Of those with a date, the earliest day that the first may have happened on, and the latest of the last; null: nobody knows. */
  first: string | null;
  last: string | null;
  /** The position of the last version that names it. */
  newest: number;
  /** Its names in them, folded. */
  names: Set<string>;
  /** What it is called, where several names mean it. */
  named: NamedPartyData | undefined;
}

/**
 * The parties of an initiative, or of all standing initiatives, in the order of their folded names. The names are those in the
 * facets, which have no persons. withNames: also those that have names and no milestones.
 */
export async function partiesAt(
  db: Db,
  position: number,
  of: CountedScope,
  withNames = false,
): Promise<FoundParty[]> {
  const names = await partyNamesAt(db, position);
  const parties = new Map<string, FoundParty>();
  const partyOf = (key: string): FoundParty => {
    const party = parties.get(key) ?? {
      key,
      mous: 0,
      projects: 0,
      first: null,
      last: null,
      newest: 0,
      names: new Set<string>(),
      named: names.partyOf(key),
    };
    parties.set(key, party);
    return party;
  };
  for await (const rows of countedRows(db, position, of, ['mou', 'project']))
    await mapInTurns(rows, (row) => {
      const { earliest: first, latest: last } = row;
      for (const [key, found] of Map.groupBy(facetsNamed('party', row), (name) => names.keyOf(name))) {
        const party = partyOf(key);
        for (const name of found) party.names.add(name);
        party[row.kind === 'mou' ? 'mous' : 'projects'] += 1;
        if (last !== null) {
          // Only where all before it have no date, there is no last day.
          if (party.last === null || (party.first !== null && (first ?? '') < party.first))
            party.first = first;
          if (party.last === null || last > party.last) party.last = last;
        }
        party.newest = Math.max(party.newest, row.position);
      }
    });
  if (withNames)
    for (const named of names.parties) {
      const party = partyOf(folded(named.name));
      for (const name of named.aliases) party.names.add(folded(name));
    }
  return [...parties.values()].sort((a, b) => bytewise(a.key, b.key));
}

/**
 * Parties as answers show them: under the name that was given to them, with the other names that they have in these milestones, or
 * else under the name that the newest of their milestones gives them.
 */
export async function partyViews(db: Db, parties: readonly FoundParty[]): Promise<object[]> {
  const used = parties.flatMap(({ key, newest, named }) => (named ? [] : [[key, newest] as const]));
  const spelled = await spellings(db, used, partiesOf);
  return parties.map(({ key, mous, projects, first, last, names, named }) => ({
    name: named?.name ?? spelled.get(key) ?? key,
    ...(named && { aliases: named.aliases.filter((alias) => names.has(folded(alias))) }),
    ...(named?.country !== undefined && { country: named.country }),
    mous,
    projects,
    first,
    last,
  }));
}
