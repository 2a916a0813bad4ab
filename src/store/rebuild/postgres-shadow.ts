import { Refusal } from '../../errors.ts';
import { type Asking, ask } from '../../shapes/asking.ts';
import { connectionsTo } from '../postgres/connection.ts';
import { postgres } from '../postgres/run.ts';
import { rebuiltName, replacedName, type Shadow, shadowNames, type Table, tables } from './rebuild.ts';

/** How long the tables are waited for at the swap, with all who read them queued behind. */
const lockMs = 1_000;

export const leftInPostgres = `select relname as name from pg_class
  where relname in (${shadowNames.map((name) => `'${name}'`).join()}) and pg_table_is_visible(oid)`;

/** Over a connection of its own, on which there are no time-outs. */
export async function postgresShadow(url: string): Promise<Shadow> {
  const client = await connectionsTo(url).newClient('without time-outs');
  return {
    dialect: postgres,
    answer: async ({ text, values }) => (await client.query(text, values)).rows,
    begin: 'begin isolation level read committed',
    allowed,
    alone,
    make,
    // What the planner knows of the tables comes with them.
    filled: tables.map((table) => `analyze ${rebuiltName(table)}`),
    hold: (tables) => [
      `set local lock_timeout = ${lockMs}`,
      'select position from head for update',
      ...(tables.length > 0 ? [`lock table ${tables.join()} in access exclusive mode`] : []),
    ],
    swap,
    left: leftInPostgres,
    *remove(name) {
      yield* ask(`drop table if exists ${name}`);
    },
    pausesBeside: 0,
    close: () => client.end().catch(() => {}),
  };
}

/**
 * Throws Refusal `rebuild-running` where another instance rebuilds and `rebuild-not-allowed` where another role owns the tables,
 * as it must to put others in their place.
 */
function* allowed(): Asking<void> {
  const [owner] = yield* ask<{ owns: boolean }>(
    `select bool_and(pg_has_role(relowner, 'usage')) as owns from pg_class where oid = any ($1::regclass[])`,
    tables,
  );
  if (!owner?.owns)
    throw new Refusal(
      'rebuild-not-allowed',
      'Read models are rebuilt by the role that owns their tables: run the command rebuild as this role.',
    );
  // One session of the database can have it, until its connection ends. The number says nothing.
  const [lock] = yield* ask<{ held: boolean }>('select pg_try_advisory_lock(7083164511) as held');
  if (!lock?.held) throw new Refusal('rebuild-running', 'Another instance rebuilds the read models.');
  // What a crash of the server takes would be removed anyway; later commits bring the swap to the disk before themselves.
  yield* ask('set synchronous_commit = off');
}

/** As `allowed`, with another number. */
function* alone(): Asking<boolean> {
  const [lock] = yield* ask<{ held: boolean }>('select pg_try_advisory_lock(7083164512) as held');
  // What a crash of the server takes is filled in again.
  yield* ask('set synchronous_commit = off');
  return lock?.held === true;
}

/** With the same columns, settings, indexes, owner and privileges. */
function* make(): Asking<void> {
  for (const table of tables) {
    yield* ask(`create table ${rebuiltName(table)} (like ${table} including all excluding indexes)`);
    for (const statement of yield* likenessOf(table)) yield* ask(statement);
  }
}

/** The statements that give a table made anew what LIKE leaves out. */
function* likenessOf(table: Table): Asking<string[]> {
  const made = rebuiltName(table);
  const [present] = yield* ask<{ owner: string; options: string | null }>(
    `select relowner::regrole::text as owner, array_to_string(reloptions, ', ') as options
      from pg_class where oid = $1::regclass`,
    table,
  );
  const indexes = yield* ask<{ name: string; definition: string; is_primary: boolean }>(
    `select i.relname as name, indisprimary as is_primary,
        replace(pg_get_indexdef(indexrelid), format(' INDEX %I ON %I.%I ', i.relname, nspname, t.relname),
          format(' INDEX %I ON %I.%I ', i.relname || '_rebuilt', nspname, t.relname || '_rebuilt')) as definition
      from pg_index join pg_class as i on i.oid = indexrelid join pg_class as t on t.oid = indrelid
        join pg_namespace as n on n.oid = t.relnamespace
      where indrelid = $1::regclass`,
    table,
  );
  const grants = yield* ask<{ statement: string }>(
    `select format('grant %s%s on ${made} to %s%s', privilege_type, of_column,
        case grantee when 0 then 'public' else grantee::regrole::text end,
        case when is_grantable then ' with grant option' else '' end) as statement
      from (
        select relacl as acl, '' as of_column from pg_class where oid = $1::regclass
        union all
        select attacl, format(' (%I)', attname) from pg_attribute where attrelid = $1::regclass and attnum > 0
      ) as held cross join lateral aclexplode(acl)`,
    table,
  );
  return [
    ...(present?.options ? [`alter table ${made} set (${present.options})`] : []),
    ...indexes.flatMap(({ name, definition, is_primary }) => [
      definition,
      ...(is_primary
        ? [`alter table ${made} add constraint ${name}_rebuilt primary key using index ${name}_rebuilt`]
        : []),
    ]),
    `alter table ${made} owner to ${present?.owner}`,
    ...grants.map(({ statement }) => statement),
  ];
}

function* swap(tables: readonly Table[]): Asking<void> {
  for (const table of tables) {
    const indexes = yield* ask<{ name: string }>(
      'select relname as name from pg_index join pg_class on oid = indexrelid where indrelid = $1::regclass',
      table,
    );
    yield* ask(`alter table ${table} rename to ${replacedName(table)}`);
    yield* ask(`alter table ${rebuiltName(table)} rename to ${table}`);
    for (const { name } of indexes) {
      yield* ask(`alter index ${name} rename to ${name}_replaced`);
      yield* ask(`alter index ${name}_rebuilt rename to ${name}`);
    }
  }
}
