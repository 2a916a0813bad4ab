import { type Kysely, sql } from 'kysely';

/** As 0013-sessions. */
const statements = [
  `create table sessions (
    hash bytea primary key check (length(hash) = 32),
    principal_id text collate "C" not null,
    begun_at bigint not null,
    used_at bigint not null,
    idle_ends_at bigint not null,
    ends_at bigint not null
  )`,
  'create index sessions_of_principal on sessions (principal_id)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
