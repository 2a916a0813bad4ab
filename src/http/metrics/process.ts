import { readdir } from 'node:fs/promises';
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import type { App } from '../app.ts';
import { inTime } from './metrics.ts';

/** How often the delay of the event loop is measured. */
const resolutionMs = 20;

/** The process, by the names that Prometheus has for every process, and its event loop. */
export function measureProcess(app: App): void {
  const { metrics } = app;
  const startedSeconds = Math.round((performance.timeOrigin / 1000) * 1000) / 1000;
  let memory: NodeJS.MemoryUsage | undefined;
  let openFiles: number | undefined;
  metrics.beforeScrape(async () => {
    memory = process.memoryUsage();
    // Linux has it; elsewhere there is none.
    openFiles = await inTime(async () => (await readdir('/proc/self/fd')).length, undefined);
  });
  metrics.total('process_cpu_seconds_total', 'CPU time of the process, with its threads.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  metrics.gauge('process_start_time_seconds', 'When the process started.', () => startedSeconds);
  metrics.gauge('process_resident_memory_bytes', 'Memory of the process.', () => memory?.rss);
  metrics.gauge('process_open_fds', 'Files and connections that are open.', () => openFiles);
  metrics.gauge(
    'milestone_ledger_heap_used_bytes',
    'Objects of the thread that records.',
    () => memory?.heapUsed,
  );
  metrics.gauge(
    'milestone_ledger_external_memory_bytes',
    'Buffers of the process, beside its objects.',
    () => memory?.external,
  );
  measureEventLoop(app);
  measureCollections(app);
}

function measureEventLoop(app: App): void {
  const { metrics } = app;
  metrics.total(
    'milestone_ledger_event_loop_active_seconds_total',
    'Time in which the thread that records worked.',
    () => performance.eventLoopUtilization().active / 1000,
  );
  metrics.total(
    'milestone_ledger_event_loop_idle_seconds_total',
    'Time in which it waited for something to do.',
    () => performance.eventLoopUtilization().idle / 1000,
  );
  // Measured from the first scrape on: a process that nobody scrapes is not woken.
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  let found: { p99: number; max: number } | undefined;
  metrics.beforeScrape(async () => {
    const wasEnabled = !delays.enable();
    // The time between two measurements is part of each.
    const secondsOf = (ns: number): number => Math.max(0, ns / 1e9 - resolutionMs / 1000);
    found =
      wasEnabled && delays.count > 0
        ? { p99: secondsOf(delays.percentile(99)), max: secondsOf(delays.max) }
        : undefined;
    delays.reset();
  });
  metrics.gauge(
    'milestone_ledger_event_loop_delay_p99_seconds',
    'How late the event loop was, 99 % of the times since the last scrape at most.',
    () => found?.p99,
  );
  metrics.gauge(
    'milestone_ledger_event_loop_delay_max_seconds',
    'How late it was at most since the last scrape.',
    () => found?.max,
  );
  app.addHook('onClose', (_app, done) => {
    delays.disable();
    done();
  });
}

/** What the garbage collector took, from the first scrape on. */
function measureCollections(app: App): void {
  const { metrics } = app;
  let tookMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) tookMs += duration;
  });
  let isObserved = false;
  metrics.beforeScrape(async () => {
    if (!isObserved) observer.observe({ entryTypes: ['gc'] });
    isObserved = true;
  });
  metrics.total(
    'milestone_ledger_garbage_collection_seconds_total',
    'Time that the garbage collector took from the thread that records.',
    () => tookMs / 1000,
  );
  app.addHook('onClose', (_app, done) => {
    observer.disconnect();
    done();
  });
}
