import { sql } from 'kysely';
import { sees } from '../access/visible.ts';
import type { Db, SegmentRow } from '../db/schema.ts';
import {
  bitsLength,
  bitsOf,
  dayNumber,
  daysOfRow,
  doubles,
  emptySearch,
  integers,
  lineOf,
  type SearchState,
  searchVersion,
  selectSearchState,
  shorts,
} from '../projections/search-segment.ts';
import { unsourcedLine } from '../shapes/facets.ts';
import type { Wanted } from '../shapes/record-filter.ts';
import { lineToken, runsOfWord } from '../shapes/search-tokens.ts';
import { ownId } from '../shapes/stored-event.ts';
import { whileDue } from '../turns.ts';
import { initiativesWhere } from './initiatives.ts';
import type { Sort } from './record-order.ts';
import { hasCorrelation, type RecordQuestion } from './record-rows.ts';

/** What a segment of the search index has of records that may be wanted. A place is a position less `first`. */
export interface FoundSegment {
  first: number;
  last: number;
  /** One bit a place. */
  bits: Uint8Array;
  /** The position at which a record was made, by the places of its later versions. */
  made: ReadonlyMap<number, number>;
  /** As in src/projections/search-segment.ts; undefined: not asked for. */
  days: Int32Array | undefined;
  /** The places of those that have a key, in the order of titles or of parties. */
  keyed: Uint16Array | undefined;
}

export interface Candidates {
  generation: number;
  /** The last position of the last segment. */
  to: number;
  segments: FoundSegment[];
  /** Whether all of them are wanted; false: words of theirs are to be looked at. */
  areExact: boolean;
}

/** The versions behind the segments, and behind the texts, that are looked at one by one for an answer. */
const behindMax = 8_192;
const withoutTextMax = 1_024;
/** Segments that are read at once. */
const segmentsAtOnce = 64;

export async function indexState(db: Db): Promise<SearchState> {
  const { rows } = await sql.raw<SearchState>(selectSearchState).execute(db);
  return rows[0] ?? emptySearch;
}

/** Whether lists as of a position are best found by the index. */
export const isUsable = ({ version, texts, segments }: SearchState, position: number): boolean =>
  version === searchVersion &&
  segments > 0 &&
  position - segments <= behindMax &&
  position - texts <= withoutTextMax;

/** Reads which versions in the segments are wanted, and were the newest of their records, as of a position. */
export async function candidatesFor(
  asked: RecordQuestion,
  { generation, segments: to }: SearchState,
  sort: Sort | undefined,
): Promise<Candidates> {
  const { db, position } = asked;
  const isSeen = await seenIn(asked);
  const { conditions, areExact } = conditionsOf(asked);
  const dayTest = dayTestOf(asked.wanted);
  const correlated =
    asked.wanted.correlationIds && lineConditions('correlation', asked.wanted.correlationIds);
  const tokens = [
    ...new Set([...conditions, ...(correlated ? [correlated] : [])].flatMap(({ some }) => some.flat())),
  ];
  const keyedBy = sort?.by === 'title' ? 'by_title' : sort?.by === 'party' ? 'by_party' : undefined;
  const columns: (keyof SegmentRow)[] = ['last', 'first', 'later'];
  if (dayTest || sort?.by === 'date') columns.push('days');
  if (isSeen) columns.push('initiatives', 'initiative_of');
  if (keyedBy) columns.push(keyedBy);
  const segments: FoundSegment[] = [];
  const superseded: number[] = [];
  const correlatedMade = new Set<number>();
  for (let last = 0; last < to; ) {
    const found = await db
      .selectFrom('search_segments')
      .select(columns)
      .where('last', '>', last)
      .where('last', '<=', to)
      .where('first', '<=', position)
      .orderBy('last')
      .limit(segmentsAtOnce)
      .execute();
    // These three are always asked for.
    const rows = found as (Pick<SegmentRow, 'last' | 'first' | 'later'> & Partial<SegmentRow>)[];
    if (rows.length === 0) break;
    const postings = await postingsOf(db, rows, tokens);
    for (const row of rows) {
      last = row.last;
      const { first } = row;
      const of = last - first + 1;
      const known = postings.get(last) ?? new Map<string, Uint8Array>();
      const bits = firstBits(of, Math.min(of, position - first + 1));
      const whole = bits.slice();
      for (const condition of conditions) apply(condition, known, bits, of);
      const days = row.days && integers(row.days);
      if (dayTest && days) keep(bits, (place) => dayTest(days, place, of));
      if (isSeen && row.initiative_of) {
        const seen = (row.initiatives ?? '').split('\n').map(isSeen);
        const initiativeOf = shorts(row.initiative_of);
        keep(bits, (place) => seen[initiativeOf[place] ?? 0] === true);
      }
      const made = new Map<number, number>();
      const later = doubles(row.later);
      for (let i = 0; i < later.length; i += 3) {
        const [place = 0, madeAt = 0, before = 0] = [later[i], later[i + 1], later[i + 2]];
        if (first + place > position) continue;
        made.set(place, madeAt);
        superseded.push(before);
      }
      if (correlated) {
        apply(correlated, known, whole, of);
        for (const place of placesIn(whole)) correlatedMade.add(made.get(place) ?? first + place);
      }
      const keyed = keyedBy && row[keyedBy];
      segments.push({ first, last, bits, made, days, keyed: keyed && shorts(keyed) });
      await whileDue();
    }
  }
  takeOut(segments, superseded.concat(await supersededBehind(db, to, position)));
  if (correlated) {
    for (const made of await correlatedBehind(asked, to)) correlatedMade.add(made);
    for (const { first, bits, made } of segments)
      keep(bits, (place) => correlatedMade.has(made.get(place) ?? first + place));
  }
  return { generation, to, segments, areExact };
}

/** Of some tokens all stand in the texts; of at least one of such groups. Or of none of them. */
interface Condition {
  some: string[][];
  isNot?: boolean;
}

const lineConditions = (
  name: 'kind' | 'meeting' | 'initiative' | 'correlation',
  values: readonly string[],
) => ({
  some: values.map((value) => [lineToken(lineOf[name](value))]),
});

function conditionsOf({ scope, wanted }: RecordQuestion): { conditions: Condition[]; areExact: boolean } {
  const { lines, unsourced, queries, kinds, meetingIds, named, standing, inForceOn } = wanted;
  const flag = (line: string, is: boolean | undefined): Condition[] =>
    is === undefined ? [] : [{ some: [[lineToken(line)]], isNot: !is }];
  const searched = queries?.map((words) => words.map(runsOfWord));
  return {
    conditions: [
      ...(scope.initiativeId === undefined
        ? []
        : [lineConditions('initiative', [scope.initiativeId]), lineConditions('kind', scope.kinds)]),
      ...lines.map((some) => ({ some: some.map((line) => [lineToken(line)]) })),
      ...(searched ? [{ some: searched.map((words) => words.flatMap(({ tokens }) => tokens)) }] : []),
      ...(kinds ? [lineConditions('kind', kinds)] : []),
      ...(inForceOn ? [lineConditions('kind', ['mou', 'project'])] : []),
      ...(meetingIds ? [lineConditions('meeting', meetingIds)] : []),
      ...flag(unsourcedLine, unsourced),
      ...flag(lineOf.named, named),
      ...flag(lineOf.standing, standing),
    ],
    areExact: searched?.every((words) => words.every(({ isExact }) => isExact)) ?? true,
  };
}

/** What filters ask of days; undefined: nothing. */
function dayTestOf({ undated, cut, inForceOn, endsBy }: Wanted) {
  const numberOf = (day: string | undefined) => (day === undefined ? undefined : dayNumber(day));
  const [from, until, ends] = [numberOf(cut.from), numberOf(cut.until), numberOf(endsBy)];
  const inForce = inForceOn?.map(dayNumber);
  if ([undated, from, until, ends, inForce].every((one) => one === undefined)) return undefined;
  return (days: Int32Array, place: number, of: number): boolean => {
    const at = (column: number): number => days[column * of + place] ?? 0;
    const [earliest, latest, forceFrom, forceUntil] = [at(0), at(1), at(2), at(daysOfRow - 1)];
    return (
      (undated === undefined || (latest === 0) === undated) &&
      (from === undefined || latest === 0 || latest >= from) &&
      (until === undefined || earliest <= until) &&
      (ends === undefined || (forceUntil > 0 && forceUntil <= ends)) &&
      (inForce === undefined ||
        (forceFrom > 0 && inForce.some((day) => forceFrom <= day && (forceUntil === 0 || forceUntil >= day))))
    );
  };
}

/** Whether records of an initiative are listed; undefined: the scope is one initiative. */
async function seenIn({ db, position, scope, wanted }: RecordQuestion) {
  if (scope.initiativeId !== undefined) return undefined;
  const { visible } = scope;
  const retracted = new Set<string>();
  if (wanted.standing)
    for await (const { initiative_id } of initiativesWhere(db, visible, position, 0, sql`true`))
      retracted.add(initiative_id);
  return (id: string): boolean => id !== ownId && sees(visible, id) && !retracted.has(id);
}

async function postingsOf(db: Db, segments: readonly { last: number }[], tokens: readonly string[]) {
  const found = new Map<number, Map<string, Uint8Array>>();
  if (tokens.length === 0) return found;
  const rows = await db
    .selectFrom('search_postings')
    .selectAll()
    .where(
      'last',
      'in',
      segments.map(({ last }) => last),
    )
    .where('token', 'in', tokens)
    .execute();
  for (const { last, token, places } of rows) {
    const ofSegment = found.get(last) ?? new Map<string, Uint8Array>();
    ofSegment.set(token, places);
    found.set(last, ofSegment);
  }
  return found;
}

/** The versions that others superseded behind the segments. */
async function supersededBehind(db: Db, to: number, position: number): Promise<number[]> {
  const rows = await db
    .selectFrom('records')
    .select('prev_position')
    .where('position', '>', to)
    .where('position', '<=', position)
    .where('prev_position', 'is not', null)
    .execute();
  return rows.map(({ prev_position }) => prev_position ?? 0);
}

/** The records, by the position at which they were made, that have the correlationId of an event behind the segments. */
async function correlatedBehind({ db, position, wanted }: RecordQuestion, to: number): Promise<number[]> {
  const rows = await db
    .selectFrom('events as event')
    .innerJoin('records', 'records.position', 'event.position')
    .select('made')
    .where('event.position', '>', to)
    .where('event.position', '<=', position)
    .where(hasCorrelation(db, wanted.correlationIds ?? []))
    .execute();
  return rows.map(({ made }) => made);
}

function apply(
  { some, isNot }: Condition,
  known: ReadonlyMap<string, Uint8Array>,
  bits: Uint8Array,
  of: number,
): void {
  const any = new Uint8Array(bits.length);
  for (const tokens of some) {
    let all: Uint8Array | undefined;
    for (const token of tokens) {
      const packed = known.get(token);
      const one = packed ? bitsOf(packed, of) : new Uint8Array(bits.length);
      if (all) for (let i = 0; i < all.length; i++) all[i] = (all[i] ?? 0) & (one[i] ?? 0);
      // A copy: others look at the same bytes, too.
      else all = new Uint8Array(one);
      if (!packed) break;
    }
    for (let i = 0; i < any.length; i++) any[i] = (any[i] ?? 0) | (all?.[i] ?? 0);
  }
  const mask = isNot ? 0xff : 0;
  for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] ?? 0) & ((any[i] ?? 0) ^ mask);
}

function firstBits(of: number, set: number): Uint8Array {
  const bits = new Uint8Array(bitsLength(of));
  bits.fill(0xff, 0, set >> 3);
  if (set & 7) bits[set >> 3] = (1 << (set & 7)) - 1;
  return bits;
}

/** The places of bits that are set, in order. */
export function* placesIn(bits: Uint8Array): Generator<number> {
  for (let i = 0; i < bits.length; i++)
    for (let byte = bits[i] ?? 0; byte !== 0; byte &= byte - 1) yield i * 8 + 31 - Math.clz32(byte & -byte);
}

export const has = (bits: Uint8Array, place: number): boolean =>
  ((bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0;

export function clear(bits: Uint8Array, place: number): void {
  bits[place >> 3] = (bits[place >> 3] ?? 0) & ~(1 << (place & 7));
}

function keep(bits: Uint8Array, isKept: (place: number) => boolean): void {
  for (const place of placesIn(bits)) if (!isKept(place)) clear(bits, place);
}

function takeOut(segments: readonly FoundSegment[], positions: readonly number[]): void {
  for (const position of positions) {
    let [low, high] = [0, segments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((segments[middle]?.last ?? 0) < position) low = middle + 1;
      else high = middle;
    }
    const segment = segments[low];
    if (segment && segment.first <= position) clear(segment.bits, position - segment.first);
  }
}

export function countOf(bits: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < bits.length; i++)
    for (let byte = bits[i] ?? 0; byte !== 0; byte &= byte - 1) count += 1;
  return count;
}
