import type { Db } from '../db/schema.ts';
import {
  type Cell,
  type Counts,
  noCounts,
  spanOf,
  sumOf,
  type Tallied,
  type Tally,
} from '../projections/tally.ts';
import { scopeTerms } from '../shapes/claim-scope.ts';
import { dimensions } from '../shapes/dimensions.ts';
import { facetLine } from '../shapes/facets.ts';
import type { PartyNames } from '../shapes/party-names.ts';
import type { ClaimData } from '../shapes/record.ts';
import { mapInTurns } from '../turns.ts';
import { cellsByDays, cellsOfGroups, DaySums, groupByDays } from './day-sums.ts';
import type { Meeting } from './meetings.ts';
import { type CountedRow, countedRows } from './milestone-rows.ts';

/** What the scope of a claim counts. */
export interface Scope {
  /** What a record must be in, as lines of facets have it (`sector=health`), but for meetings and the year: in order, each once. */
  lines: string[];
  isAtMeetings: boolean;
  year: number | undefined;
  /** Whether the register counts such things. */
  isCounted: boolean;
}

export function scopeOf(scope: string, names: PartyNames): Scope {
  const [terms, lines, years] = [scopeTerms(scope), new Set<string>(), new Set<number>()];
  for (const { name, value } of terms)
    if (name === 'year') years.add(Number(value));
    else if (value !== '') lines.add(meant(facetLine(name, value), names));
  const [year] = years;
  return {
    lines: [...lines].sort(),
    isAtMeetings: terms.some(({ name }) => name === 'meetings'),
    year,
    isCounted: scope !== 'other' && years.size <= 1,
  };
}

/** A line with the name that stands for all that mean the same party. */
const meant = (line: string, names: PartyNames): string =>
  line.startsWith('party=') ? `party=${names.keyOf(line.slice('party='.length))}` : line;

export const isAboutMeetings = ({ lines }: Scope): boolean => lines.some(isOfMeeting);

/** Meetings themselves are in scopes of nothing but such lines. */
const isOfMeeting = (line: string): boolean => /^(?:meeting|series)=/.test(line);

const keyOf = ({ lines }: Scope): string => lines.join('\n');

export interface Counted {
  recorded: number;
  possible: number;
}

/** The counted member of each metric: in all scopes, and in the scope of the meetings. */
const metrics = new Map<string, { all: keyof Counts; atMeetings: keyof Counts }>([
  ['mous', { all: 'mous', atMeetings: 'mousAtMeetings' }],
  ['projects', { all: 'projects', atMeetings: 'projectsAtMeetings' }],
  ['meetings', { all: 'meetings', atMeetings: 'meetings' }],
]);

/** The counts by day of each scope that claims name. */
export class ScopeSums {
  readonly #scopes: ReadonlyMap<string, Scope>;
  readonly #cells = new Map<string, readonly Cell[]>();
  /** The sums of a scope, made at its first use. */
  readonly #sums = new Map<string, DaySums>();

  /** Takes the cells of all scopes at once, as their tally changes. */
  constructor(scopes: ReadonlyMap<string, Scope>, cellsOf: (scope: Scope) => Cell[]) {
    this.#scopes = scopes;
    for (const scope of scopes.values())
      if (scope.isCounted && !this.#cells.has(keyOf(scope))) this.#cells.set(keyOf(scope), cellsOf(scope));
  }

  /** The count of the register for a claim up to its day; undefined if the register does not count such things. */
  count(data: ClaimData, day: number): Counted | undefined {
    const scope = this.#scopes.get(data.scope);
    const metric = metrics.get(data.metric);
    if (!scope?.isCounted || !metric) return undefined;
    if (data.metric === 'meetings' && !scope.lines.every(isOfMeeting)) return undefined;
    const key = keyOf(scope);
    const sums = this.#sums.get(key) ?? new DaySums(this.#cells.get(key) ?? []);
    this.#sums.set(key, sums);
    const { total, possible } = scope.year === undefined ? sums.upTo(day) : sums.inYear(scope.year, day);
    const member = scope.isAtMeetings ? metric.atMeetings : metric.all;
    return { recorded: total[member], possible: possible[member] };
  }
}

/**
 * Gives the cells that a scope counts: those of the tally where one line chooses them, else those of `joined`. Each index that leads
 * to them is made once for all scopes, at its first use.
 */
export function cellsIn(
  meetings: readonly Meeting[],
  joined: ReadonlyMap<string, Cell[]>,
  tally: Tally,
  days: readonly number[],
): (scope: Scope) => Cell[] {
  const cells = (dimension: Tallied, key: string): Cell[] => cellsByDays(tally, dimension, key, days);
  /** The cells of meetings and of their milestones. */
  const cellsOfMeetings = (some: Meeting[] = []): Cell[] =>
    some.flatMap(({ record, earliest, latest }) => [
      { earliest, latest, counts: { ...noCounts(), meetings: 1 } },
      ...cells('meeting', record.recordId),
    ]);
  const meetingsBy = once(() => meetingsByLine(meetings));
  const keysBy = once(
    () =>
      new Map(
        dimensions.map(({ name }) => [name, Map.groupBy(tally.keys(name), (key) => facetLine(name, key))]),
      ),
  );
  return (scope) => {
    const [line, another] = scope.lines;
    if (line === undefined) return cells('all', '');
    if (another !== undefined) return joined.get(keyOf(scope)) ?? [];
    if (isOfMeeting(line)) return cellsOfMeetings(meetingsBy().get(line));
    for (const [name, keys] of keysBy())
      if (line.startsWith(`${name}=`)) return (keys.get(line) ?? []).flatMap((key) => cells(name, key));
    return joined.get(keyOf(scope)) ?? [];
  };
}

/** The meetings that a line is of. */
function meetingsByLine(meetings: readonly Meeting[]): Map<string, Meeting[]> {
  const byLine = new Map<string, Meeting[]>();
  for (const meeting of meetings)
    for (const line of linesOfMeeting(meeting)) {
      const some = byLine.get(line) ?? [];
      some.push(meeting);
      byLine.set(line, some);
    }
  return byLine;
}

const linesOfMeeting = ({ record }: Meeting): string[] => [
  facetLine('meeting', record.recordId),
  // Blank names are refused, so '' stands for none.
  facetLine('series', record.data.series ?? ''),
];

const isTallied = ([line = '', another]: readonly string[]): boolean =>
  another === undefined &&
  (line === '' || isOfMeeting(line) || dimensions.some(({ name }) => line.startsWith(`${name}=`)));

/**
 * The cells of scopes that no tally has: of those with several lines, and of parties. The records are read once for all of them, in
 * slices between which others have their turns.
 */
export async function joinedCells(
  db: Db,
  initiativeId: string,
  position: number,
  scopes: readonly Scope[],
  meetings: readonly Meeting[],
  days: readonly number[],
  names: PartyNames,
): Promise<Map<string, Cell[]>> {
  const wanted = new Map<string, { lines: string[]; sums: Map<number, Counts> }>();
  for (const scope of scopes)
    if (scope.isCounted && !isTallied(scope.lines))
      wanted.set(keyOf(scope), { lines: scope.lines, sums: new Map() });
  if (wanted.size === 0) return new Map();
  const byRarest = byRarestLine([...wanted.values()]);
  const linesOf = new Map(meetings.map((meeting) => [meeting.record.recordId, linesOfMeeting(meeting)]));
  const groupOf = groupByDays(days);
  const add = (row: CountedRow): void => {
    const meetingId = row.kind === 'meeting' ? row.record_id : row.meeting_id;
    const own = row.facets.split('\n').map((line) => meant(line, names));
    const lines = new Set([...own, ...(linesOf.get(meetingId ?? '') ?? [])]);
    for (const line of lines)
      for (const { lines: all, sums } of byRarest.get(line) ?? [])
        if (all.every((one) => lines.has(one))) {
          const sum = sumOf(sums, groupOf(spanOf(row.earliest, row.latest)) ?? 0);
          if (row.kind === 'meeting') sum.meetings += 1;
          else {
            const kind = row.kind === 'mou' ? 'mous' : 'projects';
            sum[kind] += 1;
            if (row.meeting_id !== null) sum[`${kind}AtMeetings`] += 1;
          }
        }
  };
  for await (const rows of countedRows(db, position, { initiativeId }, ['mou', 'project', 'meeting']))
    await mapInTurns(rows, add);
  return new Map([...wanted].map(([key, { sums }]) => [key, cellsOfGroups(sums, days)]));
}

/** Scopes by the one of their lines that the fewest of them have, so that a record is compared with few. */
function byRarestLine<T extends { lines: string[] }>(scopes: readonly T[]): Map<string | undefined, T[]> {
  const times = new Map<string, number>();
  for (const { lines } of scopes) for (const line of lines) times.set(line, (times.get(line) ?? 0) + 1);
  const timesOf = (line: string): number => times.get(line) ?? 0;
  return Map.groupBy(scopes, ({ lines }) => lines.toSorted((a, b) => timesOf(a) - timesOf(b))[0]);
}

/** Makes an object at its first use. */
function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
