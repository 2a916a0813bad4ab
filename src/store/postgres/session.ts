import type pg from 'pg';

/** A connection that knows the name of its session. */
type Named = pg.ClientBase & { readonly session: string };

/** The schemas of the database that hold a ledger. */
const schemas = `select nspname from pg_namespace as n
  where (select count(*) from pg_class where relnamespace = n.oid and relkind in ('r', 'p')
    and relname in ('ledger', 'head', 'events', 'kysely_migration')) = 4`;

/** Whether nobody has said where the tables are, or are to be. */
const isPathOpen = `(select source in ('default', 'configuration file') from pg_settings where name = 'search_path')
  and to_regclass('head') is null`;

/** The schemas with a ledger, where there are several to choose from. */
export const ambiguous = `select string_agg(nspname, ', ' order by nspname) as names from (${schemas}) as n
  where ${isPathOpen} having count(*) > 1`;

/** 0 is sent neither by pg nor by libpq, and newer versions of PostgreSQL have more of them. */
const timeoutsOff = `(select count(set_config(name, '0', false)) from pg_settings where name in ('statement_timeout',
    'lock_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout', 'transaction_timeout'))`;

/**
 * What each session begins with, whatever the database and the role are set to: an isolation level with which statements beside
 * those of others don't fail; commits that wait for the disk; the schema that holds the ledger, where it is another than
 * `public`, as in a database that was restored from a dump; and a name that `haveOwnSessions` knows it by.
 */
export const sessionOf = ({ session }: Named, timeouts = true): pg.QueryConfig => ({
  text: `select ${timeouts ? '' : `${timeoutsOff},`} set_config('default_transaction_isolation', 'read committed', false),
    set_config('default_transaction_deferrable', 'off', false),
    set_config('milestone_ledger.session', $1, false),
    (select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'),
    (select set_config('search_path', quote_ident(min(nspname)), false) from (${schemas}) as n
      where ${isPathOpen} having count(*) = 1)`,
  values: [session],
});

/**
 * Whether each connection has a session of its own in the server. Behind a pooler in transaction mode they share sessions, at the
 * latest when their transactions are open at the same time.
 */
export async function haveOwnSessions(clients: Named[]): Promise<boolean> {
  const hasOwn = async (client: Named): Promise<boolean> => {
    const { rows } = await client.query(
      `select current_setting('milestone_ledger.session', true) as session`,
    );
    return rows[0]?.session === client.session;
  };
  for (const client of clients) if (!(await hasOwn(client))) return false;
  try {
    for (const client of clients.toReversed()) {
      await client.query('begin isolation level read committed');
      if (!(await hasOwn(client))) return false;
    }
    return true;
  } finally {
    for (const client of clients) await client.query('rollback');
  }
}
