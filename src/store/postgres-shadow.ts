import { type Asking, ask } from './asking.ts';
import type { Run } from './postgres-tree.ts';
import {
  type Chunk,
  rebuiltName,
  replacedName,
  type ShadowTables,
  type Table,
  tables,
} from './rebuilding.ts';
import { recordColumns } from './schema.ts';
import type { ReadModel } from './store.ts';

export const shadowNames = tables.flatMap((table) => [rebuiltName(table), replacedName(table)]);

/** Whether this role owns the read models, as it must to put others in their place. */
export async function isOwner(run: Run): Promise<boolean> {
  const [row] = await run<{ owns: boolean }>(
    `select bool_and(pg_has_role(relowner, 'usage')) as owns from pg_class where oid = any ($1::regclass[])`,
    [tables],
  );
  return row?.owns === true;
}

/** Makes empty tables beside the present ones, with the same columns, settings, indexes, owner and privileges. */
export async function makeShadow(run: Run): Promise<void> {
  for (const table of tables) {
    await run(`create table ${rebuiltName(table)} (like ${table} including all excluding indexes)`);
    for (const statement of await likenessOf(table, run)) await run(statement);
  }
}

/** The statements that give a table made anew what LIKE leaves out. */
async function likenessOf(table: Table, run: Run): Promise<string[]> {
  const made = rebuiltName(table);
  const [present] = await run<{ owner: string; options: string | null }>(
    `select relowner::regrole::text as owner, array_to_string(reloptions, ', ') as options
      from pg_class where oid = $1::regclass`,
    [table],
  );
  const indexes = await run<{ name: string; definition: string; is_primary: boolean }>(
    `select relname as name, pg_get_indexdef(indexrelid) as definition, indisprimary as is_primary
      from pg_index join pg_class on oid = indexrelid where indrelid = $1::regclass`,
    [table],
  );
  const grants = await run<{ statement: string }>(
    `select format('grant %s%s on ${made} to %s%s', privilege_type, of_column,
        case grantee when 0 then 'public' else grantee::regrole::text end,
        case when is_grantable then ' with grant option' else '' end) as statement
      from (
        select relacl as acl, '' as of_column from pg_class where oid = $1::regclass
        union all
        select attacl, format(' (%I)', attname) from pg_attribute where attrelid = $1::regclass and attnum > 0
      ) as held cross join lateral aclexplode(acl)`,
    [table],
  );
  return [
    ...(present?.options ? [`alter table ${made} set (${present.options})`] : []),
    ...indexes.flatMap(({ name, definition, is_primary }) => [
      // CREATE INDEX name ON schema.table USING and so on.
      definition.replace(/ INDEX \S+ ON (\S+) /, ` INDEX ${name}_rebuilt ON $1_rebuilt `),
      ...(is_primary
        ? [`alter table ${made} add constraint ${name}_rebuilt primary key using index ${name}_rebuilt`]
        : []),
    ]),
    `alter table ${made} owner to ${present?.owner}`,
    ...grants.map(({ statement }) => statement),
  ];
}

/** Removes what a rebuild left. */
export async function removeShadow(run: Run): Promise<void> {
  for (const name of shadowNames) await run(`drop table if exists ${name}`);
}

const names = recordColumns.join(', ');

export const shadowTables: ShadowTables = {
  *insert({ rows, numbers, snapshots }: Chunk): Asking<void> {
    const records = rows.map((values) =>
      Object.fromEntries(recordColumns.map((column, i) => [column, values[i]])),
    );
    if (records.length > 0)
      yield* ask(
        `insert into records_rebuilt (${names}) select ${names} from json_populate_recordset(null::records, $1)`,
        JSON.stringify(records),
      );
    const superseded = records.filter((row) => row['prev_position'] !== null);
    if (superseded.length > 0)
      yield* ask(
        `update records_rebuilt as made set to_position = superseded.by
          from unnest($1::bigint[], $2::bigint[]) as superseded (position, by)
          where made.position = superseded.position`,
        superseded.map((row) => row['prev_position']),
        superseded.map((row) => row['position']),
      );
    if (numbers.length > 0)
      yield* ask(
        `insert into record_numbers_rebuilt as made
          select initiative_id, kind, max(last_number)
            from json_populate_recordset(null::record_numbers, $1) group by initiative_id, kind
          on conflict (initiative_id, kind) do update
          set last_number = greatest(made.last_number, excluded.last_number)`,
        JSON.stringify(numbers),
      );
    for (const { initiative_id, position, since, tally } of snapshots)
      yield* ask(
        'insert into count_snapshots_rebuilt values ($1, $2, $3, $4) on conflict do nothing',
        initiative_id,
        position,
        since,
        tally,
      );
  },
  *swap({ name, version, tables }: ReadModel): Asking<void> {
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
    yield* ask(
      `insert into view_versions values ($1, $2)
        on conflict (view) do update set version = excluded.version`,
      name,
      version,
    );
  },
};
