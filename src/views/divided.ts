import type { Db } from '../db/schema.ts';
import { dimensions } from '../shapes/dimensions.ts';
import { folded } from '../shapes/folded.ts';
import type { PartyNames } from '../shapes/party-names.ts';
import { isMilestone, type LedgerRecord } from '../shapes/record.ts';
import type { DayCut, Wanted } from '../shapes/record-filter.ts';
import { whileDue } from '../turns.ts';
import { badQuery } from './at.ts';
import { bytewise } from './bytewise.ts';
import {
  type CountedKind,
  type CountedRow,
  type CountedScope,
  countedRows,
  facetsNamed,
} from './milestone-rows.ts';
import { partyNamesAt } from './party-names.ts';
import { recordsAt, stateBytes } from './records.ts';
import { listed } from './slices.ts';

/** A way to divide what counts. */
export interface Division {
  name: string;
  /** The keys of a row, folded, each once; a row without any counts under null. */
  keysOf(row: CountedRow, names: PartyNames): Iterable<string>;
  /** The keys as a record spells them. Absent: a key is shown as it is. */
  spelledBy?(record: LedgerRecord): readonly string[];
  /** Whether meetings have such keys, too. */
  ofMeetings?: true;
}

const byFacet = (name: string, spelledBy: (record: LedgerRecord) => readonly string[]): Division => ({
  name,
  keysOf: (row) => facetsNamed(name, row),
  spelledBy,
});

/** The names of parties but for persons, whose names are commitments. */
export const partiesOf = ({ data }: LedgerRecord): string[] =>
  'parties' in data ? (data.parties ?? []).flatMap(({ name }) => (typeof name === 'string' ? name : [])) : [];

export const divisions: readonly Division[] = [
  { name: 'party', keysOf: partyKeys, spelledBy: partiesOf },
  ...dimensions.map(({ name, keysOf }) => byFacet(name, keysOf)),
  { name: 'year', keysOf: yearsOf, ofMeetings: true },
  { name: 'meeting', keysOf: ({ meeting_id }) => (meeting_id === null ? [] : [meeting_id]) },
  byFacet('tier', (record) =>
    isMilestone(record) && record.data.tier !== undefined ? [record.data.tier] : [],
  ),
  { name: 'role', keysOf: (row) => facetsNamed('role', row) },
  { name: 'kind', keysOf: ({ kind }) => [kind] },
  {
    ...byFacet('publisher', ({ sources }) => sources.map(({ publisher }) => publisher)),
    ofMeetings: true,
  },
];

/** The keys of the parties of a row, each once. */
function partyKeys(row: CountedRow, names: PartyNames): Iterable<string> {
  return new Set(facetsNamed('party', row).map((key) => names.keyOf(key)));
}

/** The year that the date surely lies in. */
function yearsOf({ earliest, latest }: CountedRow): string[] {
  const year = latest?.slice(0, 4);
  return year !== undefined && earliest?.slice(0, 4) === year ? [year] : [];
}

type Numbers = Record<CountedKind, number>;

/** What surely happened, and in addition what may have. */
export interface Sums {
  total: Numbers;
  possible: Numbers;
  /** Of these, what has no date. */
  undated: Numbers;
}

/** What counts under some keys. */
export interface Group extends Sums {
  /** One of each division, folded; null: these records have none. */
  keys: (string | null)[];
}

export interface Divided {
  groups: Group[];
  /** What counts, each record once. */
  distinct: Sums;
  /** Spells the keys of some groups, as the newest record that has each does. */
  spelled(groups: readonly Group[]): Promise<(string | null)[][]>;
}

/** Groups are held in memory. */
const groupsMax = 100_000;

/** The counts under each key of a division, or under each pair of keys of two: in the order of the keys, null last. */
export async function dividedAt(
  db: Db,
  position: number,
  of: CountedScope,
  by: readonly Division[],
  wanted: Wanted,
): Promise<Divided> {
  const names = await partyNamesAt(db, position);
  const groups = new Map<string, Group>();
  const distinct = noSums();
  /** By division, the position of the newest record that has a key. */
  const newest = by.map(() => new Map<string, number>());
  const hasMeetings = by.every(({ ofMeetings }) => ofMeetings);
  const kinds: CountedKind[] = ['mou', 'project', ...(hasMeetings ? (['meeting'] as const) : [])];
  for await (const rows of countedRows(db, position, of, kinds, { ...wanted, cut: {} }))
    for (const row of rows) {
      await whileDue();
      const keysOfRow = by.map((division) => [...division.keysOf(row, names)]);
      for (const [i, keys] of keysOfRow.entries())
        for (const key of keys) newest[i]?.set(key, Math.max(newest[i].get(key) ?? 0, row.position));
      const part = partOf(row, wanted.cut);
      if (part === undefined) continue;
      const isUndated = row.latest === null;
      distinct[part][row.kind] += 1;
      distinct.undated[row.kind] += isUndated ? 1 : 0;
      for (const keys of combined(keysOfRow)) {
        const name = keys.join('\n');
        const group = groups.get(name) ?? { keys, ...noSums() };
        group[part][row.kind] += 1;
        group.undated[row.kind] += isUndated ? 1 : 0;
        groups.set(name, group);
        // One record may have thousands of pairs.
        await whileDue();
      }
      if (groups.size > groupsMax) throw badQuery('/query/by', `has more than ${groupsMax} keys`);
    }
  return {
    groups: [...groups.values()].sort(byKeys),
    distinct,
    async spelled(some) {
      const texts = await Promise.all(
        by.map(async ({ name, spelledBy }, i) => {
          const keys = new Set(some.flatMap((group) => group.keys[i] ?? []));
          const used = [...keys].map((key) => [key, newest[i]?.get(key) ?? 0] as const);
          const spelled = spelledBy && (await spellings(db, used, spelledBy));
          const given = (key: string) => (name === 'party' ? names.partyOf(key)?.name : undefined);
          return (key: string) => given(key) ?? spelled?.get(key) ?? key;
        }),
      );
      return some.map(({ keys }) => keys.map((key, i) => (key === null ? null : (texts[i]?.(key) ?? key))));
    },
  };
}

/** By folded key, how the record at a position spells it; of two spellings in one record the first. */
export async function spellings(
  db: Db,
  keys: readonly (readonly [key: string, position: number])[],
  spelledBy: (record: LedgerRecord) => readonly string[],
): Promise<Map<string, string>> {
  const at = Map.groupBy(keys, ([, position]) => position);
  const rows = await db
    .selectFrom('records')
    .select(['position', stateBytes.as('bytes')])
    .where('position', 'in', listed([...at.keys()]))
    .execute();
  const spelled = new Map<string, string>();
  for (const [i, record] of (await recordsAt(db, rows)).entries()) {
    const texts = new Map(
      spelledBy(record)
        .toReversed()
        .map((text) => [folded(text), text]),
    );
    for (const [key] of at.get(rows[i]?.position ?? 0) ?? []) spelled.set(key, texts.get(key) ?? key);
  }
  return spelled;
}

/** Whether something surely happened within a range of days, or may have. */
function partOf({ earliest, latest }: CountedRow, { from, until }: DayCut): 'total' | 'possible' | undefined {
  const isSure =
    (until === undefined || (latest !== null && latest <= until)) &&
    (from === undefined || (earliest !== null && earliest >= from));
  if (isSure) return 'total';
  const mayBe =
    (until === undefined || (earliest ?? '') <= until) &&
    (from === undefined || latest === null || latest >= from);
  return mayBe ? 'possible' : undefined;
}

/** Each key of the first with each of the second. */
function combined([first = [], second]: string[][]): (string | null)[][] {
  const [ones, others] = [first, second].map((keys) => (keys?.length === 0 ? [null] : keys));
  return (ones ?? []).flatMap((one) => others?.map((other) => [one, other]) ?? [[one]]);
}

function byKeys({ keys: a }: Group, { keys: b }: Group): number {
  for (const [i, one] of a.entries()) {
    const other = b[i] ?? null;
    if (one === other) continue;
    return one === null ? 1 : other === null ? -1 : bytewise(one, other);
  }
  return 0;
}

/** The groups with the greatest totals, greatest first; how many others there are, and what they are together. */
export function topOf(groups: readonly Group[], top: number) {
  // Sorting is stable, so that equal totals keep the order of their keys.
  const ranked = groups.toSorted((a, b) => totalOf(b) - totalOf(a));
  const others = { ...noSums(), left: Math.max(ranked.length - top, 0) };
  for (const group of ranked.slice(top)) addSums(others, group);
  return { first: ranked.slice(0, top), others };
}

const totalOf = ({ total }: Sums): number => total.mou + total.project;

const noSums = (): Sums => ({
  total: { mou: 0, project: 0, meeting: 0 },
  possible: { mou: 0, project: 0, meeting: 0 },
  undated: { mou: 0, project: 0, meeting: 0 },
});

function addSums(to: Sums, sums: Sums): void {
  for (const part of ['total', 'possible', 'undated'] as const)
    for (const kind of ['mou', 'project', 'meeting'] as const) to[part][kind] += sums[part][kind];
}
