import made from './postgres-objects.json' with { type: 'json' };
import type { Objects } from './schema.ts';

/**
 * The objects that the migrations and postgres-service-role.sql make, as they are called and defined by the statement
 * below. `npm run objects` writes the file; a test compares it. An auditor may only read, so they can't be made for the occasion.
 */
export const objectsMadeOfPostgres: Objects = new Map(Object.entries(made));

/** The role of postgres-service-role.sql. */
const service = 'milestone_ledger_service';

/**
 * One row an object of the schema that `events` is in: kind, name, the table that it is on, and its definition, in which the
 * schema is not named, and nothing is quoted, as which words are quoted is a matter of the version. What an extension brought is left out, and so is what decides about time and room only: storage,
 * fill factors, statistics, tablespaces. The database lists what a constraint or an identity is made of itself.
 */
export const objectsStatement = `
with home as (
  select relnamespace as oid, relowner as owner from pg_class where oid = to_regclass('events')
), extension as (
  select classid, objid from pg_depend where deptype = 'e'
), own as (
  select pg_class.* from pg_class, home where relnamespace = home.oid
    and not exists (select from extension where classid = 'pg_class'::regclass and objid = pg_class.oid)
), tables as (
  select * from own where relkind not in ('i', 'I', 'S')
), objects as (
  select case relkind when 'r' then 'Table' when 'v' then 'View' when 'm' then 'Materialized view'
      when 'f' then 'Foreign table' when 'p' then 'Partitioned table' else 'Type' end as kind,
    relname::text as name, null::text as of_table,
    concat_ws(', ', case relpersistence when 'p' then 'permanent' when 'u' then 'unlogged' else 'temporary' end,
      case when relrowsecurity then 'row security' end, case when relforcerowsecurity then 'forced row security' end,
      (select amname from pg_am where oid = relam and amname <> 'heap')) as definition
    from tables
  union all
  select 'Sequence', relname, null, concat_ws(', ',
      case relpersistence when 'p' then 'permanent' when 'u' then 'unlogged' else 'temporary' end,
      format('%s from %s by %s, %s to %s', format_type(seqtypid, null), seqstart, seqincrement, seqmin, seqmax),
      case when seqcycle then 'cycle' end)
    from own join pg_sequence on seqrelid = own.oid
  union all
  select 'Column', attname, relname, concat_ws(', ', format_type(atttypid, atttypmod),
      (select 'collate ' || collname from pg_collation where oid = attcollation and collname <> 'default'),
      case when attnotnull then 'not null' end,
      case attidentity when 'a' then 'always an identity' when 'd' then 'by default an identity' end,
      case when attgenerated <> '' then 'generated' end,
      (select 'default ' || pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = attrelid and adnum = attnum))
    from tables join pg_attribute on attrelid = tables.oid where attnum > 0 and not attisdropped
  union all
  select 'Constraint', conname, regclass.relname, concat_ws(', ', pg_get_constraintdef(pg_constraint.oid, true),
      case when not convalidated then 'not validated' end)
    from pg_constraint join pg_class as regclass on regclass.oid = conrelid
    where contype not in ('n', 't') and (conrelid in (select oid from own) or confrelid in (select oid from own))
  union all
  select 'Index', own.relname, tables.relname, concat_ws(', ', pg_get_indexdef(indexrelid),
      case when not (indisvalid and indisready and indislive) then 'not in use' end,
      case when indisprimary then 'primary' end)
    from pg_index join own on own.oid = indexrelid join tables on tables.oid = indrelid
  union all
  select 'Trigger', tgname, relname, concat_ws(', ', pg_get_triggerdef(pg_trigger.oid, true),
      'function of ' || (select pronamespace::regnamespace from pg_proc where pg_proc.oid = tgfoid),
      case tgenabled when 'O' then null when 'D' then 'disabled' when 'R' then 'for replicas only' else 'always' end)
    from pg_trigger join tables on tables.oid = tgrelid where not tgisinternal
  union all
  select 'Rule', rulename, relname, concat_ws(', ', pg_get_ruledef(pg_rewrite.oid, true),
      case ev_enabled when 'O' then null when 'D' then 'disabled' when 'R' then 'for replicas only' else 'always' end)
    from pg_rewrite join tables on tables.oid = ev_class where rulename <> '_RETURN' or relkind = 'r'
  union all
  select 'Policy', polname, relname, concat_ws(', ', polcmd::text, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
    from pg_policy join tables on tables.oid = polrelid
  union all
  select 'Inheritance', heir.relname, heritage.relname, ''
    from pg_inherits join pg_class as heir on heir.oid = inhrelid join pg_class as heritage on heritage.oid = inhparent
    where heir.relkind not in ('i', 'I') and (inhrelid in (select oid from own) or inhparent in (select oid from own))
  union all
  select 'Function', format('%s(%s)', proname, pg_get_function_identity_arguments(pg_proc.oid)), null,
      concat_ws(', ', pg_get_function_result(pg_proc.oid), lanname, case when prosecdef then 'with the rights of its owner' end,
      array_to_string(proconfig, ', '), nullif(provolatile, 'v'), prosrc)
    from pg_proc join home on home.oid = pronamespace join pg_language on pg_language.oid = prolang
    where not exists (select from extension where classid = 'pg_proc'::regclass and objid = pg_proc.oid)
  union all
  select 'Type', typname, null, typtype::text from pg_type join home on home.oid = typnamespace
    where typtype in ('b', 'd', 'e', 'r') and typcategory <> 'A' and typtype <> 'c'
      and not exists (select from extension where classid = 'pg_type'::regclass and objid = pg_type.oid)
  union all
  select 'Operator', oprname, null, oprcode::text from pg_operator join home on home.oid = oprnamespace
    where not exists (select from extension where classid = 'pg_operator'::regclass and objid = pg_operator.oid)
  union all
  select 'Collation', collname, null, '' from pg_collation join home on home.oid = collnamespace
    where not exists (select from extension where classid = 'pg_collation'::regclass and objid = pg_collation.oid)
  union all
  select 'Owner', of_what, null, 'that of events' from (
    select relname::text as of_what, relowner as owner from own where relkind not in ('i', 'I')
    union all
    select format('%s()', proname), proowner from pg_proc join home on home.oid = pronamespace
      where not exists (select from extension where classid = 'pg_proc'::regclass and objid = pg_proc.oid)
  ) as owned where owned.owner <> (select owner from home)
  union all
  select 'Privilege', format('%s%s of %s%s', privilege_type, of_column,
      case grantee when 0 then 'everybody' else grantee::regrole::text end,
      case when is_grantable then ' with grant option' else '' end), relname, ''
    from (
      select relname, relowner, relacl as acl, '' as of_column from own
      union all
      select relname, relowner, attacl, format(' (%s)', attname) from own join pg_attribute on attrelid = own.oid
    ) as held cross join lateral aclexplode(acl)
    where grantee <> relowner
      and (grantee::regrole::text = '${service}' or privilege_type not in ('SELECT', 'USAGE'))
  union all
  select 'Membership', format('%s in %s', member::regrole, roleid::regrole), null, ''
    from pg_auth_members, home where member::regrole::text = '${service}'
      and pg_has_role(member, home.owner, 'member')
  union all
  select 'Setting', format('%s of %s in %s', split_part(setting, '=', 1),
      case setrole when 0 then 'everybody' else setrole::regrole::text end,
      case setdatabase when 0 then 'every database' else 'this database' end), null, split_part(setting, '=', 2)
    from pg_db_role_setting cross join lateral unnest(setconfig) as setting, home
    where (setdatabase = 0 or setdatabase = (select oid from pg_database where datname = current_database()))
      and (setting like 'session_replication_role=%' and setting <> 'session_replication_role=origin'
        or setting like 'search_path=%' and home.oid is distinct from (
          select to_regnamespace(trim(both from name)) from unnest(string_to_array(split_part(setting, '=', 2), ','))
            with ordinality as listed (name, place)
          where to_regnamespace(trim(both from name)) is not null order by place limit 1))
  union all
  select 'Name', relname, null, format('taken for %s', to_regclass(relname::text))
    from tables, home where (select relnamespace from pg_class where oid = to_regclass(tables.relname::text)) <> home.oid
)
select kind, name, of_table, translate(replace(replace(definition, quote_ident(nspname) || '.', ''),
    'function of ' || quote_ident(nspname), 'function of the same schema'), '"', '') as definition
  from objects, home join pg_namespace on pg_namespace.oid = home.oid
`;

export interface ObjectRow {
  kind: string;
  name: string;
  of_table: string | null;
  definition: string;
}

/** Tables that a rebuild makes, or has swapped out, are there now and then. */
const isBeside = /_(rebuilt|replaced)$/;

/** The objects that the statement tells of. */
export function objectsOfPostgres(rows: ObjectRow[]): Objects {
  const objects = new Map<string, string>();
  for (const { kind, name, of_table, definition } of rows) {
    const table = of_table ?? name;
    if (isBeside.test(table) && besideToo.has(kind)) continue;
    objects.set(`${kind} ${name}${of_table === null ? '' : ` on ${of_table}`}`, definition);
  }
  // A service may have another role, or be the owner.
  const hasRole = rows.some(({ kind, name }) => kind === 'Privilege' && name.includes(` of ${service}`));
  if (!hasRole)
    for (const [name, definition] of objectsMadeOfPostgres)
      if (name.includes(` of ${service}`)) objects.set(name, definition);
  return objects;
}

/** What such a table has like the one in use. */
const besideToo = new Set(['Table', 'Column', 'Constraint', 'Index', 'Privilege']);
