import type { Dialect } from '../facts.ts';

/** Runs a statement; gives its rows, whose type is what the statement selects. */
export type Run = <R extends object>(text: string, values?: unknown[]) => Promise<R[]>;

const among = (query: string): string => `= any (array(${query}))`;

export const postgres: Dialect = {
  // An array, as its length tells the planner that an index is best.
  asked: 'unnest($1::json[]) as asked (value)',
  list: (asked) => asked.map((one) => JSON.stringify(one)),
  json: (text) => `(${text})::json`,
  among,
  // Compared with a query by itself, all records would be read first, and hashed.
  one: among,
  // Hashed by the database, so that leaves need not be sent.
  leafHash: "sha256('\\x00'::bytea || convert_to(leaf, 'UTF8'))",
  items: (text) => `json_array_elements(${text}::json -> 'items') as item (value)`,
  // The rows as one parameter, of which PostgreSQL takes the types from the table.
  insert(table, rows, onConflict = '') {
    const all = [...rows];
    const [first] = all;
    if (!first) return [];
    const columns = Object.keys(first).join();
    const text = `insert into ${table} (${columns}) select ${columns}
      from json_populate_recordset(null::${table}, $1) ${onConflict}`;
    return [{ text, values: [JSON.stringify(all.map(withHex))] }];
  },
};

/** A row with its bytes as PostgreSQL reads them from text. */
function withHex(row: object): object {
  const copy: Record<string, unknown> = { ...row };
  for (const [column, value] of Object.entries(copy))
    if (value instanceof Uint8Array) copy[column] = `\\x${value.toHex()}`;
  return copy;
}

/** The columns of HeadRow. */
export const headColumns = 'position, head.recorded_at, root_hash, forked_size, forked_root';
