import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import type { ReadingThreads } from '../../reading/threads.ts';
import { type CheckpointRow, newestCheckpoint } from '../../signer/checkpoints.ts';
import type { SearchUpkeep } from '../../store/rebuild/search-upkeep.ts';
import type { BackupState } from '../../store/sqlite/backups.ts';
import type { Store } from '../../store/store.ts';
import type { App } from '../app.ts';
import type { Ledger } from '../ledger.ts';
import { inTime, type Metrics } from './metrics.ts';

/** What the metrics look at. */
export interface Measured extends Ledger {
  search: SearchUpkeep;
  /** Absent where the service makes none. */
  backups: { state(): BackupState; everyMs: number } | undefined;
}

/** Requests in a commit: at most 256 of those that wait; an import has more. */
const groupBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096];
/** Seconds that a disk or a database takes. */
const storageBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/**
 * The open ledger. Each metric is named on both engines; where there is no such thing, it has no value. clock: the time from which ages are counted. threads: those that read, if there
 * are any.
 */
export function measureLedger(
  { metrics }: App,
  ledger: Measured,
  clock: () => number,
  threads: ReadingThreads | undefined,
): void {
  const { store, upkeep, hub } = ledger;
  const engine = store.file === undefined ? 'PostgreSQL' : 'SQLite';
  const { version } = packageJson;
  metrics.gauges(
    'milestone_ledger_build_info',
    'What runs here; always 1.',
    ['version', 'engine', 'node'],
    () => [[{ version, engine, node: process.version }, 1]],
  );
  measureRecording(metrics, ledger);
  measureLog(metrics, ledger, clock);
  measureBackups(metrics, ledger, clock);
  metrics.gauge('milestone_ledger_streams_open', 'Event streams that are open.', () => hub.size);
  metrics.gauge('milestone_ledger_rebuild_running', '1 while read models are rebuilt here, else 0.', () =>
    upkeep.progress ? 1 : 0,
  );
  metrics.gauge(
    'milestone_ledger_rebuild_events_done',
    'Events that the rebuild has done; absent while none runs.',
    () => upkeep.progress?.events,
  );
  metrics.gauge('milestone_ledger_rebuild_events', 'Events that it has to do.', () => upkeep.progress?.of);
  measureThreads(metrics, threads);
  measureFile(metrics, store.file);
  measureConnections(metrics, store);
}

function measureRecording(metrics: Metrics, { store, recorder }: Ledger): void {
  const posts = metrics.counter(
    'milestone_ledger_posts_recorded_total',
    'Requests and lines of imports that recorded something here.',
  );
  const events = metrics.counter('milestone_ledger_events_recorded_total', 'Events that were recorded here.');
  const sizes = metrics.histogram(
    'milestone_ledger_commit_requests',
    'Requests, or lines of an import, that shared a commit.',
    groupBuckets,
  );
  const commits = metrics.histogram(
    'milestone_ledger_commit_duration_seconds',
    'Time of a commit, from its first query until it is on disk.',
    storageBuckets,
  );
  recorder.watch((commit) => {
    posts.inc(commit.recorded);
    events.inc(commit.events);
    sizes.observe(commit.requests);
    commits.observe(commit.tookMs / 1000);
  });
  const syncs = metrics.histogram(
    'milestone_ledger_sync_duration_seconds',
    'SQLite: time that the disk took to sync the -wal.',
    storageBuckets,
  );
  store.watchSyncs?.((tookMs) => syncs.observe(tookMs / 1000));
  metrics.gauge(
    'milestone_ledger_recorder_queue_length',
    'Requests that wait to be recorded; from MAX_WAITING on they are refused with overloaded.',
    () => recorder.waiting,
  );
}

/** How far the log is, and how far what follows it. While the storage is away, as far as was seen before. */
function measureLog(metrics: Metrics, { store, search }: Measured, clock: () => number): void {
  let position = store.headNow()?.position;
  let checkpoint: CheckpointRow | undefined;
  metrics.beforeScrape(async () => {
    [position, checkpoint] = await Promise.all([
      inTime(async () => (await store.head()).position, position),
      inTime(() => newestCheckpoint(store), checkpoint),
    ]);
  });
  metrics.gauge('milestone_ledger_log_events', 'Events in the log.', () => position);
  metrics.gauge(
    'milestone_ledger_checkpoint_events',
    'Events below the newest checkpoint; absent while there is none.',
    () => checkpoint?.size,
  );
  metrics.gauge(
    'milestone_ledger_checkpoint_age_seconds',
    'Time since the newest checkpoint was signed; nothing is signed while nothing is recorded.',
    () => checkpoint && (clock() - checkpoint.signed_at) / 1000,
  );
  metrics.gauge(
    'milestone_ledger_unsigned_events',
    'Events after the newest checkpoint.',
    () => position && position - Math.min(position, checkpoint?.size ?? 0),
  );
  metrics.gauge(
    'milestone_ledger_search_index_events',
    'Events in the search index, at least; absent until it was looked at.',
    () => search.position,
  );
}

function measureBackups(metrics: Metrics, { backups }: Measured, clock: () => number): void {
  const newest = () => backups?.state().backups.at(-1);
  const secondsSince = (time: string | undefined): number | undefined =>
    time === undefined ? undefined : (clock() - Date.parse(time)) / 1000;
  metrics.gauge(
    'milestone_ledger_backup_age_seconds',
    'Time since the newest backup in BACKUP_DIR was made and verified; absent while there is none.',
    () => secondsSince(newest()?.madeAt),
  );
  metrics.gauge(
    'milestone_ledger_backup_interval_seconds',
    'Time from one backup to the next (BACKUP_EVERY).',
    () => backups && backups.everyMs / 1000,
  );
  metrics.gauge(
    'milestone_ledger_backup_failed',
    '1 if the last attempt made no backup, else 0.',
    () => backups && (backups.state().failure ? 1 : 0),
  );
  metrics.gauge('milestone_ledger_backup_events', 'Events in the newest backup.', () => newest()?.position);
  metrics.gauge('milestone_ledger_backups', 'Backups that are kept.', () => backups?.state().backups.length);
  metrics.gauge(
    'milestone_ledger_backup_verified_age_seconds',
    'Time since the newest backup was made that was verified whole, which is done once a day.',
    () => secondsSince(backups?.state().wholeVerifiedAt),
  );
}

function measureThreads(metrics: Metrics, threads: ReadingThreads | undefined): void {
  metrics.gauge('milestone_ledger_reading_threads', 'Threads that read.', () => threads?.load.threads);
  metrics.gauge(
    'milestone_ledger_reading_threads_busy',
    'Those that have questions to answer.',
    () => threads?.load.busy,
  );
  metrics.gauge(
    'milestone_ledger_reading_under_way',
    'Questions that they work on.',
    () => threads?.load.underWay,
  );
  metrics.gauge(
    'milestone_ledger_reading_waiting',
    'Questions that wait for one of them.',
    () => threads?.load.waiting,
  );
  metrics.total(
    'milestone_ledger_reading_threads_ended_total',
    'Threads that ended by themselves or hung, and were replaced.',
    () => threads?.load.ended ?? 0,
  );
}

/** The file of SQLite, its -wal, and the disk that they are on. */
function measureFile(metrics: Metrics, file: string | undefined): void {
  const sizeOf = (path: string) => inTime(async () => (await stat(path)).size, undefined);
  let database: number | undefined;
  let wal: number | undefined;
  let disk: { bsize: number; blocks: number; bavail: number } | undefined;
  if (file !== undefined)
    metrics.beforeScrape(async () => {
      [database, wal, disk] = await Promise.all([
        sizeOf(file),
        sizeOf(`${file}-wal`),
        inTime(() => statfs(dirname(file)), undefined),
      ]);
    });
  metrics.gauge('milestone_ledger_database_bytes', 'SQLite: size of the database file.', () => database);
  metrics.gauge('milestone_ledger_wal_bytes', 'SQLite: size of the -wal beside it.', () => wal);
  metrics.gauge(
    'milestone_ledger_disk_free_bytes',
    'SQLite: bytes of its disk that the service may still write.',
    () => disk && disk.bavail * disk.bsize,
  );
  metrics.gauge(
    'milestone_ledger_disk_bytes',
    'SQLite: size of this disk.',
    () => disk && disk.blocks * disk.bsize,
  );
}

function measureConnections(metrics: Metrics, store: Store): void {
  metrics.gauge(
    'milestone_ledger_database_connections',
    'PostgreSQL: connections to the database.',
    () => store.connections?.().open,
  );
  metrics.gauge(
    'milestone_ledger_database_connections_idle',
    'PostgreSQL: those that nobody uses.',
    () => store.connections?.().idle,
  );
  metrics.gauge(
    'milestone_ledger_database_connections_waiting',
    'PostgreSQL: queries that wait for one.',
    () => store.connections?.().waiting,
  );
}
