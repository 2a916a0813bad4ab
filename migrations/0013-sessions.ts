import { type Kysely, sql } from 'kysely';

/** Of whoever logged in with a browser. A row is deleted when its session ends. */
const statements = [
  // A copy of the ledger has no sessions: one that was ended would go on.
  `create table sessions (
    -- SHA-256 of the id, which the cookie of the browser has.
    hash blob primary key check (length(hash) = 32),
    principal_id text not null,
    begun_at integer not null,
    -- Written at most once a minute.
    used_at integer not null,
    -- Without use it ends here, which each use puts off.
    idle_ends_at integer not null,
    -- Whatever its use.
    ends_at integer not null
  ) strict, without rowid`,
  'create index sessions_of_principal on sessions (principal_id)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
