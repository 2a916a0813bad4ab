import { type Kysely, sql } from 'kysely';

/** As 0007-checks. */
const statements = [
  `alter table ledger add column fingerprint_key_hash bytea`,
  `update ledger set fingerprint_key_hash = sha256(fingerprint_key)`,
  `alter table checkpoints add column previous bigint`,
  `alter table idempotency_keys add column mac bytea`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
