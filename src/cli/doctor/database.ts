import { statSync } from 'node:fs';
import { Refusal } from '../../errors.ts';
import { requireSameClock } from '../../store/clock.ts';
import { connectionsTo, reasonOf } from '../../store/postgres/connection.ts';
import { lookAtGround } from '../../store/postgres/soundness.ts';
import { nameOfDatabase } from '../../store/postgres/url.ts';
import { openReadonly } from '../../store/sqlite/readonly.ts';
import { openSqliteReader } from '../../verify/sqlite-reader.ts';
import { orCannotVerify } from '../../verify/sqlite-tables.ts';
import { type Check, type Finding, ok, type Surroundings, warning, wrong } from './check.ts';
import { size } from './words.ts';

/** A larger file is looked at without comparing each index with its table. */
const wholeBytesMax = 256 * 2 ** 20;
const shownMax = 3;

/** Whether the database itself finds its pages, or its settings, in order. */
export const database: Check<Surroundings> = {
  name: 'database',
  look: ({ file, config: { DATABASE_URL }, nowMs, isServed }) =>
    file === undefined ? ofPostgres(DATABASE_URL, nowMs) : ofSqlite(file, isServed),
};

async function ofSqlite(file: string, isServed: boolean): Promise<Finding[]> {
  const { size: bytes } = statSync(file);
  const isWhole = bytes <= wholeBytesMax;
  // Refuses what is no database, and leaves nothing beside the file.
  await using _ = await openSqliteReader(file);
  const faults = orCannotVerify(file, () => faultsIn(file, isWhole ? 'integrity_check' : 'quick_check'));
  if (faults.length > 0) {
    const more = faults.length > shownMax ? `; and ${faults.length - shownMax} more` : '';
    const shown = faults.slice(0, shownMax).map((fault) => fault.replaceAll('\n', ' '));
    return [
      wrong(
        `${file} is damaged: ${shown.join('; ')}${more}. Stop the service, keep a copy, look at the disk, and restore the newest backup.`,
      ),
    ];
  }
  const wal = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  const left =
    wal > 0 && !isServed ? '; it was not closed in order, and the next start takes up its -wal' : '';
  return [
    ok(`SQLite, ${size(bytes)}: ${isWhole ? 'every page and index' : 'every page'} is in order${left}`),
  ];
}

/** What SQLite finds, as far as it comes: a damaged page may end it. */
function faultsIn(file: string, check: 'integrity_check' | 'quick_check'): string[] {
  const { handle, close } = openReadonly(file);
  const faults: string[] = [];
  try {
    for (const fault of handle.prepare<[], string>(`pragma ${check}(100)`).pluck().iterate())
      if (fault !== 'ok') faults.push(fault);
  } catch (error) {
    if (faults.length === 0) throw error;
  } finally {
    close();
  }
  return faults;
}

async function ofPostgres(url: string, nowMs: number): Promise<Finding[]> {
  const name = nameOfDatabase(url);
  const connections = connectionsTo(url);
  try {
    const client = await connections.newClient();
    try {
      // What a group of the service finds before it writes.
      const { serverMs, weaknesses } = await lookAtGround(
        async <R extends object>(text: string, values: unknown[] = []) =>
          // Its type is what the statement selects.
          (await client.query(text, values)).rows as R[],
      );
      const { rows } = await client.query<{ version: string }>('show server_version');
      const findings = weaknesses.map((weakness) => warning(`${name}: ${weakness}. Change the setting.`));
      findings.push(...clockFault(nowMs, serverMs));
      return findings.length > 0
        ? findings
        : [ok(`PostgreSQL ${rows[0]?.version}, ${name}: this role can record, and the clocks agree`)];
    } finally {
      await client.end();
    }
  } catch (error) {
    if (error instanceof Refusal) return [wrong(`${name}: ${error.message}`)];
    return [wrong(`${name} can't be used: ${reasonOf(error)}. Look at DATABASE_URL and at the server.`)];
  } finally {
    await connections.end();
  }
}

function clockFault(nowMs: number, serverMs: number): Finding[] {
  try {
    requireSameClock({ own: () => nowMs, server: (ms) => ms }, nowMs, serverMs);
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [wrong(`${error.message} Set both clocks right (NTP): until then nothing is recorded.`)];
  }
}
