import { execute } from '../helpers/postgres.ts';

/** A change that the owner of a database can make behind the service's back: statements, while no trigger fires. */
export interface PostgresChange {
  /** What is changed, and how. */
  name: string;
  statements: string;
}

interface Column {
  table: string;
  name: string;
  type: string;
  isText: boolean;
  notNull: boolean;
  isKey: boolean;
}

interface Named {
  name: string;
  table: string;
  definition: string;
}

const schema = "relnamespace = 'public'::regnamespace";

/** Every column of every table, every kind of row, and every object of the schema, each changed once. */
export async function postgresChanges(url: string): Promise<PostgresChange[]> {
  const columns = (await execute(
    url,
    `select relname as table, attname as name, format_type(atttypid, atttypmod) as type, atttypid = 'text'::regtype as "isText",
        attnotnull as "notNull", coalesce(attnum = any (indkey), false) as "isKey"
      from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
        left join pg_index on indrelid = pg_class.oid and indisprimary
      where ${schema} and relkind = 'r' order by relname, attnum`,
  )) as Column[];
  const tables = Map.groupBy(columns, ({ table }) => table);
  const named = async (sql: string): Promise<Named[]> => (await execute(url, sql)) as Named[];
  const constraints = await named(
    `select conname as name, relname as table, pg_get_constraintdef(pg_constraint.oid) as definition
      from pg_constraint join pg_class on pg_class.oid = conrelid where ${schema} and contype <> 'n' order by 1`,
  );
  const indexes = await named(
    `select indexrelid::regclass::text as name, relname as table, pg_get_indexdef(indexrelid) as definition
      from pg_index join pg_class on pg_class.oid = indrelid where ${schema} and relkind = 'r'
        and not exists (select from pg_constraint where conindid = indexrelid) order by 1`,
  );
  const triggers = await named(
    `select tgname as name, relname as table, pg_get_triggerdef(pg_trigger.oid) as definition
      from pg_trigger join pg_class on pg_class.oid = tgrelid where ${schema} and not tgisinternal order by 1`,
  );
  const functions = await named(
    `select proname as name, '' as table, pg_get_functiondef(oid) as definition from pg_proc
      where pronamespace = 'public'::regnamespace order by 1`,
  );
  const grants = await named(
    `select distinct format('%s%s', privilege_type, of_column) as name, relname as table, '' as definition
      from (
        select relname, relacl as acl, '' as of_column from pg_class where ${schema}
        union all
        select relname, attacl, format(' (%I)', attname) from pg_class join pg_attribute on attrelid = pg_class.oid where ${schema}
      ) as held cross join lateral aclexplode(acl)
      where grantee = 'milestone_ledger_service'::regrole order by 2, 1`,
  );
  const rows = await Promise.all([...tables].map(([table, of]) => changesOfRows(url, table, of)));
  return [
    ...rows.flat(),
    ...[...tables].flatMap(([table, of]) => changesOfTable(table, of)),
    ...constraints.map(({ name, table }) => ({
      name: `constraint ${name} dropped`,
      statements: `alter table ${table} drop constraint "${name}" cascade`,
    })),
    ...indexes.flatMap(changesOfIndex),
    ...triggers.flatMap(changesOfTrigger),
    ...functions.flatMap(changesOfFunction),
    ...grants.map(({ name, table }) => ({
      name: `${name} on ${table} revoked`,
      statements: `revoke ${name} on ${table} from milestone_ledger_service`,
    })),
    ...extras,
  ];
}

/** In the first row and the last: each column another value, each that may be empty emptied; and the row. */
async function changesOfRows(url: string, table: string, columns: Column[]): Promise<PostgresChange[]> {
  const keys = columns.filter(({ isKey }) => isKey).map(({ name }) => name);
  const rows = await execute(
    url,
    `select ${columns.map(({ name }) => `${name}::text`)}, row_number() over (order by ${keys}) as n, count(*) over () as of
      from ${table} order by ${keys}`,
  );
  if (rows.length === 0) throw new Error(`the ledger has no row in ${table}, so nothing of it is changed`);
  const places = [...new Set([0, rows.length - 1])];
  return places.flatMap((place) => {
    const row = (rows[place] ?? {}) as Record<string, string | null>;
    const where = keys.map((key) => `${key}::text = '${row[key]}'`).join(' and ');
    const at = `${table} (${keys.map((key) => String(row[key]).slice(0, 48)).join()})`;
    return [
      ...columns.flatMap(({ name, type, notNull }) => [
        ...othersOf(name, type, row[name] ?? null).map(([value, how]) => ({
          name: `${at}: ${name} ${how}`,
          statements: `update ${table} set ${name} = ${value} where ${where}`,
        })),
        ...(notNull || row[name] === null
          ? []
          : [
              {
                name: `${at}: ${name} emptied`,
                statements: `update ${table} set ${name} = null where ${where}`,
              },
            ]),
      ]),
      { name: `${at}: the row deleted`, statements: `delete from ${table} where ${where}` },
      {
        name: `${at}: a second row like it, and no constraint`,
        statements: `do $$ declare one record; begin
            for one in select conname from pg_constraint where conrelid = '${table}'::regclass and contype in ('c', 'p', 'u')
            loop execute format('alter table ${table} drop constraint %I cascade', one.conname); end loop; end $$;
          insert into ${table} overriding system value select * from ${table} where ${where}`,
      },
    ];
  });
}

/** Other values than one, as expressions: near it, and far from it. */
function othersOf(name: string, type: string, value: string | null): [expression: string, how: string][] {
  if (type === 'bytea')
    return value === null
      ? [[`'\\x07'::bytea`, 'filled']]
      : [
          [`set_byte(${name}, 0, get_byte(${name}, 0) # 1)`, 'one bit'],
          ...(/^\\x0+$/.test(value)
            ? []
            : [[`decode(repeat('00', length(${name})), 'hex')`, 'zeros'] as [string, string]]),
        ];
  if (type === 'bigint' || type === 'integer')
    return value === null
      ? [['7', 'filled']]
      : [
          [`${name} + 1`, '+ 1'],
          [`case ${name} when 0 then -1 else -${name} end`, 'negated'],
          ...(type === 'bigint' ? [[`${name} + 1000000000000`, 'far ahead'] as [string, string]] : []),
        ];
  return value === null
    ? [[`'x'`, 'filled']]
    : [
        [`${name} || 'x'`, 'longer'],
        [`'y' || substr(${name}, 2)`, 'another letter'],
      ];
}

function changesOfTable(table: string, columns: Column[]): PostgresChange[] {
  const alter = (name: string, how: string): PostgresChange => ({
    name: `${table}: ${name}`,
    statements: `alter table ${table} ${how}`,
  });
  const one = columns[0]?.name;
  return [
    ...columns.flatMap(({ name, type, isText, notNull, isKey }) => [
      alter(`column ${name} dropped`, `drop column ${name} cascade`),
      alter(`column ${name} with a default`, `alter ${name} set default '7'`),
      ...(notNull && !isKey ? [alter(`column ${name} may be null`, `alter ${name} drop not null`)] : []),
      ...(isText
        ? [alter(`column ${name} in another order`, `alter ${name} type text collate "en-US-x-icu"`)]
        : []),
      ...(type === 'bigint' ? [alter(`column ${name} of another type`, `alter ${name} type numeric`)] : []),
    ]),
    alter('a column more', 'add column further text'),
    alter('unlogged', 'set unlogged'),
    alter('row security', 'enable row level security'),
    alter('forced row security', 'force row level security'),
    alter('another owner', 'owner to milestone_ledger_service'),
    { name: `${table}: a policy`, statements: `create policy foreign_one on ${table} using (false)` },
    {
      name: `${table}: a rule`,
      statements: `create rule foreign_one as on insert to ${table} do instead nothing`,
    },
    {
      name: `${table}: an heir`,
      statements: `create schema elsewhere; create table elsewhere.heir () inherits (${table})`,
    },
    {
      name: `${table}: a foreign trigger`,
      statements: `create schema elsewhere; create function elsewhere.lose() returns trigger language plpgsql as $$
          begin delete from openings; return new; end $$;
        create trigger foreign_one after insert on ${table} execute function elsewhere.lose()`,
    },
    { name: `${table}: a foreign index`, statements: `create index foreign_one on ${table} (${one})` },
    {
      name: `${table}: a view in its place`,
      statements: `alter table ${table} rename to hidden; create view ${table} as select * from hidden`,
    },
    { name: `${table}: dropped`, statements: `drop table ${table} cascade` },
    { name: `${table}: everybody may change it`, statements: `grant update on ${table} to public` },
    {
      name: `${table}: the service may delete from it and truncate it`,
      statements: `grant delete, truncate on ${table} to milestone_ledger_service`,
    },
  ];
}

const changesOfIndex = ({ name, definition }: Named): PostgresChange[] => [
  { name: `index ${name} dropped`, statements: `drop index ${name}` },
  {
    name: `index ${name} over no rows`,
    statements: `drop index ${name}; ${definition.replace(/ WHERE .*/s, '')} where false`,
  },
  {
    name: `index ${name} not in use`,
    statements: `update pg_index set indisvalid = false where indexrelid = '${name}'::regclass`,
  },
];

const changesOfTrigger = ({ name, table, definition }: Named): PostgresChange[] => [
  { name: `trigger ${name} dropped`, statements: `drop trigger ${name} on ${table}` },
  { name: `trigger ${name} disabled`, statements: `alter table ${table} disable trigger ${name}` },
  {
    name: `trigger ${name} for replicas only`,
    statements: `alter table ${table} enable replica trigger ${name}`,
  },
  {
    name: `trigger ${name} on a condition that never holds`,
    statements: `drop trigger ${name} on ${table};
      ${definition.replace(/ WHEN \(.*\) EXECUTE/s, ' EXECUTE').replace(' EXECUTE', ' when (false) EXECUTE')}`,
  },
  {
    name: `trigger ${name} with a function from elsewhere`,
    statements: `create schema elsewhere; create function elsewhere.refuse_change() returns trigger language plpgsql as $$
        begin return coalesce(new, old); end $$;
      drop trigger ${name} on ${table};
      ${definition.replace(/EXECUTE FUNCTION (public\.)?\w+/, 'EXECUTE FUNCTION elsewhere.refuse_change')}`,
  },
];

const changesOfFunction = ({ name, definition }: Named): PostgresChange[] => [
  {
    name: `function ${name} emptied`,
    statements: definition.replace(/AS \$(\w*)\$.*/s, 'AS $$ begin return coalesce(new, old); end $$'),
  },
  { name: `function ${name} with other rights`, statements: `alter function ${name} security definer` },
  {
    name: `function ${name} with a search_path`,
    statements: `alter function ${name} set search_path = elsewhere`,
  },
  {
    name: `function ${name} of another owner`,
    statements: `alter function ${name} owner to milestone_ledger_service`,
  },
];

const extra = (name: string, statements: string): PostgresChange => ({ name, statements });

/** Objects that no migration makes, and what decides which ones are found by their names. */
const extras: PostgresChange[] = [
  extra('an extra table', 'create table further (a text)'),
  extra('an extra view', 'create view further as select * from events'),
  extra('an extra materialized view', 'create materialized view further as select * from events'),
  extra('an extra sequence', 'create sequence further'),
  extra('an extra function', `create function further() returns text language sql as $$ select 'x' $$`),
  extra('an extra type', `create type further as enum ('a')`),
  extra('an extra domain', 'create domain further as text'),
  extra('an extra composite type', 'create type further as (a text)'),
  extra('an extra operator', 'create operator === (function = texteq, leftarg = text, rightarg = text)'),
  extra('an extra collation', `create collation further from "C"`),
  extra('the numbers of kept answers begin again', 'alter sequence idempotency_keys_id_seq restart with 1'),
  extra('the numbers of kept answers go in tens', 'alter sequence idempotency_keys_id_seq increment by 10'),
  extra('the numbers of kept answers in circles', 'alter sequence idempotency_keys_id_seq cycle'),
  extra(
    'search_path of the database names another schema first',
    `create schema elsewhere; do $$ begin execute format('alter database %I set search_path = elsewhere, public', current_database()); end $$`,
  ),
  extra(
    'search_path of the service names another schema first',
    `create schema elsewhere; do $$ begin execute format('alter role milestone_ledger_service in database %I set search_path = elsewhere, public', current_database()); end $$`,
  ),
  extra(
    'search_path finds another table head',
    `create schema elsewhere; create table elsewhere.head (like head including all); insert into elsewhere.head select * from head;
      do $$ begin execute format('alter database %I set search_path = elsewhere, public', current_database()); end $$`,
  ),
  extra(
    'triggers do not fire for the service',
    `do $$ begin execute format('alter role milestone_ledger_service in database %I set session_replication_role = replica', current_database()); end $$`,
  ),
  extra('the fill factor of a table', 'alter table records set (fillfactor = 50)'),
  extra('who may read', 'grant select on events to public'),
];
