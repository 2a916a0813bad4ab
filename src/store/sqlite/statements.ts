import type Sqlite from 'better-sqlite3';
import type { Query } from '../../shapes/asking.ts';
import type { Dialect } from '../facts.ts';

/**
 * SQL whose statements stay compiled. SQLite as it comes with better-sqlite3 (STAT4) lets the planner look at the value that is
 * compared with a column, and then compiles the statement anew at every execution, which costs several times what
 * a point read does. A unary plus changes no value, and hides it.
 */
export const compiledOnce = (text: string): string =>
  text.replace(/(=|<>|[<>]=?|\b(?:is|like|limit|offset|between|and)) \?/gi, '$1 +?');

/** Statements that are kept; queries of the read API differ in their filters, and there are few combinations in use. */
const statementsMax = 500;

/** A handle for Kysely's driver, which prepares a statement for each execution: those used last are kept. */
export function keepingStatements(handle: Sqlite.Database) {
  const statements = new Map<string, Sqlite.Statement>();
  return {
    prepare(text: string): Sqlite.Statement {
      const statement = statements.get(text) ?? handle.prepare(compiledOnce(text));
      statements.delete(text);
      statements.set(text, statement);
      const [oldest] = statements.keys();
      if (statements.size > statementsMax && oldest !== undefined) statements.delete(oldest);
      return statement;
    },
    close: () => void handle.close(),
  };
}

export const sqlite: Dialect = {
  asked: 'json_each(+$1) as asked',
  list: (asked) => JSON.stringify(asked),
  json: (text) => text,
  among: (query) => `in (${query})`,
  one: (query) => `= (${query})`,
  leafHash: 'leaf',
  items: (text) => `json_each(${text}, '$.items') as item`,
  // Each row is made when it is inserted, so that those of a large group need not be in memory together.
  *insert(table, rows, onConflict = '') {
    for (const row of rows) {
      const { columns, text } = insertInto(table, row, onConflict);
      // A row to insert is an object of plain values.
      yield { text, values: columns.map((column) => (row as Record<string, unknown>)[column]) };
    }
  },
};

const inserts = new Map<string, { columns: string[]; text: string }>();

/** Made once for a table, as that costs more than to insert a row. */
function insertInto(table: string, row: object, onConflict: string): { columns: string[]; text: string } {
  const known = inserts.get(table);
  if (known) return known;
  const columns = Object.keys(row);
  const places = columns.map((_, i) => `$${i + 1}`).join();
  const made = { columns, text: `insert into ${table} (${columns.join()}) values (${places}) ${onConflict}` };
  inserts.set(table, made);
  return made;
}

/** Answers the queries of work that asks both engines. */
export function answerOf(handle: Sqlite.Database): (query: Query) => object[] {
  const statements = new Map<string, Sqlite.Statement<unknown[], object>>();
  return ({ text, values }) => {
    let statement = statements.get(text);
    if (!statement) {
      statement = handle.prepare(compiledOnce(text.replace(/\$\d+/g, '?')));
      statements.set(text, statement);
    }
    if (statement.reader) return statement.all(...values);
    statement.run(...values);
    return [];
  };
}
