import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import * as ledger from '../../migrations/0001-ledger.ts';
import * as ledgerOnPostgres from '../../migrations/postgres-0001-ledger.ts';

/** Forward only, in the order of their names. A released migration is never edited. */
const sqliteMigrations: Record<string, Migration> = {
  '0001-ledger': ledger,
};

/** The same on PostgreSQL: a migration that is written for both engines stands in both lists. */
export const postgresMigrations: typeof sqliteMigrations = {
  '0001-ledger': ledgerOnPostgres,
};

/** Brings the tables to this version; gives the names of the migrations that ran. */
export async function migrate<T>(db: Kysely<T>, migrations = sqliteMigrations): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) throw error;
  return results.map(({ migrationName }) => migrationName);
}
