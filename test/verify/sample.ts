import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Test } from 'tap';
import { itemsOf } from '../../src/rules.ts';
import { fileOf, openStore } from '../../src/store/open-store.ts';
import { Recorder } from '../../src/store/recorder.ts';
import { formatCheckpoint } from '../../src/tlog/checkpoint.ts';
import { signNote } from '../../src/tlog/note.ts';
import { formatVerifierKey, newSignerKey } from '../../src/tlog/note-key.ts';
import { withStoredLedger } from '../../src/verify/stored-ledger.ts';
import { ScopeCounts } from '../../src/views/counts.ts';
import { emptyDatabase } from '../helpers/database.ts';
import { corrected, initiative, meeting, reason, retracted } from '../helpers/decide.ts';

export const origin = 'ledger.example.org/log';
export const signer = newSignerKey(origin);
export const vkey = formatVerifierKey(signer.verifierKey);

export interface Sample {
  /** The whole ledger, stopped. */
  url: string;
  /** Of a ledger in SQLite. */
  file: string;
  /** Its size. */
  end: number;
}

/**
 * A ledger of four full tiles and one that is not: names of persons, corrections, retractions, kept answers and
 * snapshots of counts. Goes with the test.
 */
export async function sampleLedger(t: Test, milestones = 1_200): Promise<Sample> {
  const url = await emptyDatabase(t);
  const store = await openStore(url, { origin });
  const counts = new ScopeCounts(store, (error) => t.fail('a snapshot', { error }));
  let now = Date.parse('2024-01-05T12:00:00.000Z');
  const recorder = new Recorder(
    store,
    () => now,
    (changes) => counts.observe(changes),
  );
  const post = async (body: object, key?: string): Promise<void> => {
    now += 1_000;
    await recorder.record({
      initiativeId: 'sci',
      principal: 'officer',
      authority: 'operator',
      items: itemsOf(structuredClone(body)),
      dryRun: false,
      ...(key === undefined ? {} : { idempotency: { key, fingerprint: Buffer.alloc(32, 7) } }),
    });
  };
  await post(initiative());
  await post(meeting('jic-4', '2023-12-14', { coChairs: [{ name: 'Tan Ah Kow', role: 'Minister' }] }));
  for (let from = 0; from < milestones; from += 200) {
    const events = Array.from({ length: 200 }, (_, i) => ({
      type: i % 3 === 0 ? 'ProjectLaunched' : 'MoUSigned',
      ...(i % 2 === 0 ? { recordId: `r-${from + i}` } : {}),
      // Many days first, so that what changes later is a small part of the counts, and kept as such.
      occurredOn: from < 800 ? dayOf(from + i) : '2023-12-14',
      note: `Note ${from + i}`,
      data: {
        title: `Title ${from + i}`,
        pillar: `p-${i % 4}`,
        ...(i % 10 === 0 ? { meetingId: 'jic-4' } : {}),
        ...(i === 20 ? { parties: [{ name: `Person ${from}`, person: true }] } : {}),
      },
    }));
    await post({ events }, `key-${from}`);
    await post(corrected(`r-${from}`, { data: { title: `Other ${from}` } }), `correction-${from}`);
    await post(corrected(`r-${from}`, { data: { pillar: 'p-9' } }));
    await post(retracted(`r-${from + 2}`));
    await post({ type: 'RecordReinstated', recordId: `r-${from + 2}`, reason });
    await counts.settled();
  }
  await counts.settled();
  await recorder.stop();
  const head = await store.head();
  await store.close();
  return { url, file: fileOf(url), end: head.position };
}

/** Another day for each number. */
export const dayOf = (number: number): string =>
  new Date(Date.UTC(2010, 0, 1 + number)).toISOString().slice(0, 10);

/** A copy of the file, changed as somebody would who has it: while no trigger refuses it. Goes with the test. */
export function tampered(t: Test, { file }: Sample, change: (db: Sqlite.Database) => void): string {
  const copy = copyOf(t, file);
  const db = new Sqlite(copy);
  unguarded(db, () => change(db));
  db.close();
  return copy;
}

/** A copy of a file. Goes with the test. */
export function copyOf(t: Test, file: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-test-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const copy = join(directory, 'ledger.db');
  copyFileSync(file, copy);
  return copy;
}

/** Makes a change while no trigger refuses it, and no check; they are as before after it. */
export function unguarded<T>(db: Sqlite.Database, change: () => T): T {
  const triggers = db
    .prepare<[], { name: string; sql: string }>("select name, sql from sqlite_schema where type = 'trigger'")
    .all();
  for (const { name } of triggers) db.exec(`drop trigger ${name}`);
  db.pragma('ignore_check_constraints = on');
  const restore = (): void => {
    for (const { sql } of triggers)
      try {
        db.exec(sql);
      } catch {
        // Its table is gone, or a column of it.
      }
  };
  const changed = change();
  if (changed instanceof Promise) return changed.finally(restore) as T;
  restore();
  return changed;
}

/** The checkpoint of a ledger as it stands, signed. */
export async function checkpointOf(
  url: string,
  key = signer,
): Promise<{ size: number; rootHash: Buffer; note: string }> {
  const { head } = await withStoredLedger(url, (ledger) => ledger.start());
  const [size, rootHash] = [head?.position ?? 0, Buffer.from(head?.root_hash ?? [])];
  return { size, rootHash, note: signNote(formatCheckpoint({ origin, size: BigInt(size), rootHash }), key) };
}
