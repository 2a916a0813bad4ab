import Sqlite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { migrate } from '../store/migrate.ts';
import { tables as rebuiltTables } from '../store/rebuild/rebuild.ts';
import type { Objects } from './schema.ts';

interface SchemaRow {
  type: string;
  name: string;
  tbl_name: string;
  sql: string;
}

/** What the planner knows, where somebody asked it to look. It decides how long a query takes, and nothing else. */
const statistics = /^sqlite_stat\d$/;

let made: Promise<Objects> | undefined;

/** The objects that the migrations make, in memory. */
export const objectsMadeOfSqlite = (): Promise<Objects> => (made ??= migrated());

async function migrated(): Promise<Objects> {
  const database = new Sqlite(':memory:');
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) });
  try {
    await migrate(db);
    return objectsOfSqlite(database);
  } finally {
    await db.destroy();
  }
}

/**
 * The objects in a database file, in the form that the migrations give them. Left out is what a ledger in use may have besides:
 * tables that a rebuild makes, or has swapped out, and statistics. A bundle has none of these.
 */
export function objectsOfSqlite(db: Sqlite.Database, isBundle = false): Objects {
  // What SQLite makes of itself, such as the index of a primary key, has no statement.
  const rows = db
    .prepare<[], SchemaRow>('select type, name, tbl_name, sql from sqlite_schema where sql is not null')
    .all();
  const objects = new Map<string, string>();
  for (const row of rows) {
    const isBeside =
      inUseFor(row.tbl_name) !== row.tbl_name && (row.type === 'table' || row.type === 'index');
    if (isBeside || statistics.test(row.name)) {
      if (isBundle) objects.set(`${row.type} ${row.name}`, row.sql);
      continue;
    }
    const { as, definition } = describe(row);
    // Only one of two indexes that are alike takes the name.
    objects.set(objects.has(as) ? describe(row, row.name).as : as, definition);
  }
  return objects;
}

/** Names as they are where nothing was rebuilt. */
function describe(row: SchemaRow, name = nameInUse(row)): { as: string; definition: string } {
  const { type, tbl_name } = row;
  const table = inUseFor(tbl_name);
  const as = `${type.slice(0, 1).toUpperCase()}${type.slice(1)} ${name}${name === table ? '' : ` on ${table}`}`;
  // A table that was renamed has its name in quotes, also where indexes name it.
  const plain = row.sql.replace(/"(\w+)"/g, '$1');
  const head = /^create (?:unique )?(?:index|table|trigger|view) \w+/i.exec(plain)?.[0] ?? '';
  const rest =
    type === 'index'
      ? plain.slice(head.length).replace(/^ on \w+/i, ` on ${table}`)
      : plain.slice(head.length);
  return { as, definition: `${head.slice(0, head.lastIndexOf(' ')).toLowerCase()} ${name}${rest}` };
}

/** The table in whose place one is made, or was. */
const inUseFor = (table: string): string => {
  const [, of] = /^(\w+)_(?:rebuilt|replaced)$/.exec(table) ?? [];
  return rebuiltTables.find((one) => one === of) ?? table;
};

/** SQLite renames no index, so those of a table that was made anew may go on having the other of two names. */
const nameInUse = ({ type, name, tbl_name }: SchemaRow): string =>
  type === 'index' && rebuiltTables.some((one) => one === tbl_name) ? name.replace(/_rebuilt$/, '') : name;
