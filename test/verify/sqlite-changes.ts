import Sqlite from 'better-sqlite3';
import { unguarded as withoutGuards } from './sample.ts';

/** A change that somebody who has the file can make behind the service's back. */
export interface SqliteChange {
  /** What is changed, and how. */
  name: string;
  /** Throws what SQLite says where it can't be made, such as a second row of a key. */
  make(db: Sqlite.Database): void;
}

interface Column {
  name: string;
  type: string;
  notnull: number;
  /** Its place in the primary key; 0: it is not in it. */
  pk: number;
}

interface SchemaObject {
  type: 'table' | 'index' | 'trigger';
  name: string;
  tbl_name: string;
  sql: string;
}

/** Every column of every table, every kind of row, and every object of the schema, each changed once. */
export function sqliteChanges(file: string): SqliteChange[] {
  const db = new Sqlite(file, { readonly: true });
  try {
    const objects = db
      .prepare<[], SchemaObject>('select type, name, tbl_name, sql from sqlite_schema where sql is not null')
      .all();
    const tables = objects.filter(({ type }) => type === 'table');
    return [
      ...tables.flatMap((table) => changesOfRows(table.name, db)),
      ...tables.flatMap((table) => changesOfTable(table, db)),
      ...objects.filter(({ type }) => type === 'index').flatMap(changesOfIndex),
      ...objects.filter(({ type }) => type === 'trigger').flatMap(changesOfTrigger),
      ...extraObjects,
    ];
  } finally {
    db.close();
  }
}

/** In the first row, one in the middle and the last, or in all of few: each column another value, each that may be empty emptied; and the row. */
function changesOfRows(table: string, db: Sqlite.Database): SqliteChange[] {
  const columns = columnsOf(table, db);
  const keys = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  const order = keys.map(({ name }) => name).join();
  const rows = db.prepare<[], Record<string, unknown>>(`select * from ${table} order by ${order}`).all();
  if (rows.length === 0) throw new Error(`the ledger has no row in ${table}, so nothing of it is changed`);
  const few = rows.length <= 5;
  const places = few ? [...rows.keys()] : [0, Math.floor(rows.length / 2), rows.length - 1];
  return places.flatMap((place) => {
    const row = rows[place] ?? {};
    const where = keys.map(({ name }) => `${name} = @${name}`).join(' and ');
    const key = Object.fromEntries(keys.map(({ name }) => [name, row[name]]));
    const at = `${table} (${keys.map(({ name }) => short(row[name])).join()})`;
    const set = (column: string, value: unknown, how: string): SqliteChange => ({
      name: `${at}: ${column} ${how}`,
      make: unguarded((db) => {
        db.prepare(`update ${table} set ${column} = @value where ${where}`).run({ ...key, value });
      }),
    });
    return [
      ...columns.flatMap(({ name, notnull, pk }) => [
        ...othersOf(row[name]).map(([value, how]) => set(name, value, how)),
        ...(notnull === 0 && pk === 0 && row[name] !== null ? [set(name, null, 'emptied')] : []),
      ]),
      {
        name: `${at}: the row deleted`,
        make: unguarded((db) => void db.prepare(`delete from ${table} where ${where}`).run(key)),
      },
      {
        name: `${at}: a second row like it`,
        make: unguarded((db) => {
          const copy = { ...row, ...secondKey(keys, row, rows) };
          const names = columns.map(({ name }) => name);
          db.prepare(`insert into ${table} (${names}) values (${names.map((name) => `@${name}`)})`).run(copy);
        }),
      },
    ];
  });
}

const columnsOf = (table: string, db: Sqlite.Database): Column[] =>
  db.prepare<[string], Column>('select name, type, "notnull", pk from pragma_table_info(?)').all(table);

/** Other values than one: near it, and far from it. */
function othersOf(value: unknown): [value: unknown, how: string][] {
  if (value === null)
    return [
      [7, 'filled'],
      ['x', 'filled with text'],
    ];
  if (typeof value === 'number')
    return [
      [value + 1, '+ 1'],
      [value === 0 ? -1 : -value, 'negated'],
      [value + 1_000_000_000_000, 'far ahead'],
    ];
  if (Buffer.isBuffer(value)) {
    const flipped = Buffer.from(value);
    flipped[0] = (flipped[0] ?? 0) ^ 1;
    return [
      [flipped, 'one bit'],
      ...(value.every((byte) => byte === 0)
        ? []
        : [[Buffer.alloc(value.length), 'zeros'] as [Buffer, string]]),
    ];
  }
  return [
    [`${value}x`, 'longer'],
    [`y${String(value).slice(1)}`, 'another letter'],
  ];
}

/** A key that no row has. */
function secondKey(keys: Column[], row: Record<string, unknown>, rows: Record<string, unknown>[]): object {
  const last = keys.at(-1)?.name ?? '';
  const value = row[last];
  if (typeof value !== 'number') return { [last]: `${value}x` };
  return { [last]: Math.max(...rows.map((one) => Number(one[last]))) + 1 };
}

/** A table without a column, with one more, without each of its constraints; one with another in its place. */
function changesOfTable({ name, sql }: SchemaObject, db: Sqlite.Database): SqliteChange[] {
  const columns = columnsOf(name, db);
  const plain = sql.replace(/--.*/g, '');
  const constraints = [
    ...plain.matchAll(
      / not null| unique(?= *[,\n)])| check \((?:[^()]|\([^()]*\))*\)|,\s*unique \([^()]*\)|(?<=\)\s*)strict(, )?|(, )?without rowid| primary key(?= *[,\n]| check)| integer(?= primary key)/g,
    ),
  ];
  return [
    ...columns.map((column) => ({
      name: `column ${column.name} of ${name} dropped`,
      make: (db: Sqlite.Database) => {
        const kept = columns.filter((one) => one.name !== column.name).map((one) => one.name);
        rebuiltAs(db, name, `create table other as select ${kept.join()} from ${name}`, undefined);
      },
    })),
    {
      name: `a column added to ${name}`,
      make: (db) => void db.exec(`alter table ${name} add column further text`),
    },
    ...constraints.map((match, i) => ({
      name: `${name}: without constraint ${i + 1},${match[0].replace(/\s+/g, ' ').replace(/^,/, '')}`,
      make: (db: Sqlite.Database) => {
        const less = plain.slice(0, match.index) + plain.slice(match.index + match[0].length);
        const made = less.replace(/^create table "?\w+"?/i, 'create table other').replace(/,\s*$/, '');
        rebuiltAs(db, name, made, columns.map((column) => column.name).join());
      },
    })),
    {
      name: `a view in the place of ${name}`,
      make: (db) => {
        db.pragma('legacy_alter_table = on');
        db.exec(`alter table ${name} rename to hidden; create view ${name} as select * from hidden`);
      },
    },
    { name: `table ${name} dropped`, make: unguarded((db) => void db.exec(`drop table ${name}`)) },
    {
      name: `a foreign trigger on ${name}`,
      make: (db) =>
        void db.exec(`create trigger foreign_one after insert on ${name} begin delete from openings; end`),
    },
    {
      name: `a foreign index on ${name}`,
      make: (db) => void db.exec(`create index foreign_one on ${name} (${columns[0]?.name})`),
    },
  ];
}

/** Puts a table made by a statement in the place of another, whose rows it has, and whose indexes and triggers it gets. */
function rebuiltAs(db: Sqlite.Database, table: string, statement: string, columns: string | undefined): void {
  const rest = db
    .prepare<[string], string>(
      "select sql from sqlite_schema where tbl_name = ? and type <> 'table' and sql is not null",
    )
    .pluck()
    .all(table);
  db.pragma('legacy_alter_table = on');
  db.exec(statement);
  if (columns !== undefined) db.exec(`insert into other (${columns}) select ${columns} from ${table}`);
  db.exec(`drop table ${table}; alter table other rename to ${table}`);
  for (const sql of rest)
    try {
      db.exec(sql);
    } catch {
      // It names the column that is gone.
    }
}

function changesOfIndex({ name, tbl_name, sql }: SchemaObject): SqliteChange[] {
  return [
    { name: `index ${name} dropped`, make: (db) => void db.exec(`drop index ${name}`) },
    {
      name: `index ${name} over no rows`,
      make: (db) =>
        void db.exec(`drop index ${name}; ${sql.replace(/ where .*/s, '')} where 0 = length(hex(1))`),
    },
    {
      name: `the content of index ${name} another than its rows`,
      make: (db) => {
        // Made over no rows, and then said to be over all.
        db.exec(`drop index ${name}; ${sql.replace(/ where .*/s, '')} where 0 = length(hex(1))`);
        db.unsafeMode();
        db.pragma('writable_schema = on');
        db.prepare('update sqlite_schema set sql = ? where name = ? and tbl_name = ?').run(
          sql,
          name,
          tbl_name,
        );
      },
    },
  ];
}

function changesOfTrigger({ name, sql }: SchemaObject): SqliteChange[] {
  return [
    { name: `trigger ${name} dropped`, make: (db) => void db.exec(`drop trigger ${name}`) },
    {
      name: `trigger ${name} emptied`,
      make: (db) => void db.exec(`drop trigger ${name}; ${sql.replace(/begin.*/s, 'begin select 1; end')}`),
    },
    {
      name: `trigger ${name} on a condition that never holds`,
      make: (db) =>
        void db.exec(
          `drop trigger ${name}; ${sql.replace(/begin /, 'when 0 begin ').replace(/when .* when 0/s, 'when 0')}`,
        ),
    },
  ];
}

const extraObjects: SqliteChange[] = [
  { name: 'an extra table', make: (db) => void db.exec('create table further (a)') },
  { name: 'an extra view', make: (db) => void db.exec('create view further as select * from events') },
];

const unguarded =
  (change: (db: Sqlite.Database) => void): SqliteChange['make'] =>
  (db) =>
    withoutGuards(db, () => change(db));

function short(value: unknown): string {
  const text = Buffer.isBuffer(value) ? value.toString('hex') : String(value);
  return text.length > 48 ? `${text.slice(0, 48)}…` : text;
}
