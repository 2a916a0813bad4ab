import type { Database, RecordRow, SegmentRow } from '../db/schema.ts';
import { lineToken, Runs } from '../shapes/search-tokens.ts';

/** The version of what the index holds: raised with any change of what this file makes, or of what facets and words say. */
export const searchVersion = 1;

/** How far the index is. It only grows, unless its generation changes. */
export interface SearchState {
  /** Of the code that filled it; 0: nobody did yet. */
  version: number;
  generation: number;
  /** The last position whose texts are there, and the last one of a segment; 0: none. */
  texts: number;
  segments: number;
}

/** Selects one SearchState, on both engines. */
export const selectSearchState = `select version, generation,
  coalesce((select max(position) from search_texts), 0) as texts,
  coalesce((select max(last) from search_segments), 0) as segments from search_index`;

export const emptySearch: SearchState = { version: 0, generation: 0, texts: 0, segments: 0 };

/** What a segment is made of: a version of a record, its texts, and the leaf of its event. */
export type SearchedRow = Pick<
  RecordRow,
  | 'position'
  | 'prev_position'
  | 'made'
  | 'initiative_id'
  | 'kind'
  | 'standing'
  | 'meeting_id'
  | 'earliest'
  | 'latest'
  | 'named'
  | 'in_force_from'
  | 'in_force_until'
> & { facets: string; words: string; leaf: string };

export const searchedColumns = [
  'position',
  'prev_position',
  'made',
  'initiative_id',
  'kind',
  'standing',
  'meeting_id',
  'earliest',
  'latest',
  'named',
  'in_force_from',
  'in_force_until',
] as const satisfies (keyof RecordRow)[];

/** The lines by which a version is found besides its facets. */
export const lineOf = {
  initiative: (id: string) => `initiative=${id}`,
  kind: (kind: string) => `kind=${kind}`,
  meeting: (id: string) => `meeting=${id}`,
  correlation: (id: string) => `correlation=${id}`,
  standing: 'standing',
  named: 'named',
};

export interface Segment {
  row: SegmentRow;
  postings: Database['search_postings'][];
}

/**
 * Makes the index over some positions without gaps, at most 65,536. A place is a position less the first one. The same versions
 * always make the same bytes. Numbers are little-endian, as on every machine that Node.js runs on.
 */
export function segmentOf(rows: readonly SearchedRow[]): Segment {
  const [first, last] = [rows[0]?.position ?? 0, rows.at(-1)?.position ?? 0];
  const runs = new Runs();
  const lines = new Map<string, number[]>();
  const days = new Int32Array(rows.length * daysOfRow);
  const initiatives = new Map<string, number>();
  const initiativeOf = new Uint16Array(rows.length);
  const later: number[] = [];
  for (const [place, row] of rows.entries()) {
    runs.add(row.words, place);
    for (const line of linesOf(row)) {
      const some = lines.get(line);
      if (some === undefined) lines.set(line, [place]);
      else if (some.at(-1) !== place) some.push(place);
    }
    const of = initiatives.get(row.initiative_id) ?? initiatives.size;
    initiatives.set(row.initiative_id, of);
    initiativeOf[place] = of;
    const { earliest, latest, in_force_from, in_force_until } = row;
    for (const [i, day] of [earliest, latest, in_force_from, in_force_until].entries())
      days[i * rows.length + place] = dayNumber(day);
    if (row.prev_position !== null) later.push(place, row.made, row.prev_position);
  }
  return {
    row: {
      last,
      first,
      initiatives: [...initiatives.keys()].join('\n'),
      initiative_of: bytesOf(initiativeOf),
      days: bytesOf(days),
      later: bytesOf(Float64Array.from(later)),
      by_title: bytesOf(placesBy(rows, 0)),
      by_party: bytesOf(placesBy(rows, 1)),
    },
    postings: [...runs, ...[...lines].map(([line, some]) => [lineToken(line), some] as const)]
      .map(([token, some]) => ({ last, token, places: bytesOf(packed(some, rows.length)) }))
      .sort((a, b) => (a.token < b.token ? -1 : 1)),
  };
}

/** earliest, latest, in_force_from and in_force_until, one after the other for all places. */
export const daysOfRow = 4;

/** A day as a number in the order of days, below 2 ** 22; 0: none. */
export function dayNumber(day: string | null): number {
  if (day === null) return 0;
  return Number(day.slice(0, 4)) * 372 + Number(day.slice(5, 7)) * 31 + Number(day.slice(8));
}

function* linesOf(row: SearchedRow): Generator<string> {
  for (const line of row.facets.split('\n')) if (line !== '') yield line;
  yield lineOf.initiative(row.initiative_id);
  yield lineOf.kind(row.kind);
  if (row.standing === 1) yield lineOf.standing;
  if (row.named === 1) yield lineOf.named;
  if (row.meeting_id !== null) yield lineOf.meeting(row.meeting_id);
  const correlationId = correlationIdIn(row.leaf);
  if (correlationId !== undefined) yield lineOf.correlation(correlationId);
}

/** In a leaf it can stand nowhere else: the quotes of a string are escaped, and no data have such a member. */
function correlationIdIn(leaf: string): string | undefined {
  const [, json] = /"correlationId":("(?:[^"\\]|\\.)*")/.exec(leaf) ?? [];
  return json === undefined ? undefined : (JSON.parse(json) as string);
}

/** The places of the rows that have a text in a line of their words, in the order of it. */
function placesBy(rows: readonly SearchedRow[], line: 0 | 1): Uint16Array {
  const keyed = rows.flatMap(({ words, made }, place) => {
    const key = words.split('\n', 2)[line] ?? '';
    return key === '' ? [] : [{ key: Buffer.from(key), made, place }];
  });
  return Uint16Array.from(
    keyed.sort((a, b) => Buffer.compare(a.key, b.key) || a.made - b.made).map(({ place }) => place),
  );
}

/** Places as one bit each, or as a list where that is shorter. */
function packed(places: readonly number[], of: number): Uint8Array | Uint16Array {
  if (2 * places.length < bitsLength(of)) return Uint16Array.from(places);
  const bits = new Uint8Array(bitsLength(of));
  for (const place of places) bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7));
  return bits;
}

export const bitsLength = (of: number): number => Math.ceil(of / 8);

/** One bit a place, of a number of places. */
export function bitsOf(packed: Uint8Array, of: number): Uint8Array {
  if (packed.length === bitsLength(of)) return packed;
  const bits = new Uint8Array(bitsLength(of));
  for (let i = 0; i + 1 < packed.length; i += 2) {
    const place = (packed[i] ?? 0) | ((packed[i + 1] ?? 0) << 8);
    bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7));
  }
  return bits;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: NodeJS.TypedArray): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Numbers as they were, from their bytes. They are copied, as those of a database may begin anywhere. */
export const integers = (bytes: Uint8Array): Int32Array => new Int32Array(new Uint8Array(bytes).buffer);
export const doubles = (bytes: Uint8Array): Float64Array => new Float64Array(new Uint8Array(bytes).buffer);
export const shorts = (bytes: Uint8Array): Uint16Array => new Uint16Array(new Uint8Array(bytes).buffer);
