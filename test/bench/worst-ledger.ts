import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { itemsOf } from '../../src/rules.ts';
import { Recorder } from '../../src/store/recorder.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { ScopeCounts } from '../../src/views/counts.ts';
import { whole } from './figures.ts';
import { eventsOf, type Posted } from './ledgers.ts';
import { initiative, milestone } from './samples.ts';
import { temporaryDirectory } from './servers.ts';

/** Initiatives with one claim each, and retracted ones. */
export const loneInitiatives = 5_000;
const retractedInitiatives = 33_000;
/** Claims of one series, each stated for another day; and claims each of which names one of many meetings. */
const claimsInSeries = 20_000;
const claimsAboutMeetings = 4_000;
const meetingsClaimedAbout = 2_000;
/** Series with two meetings each, whose ordinals are far apart. */
const sparseSeries = 1_000;
const lastOrdinal = 9_999;
/** Records that are nearly as long as an event may be, and records whose title is one letter, repeated. */
const longRecords = 1_000;
const longBytes = 60_000;
const quotes = 10;
const repeatedRecords = 1_000;
const repeatedLetters = 10_000;
/** Versions of one record. */
const versions = 5_000;
/** Kept answers that are old enough to be forgotten. */
const staleAnswers = 200_000;

const postedAtOnce = 4_096;
const dayMs = 86_400_000;

/** A directory with a ledger of so many records, which has plenty of whatever is slow to answer. */
export async function worstLedger(records: number): Promise<string> {
  const directory = temporaryDirectory();
  const file = join(directory, 'ledger.db');
  const start = performance.now();
  const store = await openSqlite(file);
  const counts = new ScopeCounts(store, (error) => {
    throw error;
  });
  const recorder = new Recorder(store, Date.now, (changes) => counts.observe(changes));
  let batch: Posted[] = [];
  const flush = async (): Promise<void> => {
    const postings = batch.map(({ initiativeId, event }) => ({
      initiativeId,
      principal: 'bench',
      authority: 'operator' as const,
      items: itemsOf(event),
      dryRun: false,
    }));
    batch = [];
    for (const outcome of await recorder.recordEach(postings, true))
      if ('error' in outcome) throw outcome.error;
  };
  let made = 0;
  for (const posted of worstEvents()) {
    batch.push(posted);
    if (!('reason' in posted.event)) made += 1;
    if (batch.length === postedAtOnce) await flush();
    if (made === records) break;
  }
  await flush();
  await store.sync();
  const { position } = await store.head();
  await recorder.stop();
  await counts.settled();
  await store.close();
  addStaleAnswers(file);
  console.log(
    `(made a ledger of ${whole(made)} records, ${whole(position)} events, in ${whole((performance.now() - start) / 1000)} s)`,
  );
  return directory;
}

/** Events without end, the same at every call. */
function* worstEvents(): Generator<Posted> {
  yield* retracted();
  yield* lone();
  yield* claims();
  yield* sparse();
  yield* long();
  yield* repeated();
  yield* changed();
  yield* eventsOf('one');
}

const register = (initiativeId: string): Posted => ({ initiativeId, event: initiative });
const sources = [{ publisher: 'Smart Cities World' }];
const reason = { code: 'other', text: 'It was a rehearsal.' };

function* retracted(): Generator<Posted> {
  for (let i = 0; i < retractedInitiatives; i++) {
    const initiativeId = `gone-${i}`;
    yield { initiativeId, event: { type: 'InitiativeRegistered', data: { name: `Gone ${i}` } } };
    yield { initiativeId, event: { type: 'RecordRetracted', recordId: initiativeId, reason } };
  }
}

function* lone(): Generator<Posted> {
  for (let i = 0; i < loneInitiatives; i++) {
    const initiativeId = `lone-${i}`;
    yield { initiativeId, event: { type: 'InitiativeRegistered', data: { name: `Lone ${i}` } } };
    yield { initiativeId, event: claim('all', i) };
  }
}

const claim = (scope: string, number: number) => ({
  type: 'FigureClaimed',
  occurredOn: dayOf(number),
  data: { metric: 'mous', value: number, qualifier: 'exact', scope },
  sources,
});

/** One of the days of some 55 years. */
const dayOf = (number: number): string =>
  new Date(Date.UTC(1970, 0, 1) + (number % claimsInSeries) * dayMs).toISOString().slice(0, 10);

function* claims(): Generator<Posted> {
  yield register('series');
  for (let i = 0; i < claimsInSeries; i++) yield { initiativeId: 'series', event: claim('all', i) };
  const initiativeId = 'crowded';
  yield register(initiativeId);
  for (let i = 0; i < meetingsClaimedAbout; i++) yield { initiativeId, event: meeting(i, 'JIC', i + 1) };
  for (let i = 0; i < claimsAboutMeetings; i++)
    yield {
      initiativeId,
      event: claim(i % 2 === 0 ? `meeting:meeting-${i % meetingsClaimedAbout}` : 'series:jic', i),
    };
}

const meeting = (number: number, series: string, ordinal: number) => ({
  type: 'MeetingHeld',
  recordId: `meeting-${number}`,
  occurredOn: dayOf(number),
  data: { series, ordinal },
});

function* sparse(): Generator<Posted> {
  yield register('sparse');
  for (let i = 0; i < 2 * sparseSeries; i++) {
    const event = meeting(i, `Series ${i >> 1}`, i % 2 === 0 ? 1 : lastOrdinal);
    yield { initiativeId: 'sparse', event };
  }
}

function* long(): Generator<Posted> {
  yield register('long');
  const quote = 'x'.repeat(longBytes / quotes);
  for (let i = 0; i < longRecords; i++) {
    const event = milestone(300_000_000 + i);
    const quoted = Array.from({ length: quotes }, (_, j) => ({
      publisher: `Publisher ${j}`,
      quote,
    }));
    yield { initiativeId: 'long', event: { ...event, sources: quoted } };
  }
}

function* repeated(): Generator<Posted> {
  yield register('repeated');
  const title = 'a'.repeat(repeatedLetters);
  for (let i = 0; i < repeatedRecords; i++)
    yield {
      initiativeId: 'repeated',
      event: { type: 'MoUSigned', occurredOn: dayOf(i), data: { title } },
    };
}

function* changed(): Generator<Posted> {
  const initiativeId = 'changed';
  yield register(initiativeId);
  yield { initiativeId, event: { ...milestone(400_000_000), recordId: 'often' } };
  for (let i = 2; i <= versions; i++) {
    const changes = { data: { tier: `Tier ${i}` } };
    yield { initiativeId, event: { type: 'RecordCorrected', recordId: 'often', changes, reason } };
  }
}

/** As posts with an Idempotency-Key left them three days ago. */
function addStaleAnswers(file: string): void {
  const database = new Sqlite(file);
  database
    .prepare(
      `with recursive number(n) as (select 1 union all select n + 1 from number where n < ?)
        insert into idempotency_keys (principal, authority: 'operator' as const, initiative_id, key, fingerprint, first_position, last_position, recorded_at)
        select 'bench', 'sci', 'stale-' || n, randomblob(32), 1, 1, ? + n from number`,
    )
    .run(staleAnswers, Date.now() - 3 * dayMs);
  database.close();
}
