import type Sqlite from 'better-sqlite3';
import { type Asking, ask } from '../shapes/asking.ts';

/** Leaves one a line, as bytes; undefined: one or more of them are missing. */
export type LeafLines = (after: number, to: number) => Uint8Array | undefined;

/**
 * Reads the leaves after one position, up to and with another, without making a text of each: SQLite puts them together.
 * In which order it does so is the planner's choice, so it puts together a character for each place too, and these are compared.
 * At most 55,295 leaves at once: the characters beyond are halves of others.
 */
export function leafLinesOf(handle: Sqlite.Database): LeafLines {
  const read = handle.prepare<[number, number, number], { lines: Buffer | null; places: string | null }>(
    `select cast(string_agg(leaf || char(10), '') as blob) as lines, string_agg(char(position - ?), '') as places
        from events where position > ? and position <= ?`,
  );
  return (after, to) => {
    const { lines, places } = read.get(after, after, to) ?? {};
    return lines && places === placesTo(to - after) ? lines : undefined;
  };
}

let longest = '';

/** The characters 1 to count. */
function placesTo(count: number): string {
  if (longest.length < count)
    longest = String.fromCharCode(...Array.from({ length: count }, (_, i) => i + 1));
  return longest.slice(0, count);
}

/** The same on PostgreSQL, which puts them together, too. */
export function* postgresLeafLines(after: number, to: number): Asking<Uint8Array | undefined> {
  const [row] = yield* ask<{ lines: string | null; count: number }>(
    `select string_agg(leaf, chr(10) order by position) as lines, count(*)::integer as count
      from events where position > $1 and position <= $2`,
    after,
    to,
  );
  return row?.count === to - after ? Buffer.from(`${row.lines}\n`) : undefined;
}
