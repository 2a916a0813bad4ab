import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { copyLedger } from '../../src/copy/copy-ledger.ts';
import { CannotVerify } from '../../src/verify/reader.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { binaries, execute, startCluster } from '../helpers/postgres.ts';
import { fillSearch } from '../helpers/search.ts';
import { addPrincipals, segmentLength, wholeLedger } from '../helpers/whole-ledger.ts';
import { postgresChanges } from './postgres-changes.ts';
import { sqliteChanges } from './sqlite-changes.ts';
import { unknowable } from './unknowable.ts';

/** What verification says to a change; undefined: the change can't be made. */
export interface Said {
  name: string;
  /** Each finding, or that it can't be verified. */
  said: string[];
  refused?: string;
}

/** Makes each change, or one of so many and those that are chosen, in a copy of its own, and verifies that. */
export async function* verifiedOnSqlite(
  directory: string,
  oneOf = 1,
  chosen: (name: string) => boolean = none,
): AsyncGenerator<Said> {
  const whole = await wholeLedger(directory);
  await addPrincipals(whole);
  const { database, signer } = whole;
  await fillSearch(`file:${database}`, segmentLength);
  const copy = join(directory, 'changed.db');
  const handle = new Sqlite(database);
  handle.exec(migratedBefore);
  handle.close();
  for (const [i, { name, make }] of sqliteChanges(database).entries()) {
    if (i % oneOf !== 0 && !chosen(name)) continue;
    copyFileSync(database, copy);
    const db = new Sqlite(copy);
    try {
      db.pragma('journal_mode = delete');
      make(db);
    } catch (error) {
      if (!(error instanceof Sqlite.SqliteError)) throw error;
      yield { name, said: [], refused: error.message };
      continue;
    } finally {
      db.close();
    }
    yield { name, said: await saidOf(`file:${copy}`, signer) };
  }
}

/** The same on PostgreSQL, in a copy of the ledger. */
export async function* verifiedOnPostgres(
  directory: string,
  oneOf = 1,
  chosen: (name: string) => boolean = none,
): AsyncGenerator<Said> {
  const whole = await wholeLedger(directory);
  await addPrincipals(whole);
  const { database, signer } = whole;
  const cluster = await startCluster();
  try {
    const [maintenance, url] = [cluster.url('postgres'), cluster.url('whole')];
    await execute(maintenance, 'create database whole');
    await copyLedger(`file:${database}`, url);
    await fillSearch(url, segmentLength);
    // A copy has none.
    const token = `'0c1b', 'principal-1', sha256('x'), 'x', '{"reader":["sci"]}', 1, 2`;
    await execute(url, `insert into tokens values (${token}, 3, 4)`);
    await execute(url, `insert into sessions values (sha256('x'), 'principal-1', 1, 2, 3, 4)`);
    await execute(url, readFileSync(roleFile, 'utf8'));
    await execute(url, migratedBefore);
    for (const [i, { name, statements }] of (await postgresChanges(url)).entries()) {
      if (i % oneOf !== 0 && !chosen(name)) continue;
      await execute(maintenance, 'drop database if exists changed with (force)');
      await execute(maintenance, 'create database changed template whole');
      try {
        await execute(cluster.url('changed'), `set session_replication_role = replica; ${statements}`);
      } catch (error) {
        yield { name, said: [], refused: (error as Error).message };
        continue;
      }
      yield { name, said: await saidOf(cluster.url('changed'), signer) };
    }
  } finally {
    await cluster.end();
  }
}

const none = (): boolean => false;

/** Its events are of an earlier day than its tables. */
const migratedBefore = "update kysely_migration set timestamp = '2024-01-01T00:00:00.000Z'";
const roleFile = new URL('../../migrations/postgres-service-role.sql', import.meta.url);

async function saidOf(url: string, signerDirectory: string): Promise<string[]> {
  try {
    const { findings } = await verifyLedger(url, { signerDirectory });
    return findings.map(
      ({ what, position, detail }) => `${what}${position === undefined ? '' : ` ${position}`}: ${detail}`,
    );
  } catch (error) {
    if (error instanceof CannotVerify) return [`can't be verified: ${error.message}`];
    throw error;
  }
}

// `npm run mutations`, for both engines; with an argument for one of them.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const engines = { sqlite: verifiedOnSqlite, postgres: verifiedOnPostgres };
  for (const [engine, verified] of Object.entries(engines)) {
    if (![undefined, engine].includes(process.argv[2])) continue;
    if (engine === 'postgres' && binaries === undefined) continue;
    const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-mutations-'));
    const counts = { found: 0, 'not found, with a reason': 0, 'not found': 0, 'can not be made': 0 };
    for await (const { name, said, refused } of verified(directory, Number(process.argv[3] ?? 1))) {
      const why = unknowable.find(({ change }) => change.test(name))?.why;
      if (refused !== undefined) counts['can not be made'] += 1;
      else if (said.length > 0) counts.found += 1;
      else if (why !== undefined) counts['not found, with a reason'] += 1;
      else counts['not found'] += 1;
      const [first = `nothing: ${why ?? 'NO REASON'}`] =
        refused === undefined ? said : [`refused: ${refused}`];
      const more = said.length > 1 ? ` (and ${said.length - 1} more)` : '';
      process.stdout.write(`${engine}: ${name} → ${first.slice(0, 200)}${more}\n`);
    }
    process.stdout.write(`${engine}: ${JSON.stringify(counts)}\n`);
    rmSync(directory, { recursive: true });
  }
}
