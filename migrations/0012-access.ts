import { type Kysely, sql } from 'kysely';

/** Who may do what is in the log. Beside it stand what principals are called, and what they are known by. */
const statements = [
  // What a principal is called, and who it is to an identity provider: erased by being emptied.
  `create table principals (
    principal_id text primary key,
    label text,
    issuer text,
    subject text,
    unique (issuer, subject)
  ) strict, without rowid`,
  // A copy of the ledger has no tokens: one that was revoked would be good again.
  `create table tokens (
    token_id text primary key,
    principal_id text not null,
    -- SHA-256 of the token, which is shown once.
    hash blob not null unique check (length(hash) = 32),
    label text not null,
    -- JSON: it gives no more than these grants; empty: all that its principal has.
    grants text,
    created_at integer not null,
    expires_at integer not null,
    revoked_at integer,
    -- Written at most once an hour.
    used_at integer
  ) strict, without rowid`,
  // Ids of principals are among those that the server makes.
  `update view_versions set version = 5 where view = 'records' and not exists (select 1 from events)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
