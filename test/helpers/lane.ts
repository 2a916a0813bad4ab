import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import t from 'tap';

/** What a lane tells of a file of tests when it is done with it. */
export interface FileDone {
  file: string;
  asserts: number;
  failed: number;
  seconds: number;
  cpuSeconds: number;
}

/** A test that takes longer hangs, and ends with its name. */
const testSecondsMax = Number(process.env['TAP_TIMEOUT']);

/** A whole run tries the same each time, so that what it says of a change is of the change; a file alone tries others. */
fc.configureGlobal({ seed: Number(process.env['TEST_SEED'] ?? 1) });

/** A process whose files are done ends by itself within this time. */
const closedWithinMs = 15_000;

/**
 * Runs files of tests in this process, one after the other: to start a process and load the application takes longer than most files. Of
 * the lanes that share a directory each takes the next file that no other one has taken.
 */
export async function runLane(directory: string, files: string[]): Promise<void> {
  const { sub } = t;
  // The process lasts as long as its files, so the limit is that of each test.
  t.setTimeout(0);
  t.sub = (Class, extra, caller) =>
    Reflect.apply(sub, t, [Class, { timeout: testSecondsMax * 1_000, ...extra }, caller]);
  for (const file of files) {
    if (!take(join(directory, relative('.', file).replaceAll('/', '_')))) continue;
    const { total, fail } = t.counts;
    const [beganMs, cpu] = [performance.now(), process.cpuUsage()];
    // Its tests come behind this one, which is there for its name, and for an error while it is loaded.
    await t.test(relative('.', file), async () => void (await import(pathToFileURL(file).href)));
    while (!t.idle) await once(t, 'idle');
    const { user, system } = process.cpuUsage(cpu);
    const done: FileDone = {
      file: relative('.', file),
      asserts: t.counts.total - total - 1,
      failed: t.counts.fail - fail,
      seconds: (performance.now() - beganMs) / 1_000,
      cpuSeconds: (user + system) / 1_000_000,
    };
    const took = `${done.asserts} assertions in ${done.seconds.toFixed(1)} s`;
    process.stderr.write(`${done.failed > 0 ? 'FAILED' : 'done'} ${done.file}: ${took}\n`);
    appendFileSync(join(directory, 'done.ndjson'), `${JSON.stringify(done)}\n`);
  }
  // What a test has left open would keep the run from ending.
  setTimeout(() => {
    process.stderr.write(`FAILED something is still open: ${process.getActiveResourcesInfo()}\n`);
    process.exit(1);
  }, closedWithinMs).unref();
}

function take(claim: string): boolean {
  try {
    writeFileSync(claim, '', { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
