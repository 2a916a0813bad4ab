import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Test } from 'tap';
import { type ProblemCode, Refusal } from '../../src/errors.ts';
import { itemsOf } from '../../src/ledger/posting.ts';
import { eventOf, type StoredEvent } from '../../src/ledger/stored-event.ts';
import type { Receipt } from '../../src/store/receipt.ts';
import { Recorder } from '../../src/store/recorder.ts';
import type { RecordRow } from '../../src/store/schema.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { checkStore } from './check-store.ts';

export interface PostOptions {
  initiativeId?: string;
  principal?: string;
  dryRun?: boolean;
  /** The Idempotency-Key. */
  key?: string;
}

/** The day on which the tests take place. */
export const now = Date.parse('2024-01-05T12:00:00.000Z');

/**
 * A file in a directory of its own, which goes after what was torn down before it. The store in it is checked then.
 * (The directory that t.testdir() makes is gone before a teardown is called.)
 */
export function ledgerFile(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-test-'));
  const file = join(directory, 'ledger.db');
  t.teardown(() => {
    try {
      checkStore(file);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
  return file;
}

export type TestLedger = Awaited<ReturnType<typeof openLedger>>;

/** A recorder on a database file of its own, without HTTP. Checks the store and closes itself. */
export async function openLedger(t: Test, clock: () => number = () => now, file = ledgerFile(t)) {
  const store = await openSqlite(file);
  const recorder = new Recorder(store, clock);
  const db = new Sqlite(file, { readonly: true });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= recorder.stop().then(async () => {
      db.close();
      await store.close();
    });
    return closed;
  };
  t.teardown(close);

  const post = async (body: unknown, options: PostOptions = {}): Promise<Receipt> => {
    const { initiativeId = 'sci', principal = 'officer', dryRun = false, key } = options;
    const fingerprint = createHash('sha256').update(JSON.stringify(body)).digest();
    return recorder.record({
      initiativeId,
      principal,
      items: itemsOf(structuredClone(body)),
      dryRun,
      ...(key === undefined ? {} : { idempotency: { key, fingerprint } }),
    });
  };
  const end = (): number => db.prepare<[], number>('select count(*) from events').pluck().get() ?? 0;
  return {
    file,
    store,
    recorder,
    db,
    close,
    post,
    /** How many events the log has. */
    end,
    /** Posts what must be refused; gives the refusal, having seen that nothing was written. */
    async refused(
      body: unknown,
      code: ProblemCode,
      pointer: string | undefined,
      options: PostOptions = {},
    ): Promise<Refusal> {
      const before = end();
      const error = await post(body, options).then(
        ({ recorded }) => t.fail(`not refused: ${JSON.stringify(body)}`, { recorded }),
        (error: unknown) => error,
      );
      if (!(error instanceof Refusal)) throw error || new Error('not refused');
      const what = `${code} at ${pointer}: ${error.message}`;
      t.same({ code: error.code, pointer: error.members.errors?.[0]?.pointer }, { code, pointer }, what);
      t.equal(end(), before, `${code}: nothing was written`);
      return error;
    },
    /** An event as it was logged; without a position the last one. */
    event(position = end()): StoredEvent {
      const leaf = db.prepare<[number], string>('select leaf from events where position = ?').pluck();
      return eventOf(leaf.get(position) ?? '');
    },
    /** A record as it stands now. */
    record(recordId: string, initiativeId = 'sci') {
      const row = db
        .prepare<[string, string], RecordRow>(
          'select * from records where initiative_id = ? and record_id = ? and to_position is null',
        )
        .get(initiativeId, recordId);
      if (!row) throw new Error(`${recordId} is not there`);
      const { kind, version, standing } = row;
      const leaf = db.prepare<[number], string>('select leaf from events where position = ?').pluck();
      const { occurredOn, data, sources = [] } = JSON.parse(row.state ?? leaf.get(row.position) ?? '');
      return { kind, version, standing, ...(occurredOn === undefined ? {} : { occurredOn }), data, sources };
    },
  };
}

/** Given: an initiative `sci` and these events. */
export async function given(t: Test, ...events: object[]): Promise<TestLedger> {
  const ledger = await openLedger(t);
  await ledger.post(initiative());
  if (events.length > 0) await ledger.post({ events });
  return ledger;
}

export const initiative = (more: object = {}) => ({
  type: 'InitiativeRegistered',
  data: { name: 'Smart City Initiative' },
  ...more,
});
export const meeting = (recordId = 'jic-4', occurredOn = '2023-12-14', data: object = {}) => ({
  type: 'MeetingHeld',
  recordId,
  occurredOn,
  data,
});
export const mou = (more: object = {}) => ({ type: 'MoUSigned', occurredOn: '2023-12-14', ...more });
export const project = (more: object = {}) => ({ ...mou(more), type: 'ProjectLaunched' });
export const claim = (data: object = {}, more: object = {}) => ({
  type: 'FigureClaimed',
  occurredOn: '2023-12-14',
  data: { metric: 'mous', value: 8, qualifier: 'exact', scope: 'all', ...data },
  sources: [{ publisher: 'Smart Cities World' }],
  ...more,
});
export const reason = { code: 'other', text: 'Because of the test.' };
export const corrected = (recordId: string, changes: object, more: object = {}) => ({
  type: 'RecordCorrected',
  recordId,
  changes,
  reason,
  ...more,
});
export const retracted = (recordId: string, more: object = {}) => ({
  type: 'RecordRetracted',
  recordId,
  reason,
  ...more,
});
export const reinstated = (recordId: string) => ({ type: 'RecordReinstated', recordId, reason });
export const reclassified = (recordId: string, to: string) => ({
  type: 'RecordReclassified',
  recordId,
  to,
  reason,
});
export const evidence = (recordId: string, ...publishers: string[]) => ({
  type: 'EvidenceAdded',
  recordId,
  sources: publishers.map((publisher) => ({ publisher })),
});
