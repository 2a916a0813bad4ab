import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';

/** What tells, of rows that do not follow from the log, whether they are as they were written. */
const statements = [
  // SHA-256 of the key of the fingerprints.
  `alter table ledger add column fingerprint_key_hash blob`,
  // The size of the checkpoint that was signed before this one, 0: it was the first; empty: signed by an earlier version.
  `alter table checkpoints add column previous integer`,
  // HMAC-SHA-256 over the other columns, but for the id, under the key of the fingerprints; empty: kept by an earlier version.
  `alter table idempotency_keys add column mac blob`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
  const { rows } = await sql<{ fingerprint_key: Uint8Array }>`select fingerprint_key from ledger`.execute(db);
  for (const { fingerprint_key } of rows) {
    const hash = createHash('sha256').update(fingerprint_key).digest();
    await sql`update ledger set fingerprint_key_hash = ${hash}`.execute(db);
  }
}
