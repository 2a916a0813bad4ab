import { type Kysely, sql } from 'kysely';

/** As 0012-access. */
const statements = [
  `create table principals (
    principal_id text collate "C" primary key,
    label text collate "C",
    issuer text collate "C",
    subject text collate "C",
    unique (issuer, subject)
  )`,
  `create table tokens (
    token_id text collate "C" primary key,
    principal_id text collate "C" not null,
    hash bytea not null unique check (length(hash) = 32),
    label text collate "C" not null,
    grants text collate "C",
    created_at bigint not null,
    expires_at bigint not null,
    revoked_at bigint,
    used_at bigint
  )`,
  `update view_versions set version = 5 where view = 'records' and not exists (select 1 from events)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
