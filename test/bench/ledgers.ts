import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Item } from '../../src/ledger/posting.ts';
import { itemsOf } from '../../src/rules.ts';
import { Recorder } from '../../src/store/recorder.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { ScopeCounts } from '../../src/views/counts.ts';
import { whole } from './figures.ts';
import { initiative, milestone } from './samples.ts';
import { temporaryDirectory } from './servers.ts';

/**
 * one: one initiative of the whole size. many: a thousand initiatives, the largest of which has about an eighth of all
 * events. corrected: one initiative, in which every tenth event corrects an earlier record.
 */
export const shapes = ['one', 'many', 'corrected'] as const;
export type Shape = (typeof shapes)[number];

/** The same at every size, so that answers are of one size too. */
const meetings = 100;
const milestonesAtMeeting = 20;
const claims = 10;
const initiatives = 1_000;

const batchEvents = 1_000;
const made = new Map<string, Promise<string>>();

/** A directory with the ledger of a shape and size in `ledger.db`, made once a run. It is not to be written to. */
export function ledgerOf(shape: Shape, size: number): Promise<string> {
  const key = `${shape}/${size}`;
  const known = made.get(key) ?? make(shape, size);
  made.set(key, known);
  return known;
}

/** The same in a directory of its own, to be written to. */
export async function copyOf(shape: Shape, size: number): Promise<string> {
  const directory = temporaryDirectory();
  copyFileSync(join(await ledgerOf(shape, size), 'ledger.db'), join(directory, 'ledger.db'));
  return directory;
}

async function make(shape: Shape, size: number): Promise<string> {
  const directory = temporaryDirectory();
  const file = join(directory, 'ledger.db');
  const store = await openSqlite(file);
  const counts = new ScopeCounts(store, (error) => {
    throw error;
  });
  const recorder = new Recorder(store, Date.now, (changes) => counts.observe(changes));
  const start = performance.now();
  let batch: Item[] = [];
  let of = '';
  let events = 0;
  const flush = async (): Promise<void> => {
    const items = batch.map((item, index) => ({ ...item, index, pointer: `/events/${index}` }));
    batch = [];
    if (items.length > 0)
      await recorder.record({
        initiativeId: of,
        principal: 'bench',
        authority: 'operator',
        items,
        dryRun: false,
      });
  };
  for (const { initiativeId, event } of eventsOf(shape)) {
    if (batch.length === batchEvents || initiativeId !== of) await flush();
    of = initiativeId;
    batch.push(...itemsOf(event));
    events += 1;
    if (events === size) break;
  }
  await flush();
  await recorder.stop();
  await counts.settled();
  await store.close();
  if (!existsSync(file)) throw new Error('no ledger was made');
  console.log(
    `(made a ledger of ${whole(size)} events, ${shape}, in ${whole((performance.now() - start) / 1000)} s)`,
  );
  return directory;
}

export interface Posted {
  initiativeId: string;
  event: object;
}

/** The initiatives of the first events of a shape, one an event, so that a random one is as likely as it is large. */
export function initiativesOf(shape: Shape, events: number): string[] {
  const ids: string[] = [];
  for (const { initiativeId } of eventsOf(shape)) if (ids.push(initiativeId) === events) break;
  return ids;
}

/** Events without end, the same at every call. */
export function* eventsOf(shape: Shape): Generator<Posted> {
  const random = randomOf(1);
  if (shape === 'many') {
    const registers = new Map<string, Generator<Posted>>();
    for (;;) {
      const initiativeId = `initiative-${Math.floor(initiatives ** random())}`;
      const register = registers.get(initiativeId) ?? registerOf(initiativeId, false, random);
      registers.set(initiativeId, register);
      // In runs, as files and meetings bring them.
      for (let i = 0; i < 50; i++) yield register.next().value;
    }
  }
  yield* registerOf('sci', shape === 'corrected', random);
}

function* registerOf(
  initiativeId: string,
  corrected: boolean,
  random: () => number,
): Generator<Posted, never> {
  yield { initiativeId, event: initiative };
  const dates: string[] = [];
  for (let i = 1; i <= meetings; i++) {
    const date = `${2019 + Math.floor(i / 20)}-06-${`${1 + (i % 28)}`.padStart(2, '0')}`;
    dates.push(date);
    const data = { series: 'JIC', ordinal: i };
    yield { initiativeId, event: { type: 'MeetingHeld', recordId: `meeting-${i}`, occurredOn: date, data } };
  }
  for (let i = 1; i <= claims; i++) {
    const data = { metric: 'mous', value: 10 * i, qualifier: 'exact', scope: `meeting:meeting-${i}` };
    const sources = [{ publisher: 'Smart Cities World' }];
    yield { initiativeId, event: { type: 'FigureClaimed', occurredOn: '2024-12-31', data, sources } };
  }
  for (let number = 0; ; number++) {
    const event = milestone(number);
    const meeting = Math.floor(number / milestonesAtMeeting);
    const occurredOn = dates[meeting] ?? someDay(random);
    const data = { ...event.data, ...(meeting < meetings ? { meetingId: `meeting-${meeting + 1}` } : {}) };
    yield { initiativeId, event: { ...event, recordId: `record-${number}`, occurredOn, data } };
    if (!corrected || random() > 1 / 9) continue;
    const recordId = `record-${Math.floor(random() * number)}`;
    const changes = { data: { tier: `Tier ${Math.floor(random() * 1e9)}` } };
    const reason = { code: 'typing-error', text: 'Known better now.' };
    yield { initiativeId, event: { type: 'RecordCorrected', recordId, changes, reason } };
  }
}

/** In six years: mostly a day, else a month. */
function someDay(random: () => number): string {
  const day = new Date(Date.UTC(2019, 0, 1 + Math.floor(random() * 2190))).toISOString();
  return day.slice(0, random() < 0.7 ? 10 : 7);
}

/** mulberry32: numbers from 0 to 1 that are the same in every run. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
