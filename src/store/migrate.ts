import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import * as ledger from '../../migrations/0001-ledger.ts';
import * as viewVersions from '../../migrations/0002-view-versions.ts';
import * as ledgerOnPostgres from '../../migrations/postgres-0001-ledger.ts';
import * as viewVersionsOnPostgres from '../../migrations/postgres-0002-view-versions.ts';

/** Forward only, in the order of their names. A released migration is never edited. */
const sqliteMigrations: Record<string, Migration> = {
  '0001-ledger': ledger,
  '0002-view-versions': viewVersions,
};

/** The same on PostgreSQL: a migration that is written for both engines stands in both lists. */
export const postgresMigrations: typeof sqliteMigrations = {
  '0001-ledger': ledgerOnPostgres,
  '0002-view-versions': viewVersionsOnPostgres,
};

/** Brings the tables to this version; gives the names of the migrations that ran. */
export async function migrate<T>(db: Kysely<T>, migrations = sqliteMigrations): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) throw error;
  return results.map(({ migrationName }) => migrationName);
}
