import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import * as ledger from '../../migrations/0001-ledger.ts';
import * as viewVersions from '../../migrations/0002-view-versions.ts';
import * as foldedText from '../../migrations/0003-folded-text.ts';
import * as eventsWithReason from '../../migrations/0004-events-with-reason.ts';
import * as checks from '../../migrations/0007-checks.ts';
import * as fork from '../../migrations/0008-fork.ts';
import * as keys from '../../migrations/0009-keys.ts';
import * as country from '../../migrations/0010-country.ts';
import * as wholeSnapshots from '../../migrations/0011-whole-snapshots.ts';
import * as access from '../../migrations/0012-access.ts';
import * as sessions from '../../migrations/0013-sessions.ts';
import * as externalIds from '../../migrations/0014-external-ids.ts';
import * as finding from '../../migrations/0015-finding.ts';
import * as alike from '../../migrations/0017-alike.ts';
import * as tiersAndRoles from '../../migrations/0018-tiers-and-roles.ts';
import * as searchIndex from '../../migrations/0019-search-index.ts';
import * as ledgerOnPostgres from '../../migrations/postgres-0001-ledger.ts';
import * as viewVersionsOnPostgres from '../../migrations/postgres-0002-view-versions.ts';
import * as checksOnPostgres from '../../migrations/postgres-0007-checks.ts';
import * as forkOnPostgres from '../../migrations/postgres-0008-fork.ts';
import * as keysOnPostgres from '../../migrations/postgres-0009-keys.ts';
import * as wholeSnapshotsOnPostgres from '../../migrations/postgres-0011-whole-snapshots.ts';
import * as accessOnPostgres from '../../migrations/postgres-0012-access.ts';
import * as sessionsOnPostgres from '../../migrations/postgres-0013-sessions.ts';
import * as externalIdsOnPostgres from '../../migrations/postgres-0014-external-ids.ts';
import * as searchIndexOnPostgres from '../../migrations/postgres-0019-search-index.ts';
import { StoreUnavailable } from './lock-file.ts';

/** Forward only, in the order of their names. A released migration is never edited. */
export const sqliteMigrations: Record<string, Migration> = {
  '0001-ledger': ledger,
  '0002-view-versions': viewVersions,
  '0003-folded-text': foldedText,
  '0004-events-with-reason': eventsWithReason,
  '0007-checks': checks,
  '0008-fork': fork,
  '0009-keys': keys,
  '0010-country': country,
  '0011-whole-snapshots': wholeSnapshots,
  '0012-access': access,
  '0013-sessions': sessions,
  '0014-external-ids': externalIds,
  '0015-finding': finding,
  '0017-alike': alike,
  '0018-tiers-and-roles': tiersAndRoles,
  '0019-search-index': searchIndex,
};

/** The same on PostgreSQL: a migration that is written for both engines stands in both lists. */
export const postgresMigrations: typeof sqliteMigrations = {
  '0001-ledger': ledgerOnPostgres,
  '0002-view-versions': viewVersionsOnPostgres,
  '0003-folded-text': foldedText,
  '0004-events-with-reason': eventsWithReason,
  '0007-checks': checksOnPostgres,
  '0008-fork': forkOnPostgres,
  '0009-keys': keysOnPostgres,
  '0010-country': country,
  '0011-whole-snapshots': wholeSnapshotsOnPostgres,
  '0012-access': accessOnPostgres,
  '0013-sessions': sessionsOnPostgres,
  '0014-external-ids': externalIdsOnPostgres,
  '0015-finding': finding,
  '0017-alike': alike,
  '0018-tiers-and-roles': tiersAndRoles,
  '0019-search-index': searchIndexOnPostgres,
};

/**
 * Brings the tables to this version; gives the names of the migrations that ran. Throws StoreUnavailable where a later version has
 * changed them. schema: where the tables are.
 */
export async function migrate<T>(
  db: Kysely<T>,
  migrations = sqliteMigrations,
  schema?: string,
): Promise<string[]> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    // Otherwise the table of migrations of another schema is taken for that of this one.
    ...(schema !== undefined && { migrationTableSchema: schema }),
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  // Kysely says it in words alone.
  const [, unknown] = /previously executed migration (\S+) is missing/.exec(String(error)) ?? [];
  if (unknown !== undefined)
    throw new StoreUnavailable(
      `The ledger is of a later version: it has the migration ${unknown}, which this one does not know. Nothing was changed. Start that version, or go back as docs/operate.md says, "Upgrading, and the way back".`,
    );
  if (error) throw error;
  return results.map(({ migrationName }) => migrationName);
}

/**
 * The same migrations, for tables that instances of the version before record in meanwhile. Each group of theirs holds the end of
 * the log before it takes other tables, and so does each migration: otherwise the two could wait for each other.
 */
export const besideGroups = (migrations: typeof sqliteMigrations): typeof sqliteMigrations =>
  Object.fromEntries(
    Object.entries(migrations).map(([name, { up }]) => [
      name,
      {
        async up(db) {
          await sql
            .raw(
              `do $$ begin if to_regclass('head') is not null then lock table head in exclusive mode; end if; end $$`,
            )
            .execute(db);
          await up(db);
        },
      },
    ]),
  );
