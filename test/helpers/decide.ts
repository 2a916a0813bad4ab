import { createHash } from 'node:crypto';
import type { Test } from 'tap';
import { type ProblemCode, Refusal } from '../../src/errors.ts';
import { itemsOf } from '../../src/rules.ts';
import { eventOf, type StoredEvent } from '../../src/shapes/stored-event.ts';
import { fileOf, openStore } from '../../src/store/open-store.ts';
import type { Receipt } from '../../src/store/receipt.ts';
import { Recorder } from '../../src/store/recorder.ts';
import { findTargets } from '../../src/views/targets.ts';
import { beside, checkDatabase, emptyDatabase, runOn, type Statement } from './database.ts';

export interface PostOptions {
  initiativeId?: string;
  principal?: string;
  dryRun?: boolean;
  /** The Idempotency-Key. */
  key?: string;
}

/** The day on which the tests take place. */
export const now = Date.parse('2024-01-05T12:00:00.000Z');

export type TestLedger = Awaited<ReturnType<typeof openLedger>>;

/** A recorder on a database of its own, without HTTP. Checks the store and closes itself. */
export async function openLedger(t: Test, clock: () => number = () => now, given?: string) {
  const url = given ?? (await emptyDatabase(t));
  const store = await openStore(url);
  const recorder = new Recorder(store, clock, undefined, undefined, undefined, findTargets);
  const { rows, refresh, close: closeBeside } = await beside(url);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= recorder.stop().then(async () => {
      closeBeside();
      await store.close();
    });
    return closed;
  };
  t.teardown(close);

  const post = async (body: unknown, options: PostOptions = {}): Promise<Receipt> => {
    const { initiativeId = 'sci', principal = 'officer', dryRun = false, key } = options;
    const fingerprint = createHash('sha256').update(JSON.stringify(body)).digest();
    try {
      return await recorder.record({
        initiativeId,
        principal,
        authority: 'operator',
        items: itemsOf(structuredClone(body)),
        dryRun,
        ...(key === undefined ? {} : { idempotency: { key, fingerprint } }),
      });
    } finally {
      if (!dryRun) await refresh();
    }
  };
  const end = (): number => rows('events').length;
  const leafAt = (position: number): string => rows('events')[position - 1]?.leaf ?? '';
  return {
    url,
    /** Of a ledger in SQLite. */
    file: fileOf(url),
    store,
    recorder,
    /** The rows of a table as they are after the last post. */
    rows,
    refresh,
    check: () => checkDatabase(url),
    run: (statement: Statement) => runOn(url, statement),
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
      return eventOf(leafAt(position));
    },
    /** A record as it stands now. */
    record(recordId: string, initiativeId = 'sci') {
      const row = rows('records').find(
        (one) => one.initiative_id === initiativeId && one.record_id === recordId && one.to_position === null,
      );
      if (!row) throw new Error(`${recordId} is not there`);
      const { kind, version, standing } = row;
      const { occurredOn, data, sources = [] } = JSON.parse(row.state ?? leafAt(row.position));
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
