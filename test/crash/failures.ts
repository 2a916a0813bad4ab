import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { verifyLedger } from '../../src/verify/verify.ts';
import { type Ending, startProgram } from '../helpers/child.ts';
import { until } from '../helpers/until.ts';
import type { Check } from '../kills/checks.ts';
import { Random } from '../kills/random.ts';
import { BusyLedger, found } from './busy-ledger.ts';
import { FailingDisk } from './failing-disk.ts';
import { Figures } from './figures.ts';
import { type Options, roundsOfLedger } from './run.ts';

/** A disk that is full, that answers EIO, and that tears a write in two as the power fails. */
export const failures = ['full', 'eio', 'torn'] as const;
export type Failure = (typeof failures)[number];

export interface Failed {
  /** By what failed, and in which file. */
  hits: Map<string, number>;
  figures: Figures;
}

/** A round that is not done by then hangs. */
const limitMs = 60_000;
/** Of calls that still succeed, so that the failure meets commits, checkpoints of SQLite, and the signer. */
const callsMax = 1_500;

/** Gives why nothing can be tried as a text. */
export async function runFailures(
  t: Ending,
  options: Options & { failures: readonly Failure[] },
): Promise<Failed | string> {
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-disk-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
  const onDisk = join(directory, 'disk');
  mkdirSync(onDisk);
  const disk = FailingDisk.in(t, onDisk, directory);
  if (typeof disk === 'string') return disk;
  const random = new Random(`${options.seed} failures`);
  const failed: Failed = { hits: new Map(), figures: new Figures() };
  let ledger: BusyLedger | undefined;
  let roundsLeft = 0;
  for (let round = 1; round <= options.rounds; round++) {
    if (!ledger) {
      const seed = `${options.seed} ${round}`;
      ledger = await BusyLedger.begin(t, onDisk, { ...options, seed, env: disk.env });
      roundsLeft = roundsOfLedger;
    }
    roundsLeft -= 1;
    const busy = ledger;
    const failure = options.failures[(round - 1) % options.failures.length] ?? 'full';
    const meets: Meets = { ledger: busy, disk, random, wrong: [] };
    await within(
      busy.whileBusy(() => rounds[failure](meets)),
      `round ${round}, ${failure}: the clients were not answered`,
    );
    const file = meets.path && relative(busy.directory, meets.path);
    const what = `${failure}: ${file ?? 'missed'}`;
    failed.hits.set(what, (failed.hits.get(what) ?? 0) + 1);
    const checks: Check[] = [
      ...(await busy.checks()),
      {
        name: failure === 'torn' ? 'after a power failure' : `while the disk is ${failure}`,
        wrong: meets.wrong,
      },
      {
        name: 'a post that is not recorded is told that the storage is unavailable',
        wrong: otherCodes(busy),
      },
    ];
    if (roundsLeft === 0 || round === options.rounds) {
      checks.push(...(await busy.end()));
      failed.figures.addLedger(busy);
      ledger = undefined;
    }
    failed.figures.addChecks(checks);
    options.told?.(round, what, checks);
  }
  return failed;
}

interface Meets {
  ledger: BusyLedger;
  disk: FailingDisk;
  random: Random;
  wrong: string[];
  /** The file that was hit. */
  path?: string;
}

/** Each begins with a service that serves, and ends with one. */
const rounds: Record<Failure, (meets: Meets) => Promise<void>> = {
  async full(meets) {
    const { ledger, disk, random, wrong } = meets;
    const { journal, service } = ledger;
    disk.fail(random.percent(70) ? 'full' : 'full-copying', random.below(callsMax));
    await until(() => disk.hits > 0);
    meets.path = disk.path;
    // What only lacked room for a checkpoint goes on recording.
    const refused = journal.retried.unavailable;
    const acknowledged = journal.acknowledged.length;
    await until(
      () => journal.retried.unavailable >= refused + 16 || journal.acknowledged.length >= acknowledged + 500,
    );
    wrong.push(...(await wrongBackup(meets)));
    const summary = await fetch(`${await service.any()}/v1/initiatives/north/summary`);
    if (summary.status !== 200)
      wrong.push(`while the disk is full a read is answered with ${summary.status}`);
    await summary.body?.cancel();
    disk.mend();
    // By itself: the same service.
    await journal.more(32);
    if (random.percent(50)) await restart(ledger);
  },

  async eio(meets) {
    const { ledger, disk, random, wrong } = meets;
    const { journal, file } = ledger;
    if (random.percent(60)) disk.fail('eio-write', random.below(callsMax));
    else disk.fail('eio-sync', random.below(100));
    await until(() => disk.hits > 0);
    const { path } = disk;
    meets.path = path;
    // On the files of the signer only the next checkpoint depends, and on a backup nothing.
    const isBeside = [ledger.signerDirectory, ledger.backups].some((one) => path.startsWith(one));
    if (isBeside) return void (await journal.more(32));
    const more503 = async (): Promise<void> => {
      const { unavailable } = journal.retried;
      await until(() => journal.retried.unavailable >= unavailable + 16);
    };
    await more503();
    const end = endOf(file);
    await more503();
    if (endOf(file) !== end) wrong.push(`${endOf(file) - end} events were recorded after EIO in ${path}`);
    await restart(ledger, random.percent(50) ? 'SIGTERM' : 'SIGKILL');
  },

  async torn(meets) {
    const { ledger, disk, random } = meets;
    await ledger.service.endsBy(() => disk.fail('torn', random.below(callsMax), 1 + random.below(2 ** 31)));
    meets.path = disk.path;
    disk.mend();
    await ledger.service.start();
  },
};

async function restart({ service }: BusyLedger, signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<void> {
  await service.end(signal);
  await service.start();
}

const endOf = (file: string): number => found<number>(file, 'select position from head')[0] ?? 0;

/** A backup that finds no room leaves nothing; one that does is whole. */
async function wrongBackup({ ledger: { directory, file }, disk }: Meets): Promise<string[]> {
  const out = join(directory, 'backup.db');
  const command = startProgram(['backup', '--out', out], {
    ...disk.env,
    DATABASE_URL: `file:${file}`,
    SIGNER_DIR: '',
  });
  command.stdout.resume();
  command.stderr.resume();
  const [code] = await once(command, 'exit');
  if (existsSync(`${out}.part`)) return ['a backup leaves a part'];
  if (!existsSync(out)) return code === 2 ? [] : [`a backup that could not be written ended with ${code}`];
  const { findings } = await verifyLedger(`file:${out}`);
  rmSync(out);
  return findings.map((finding) => `a backup: ${JSON.stringify(finding)}`);
}

/** A service that stops or starts has codes of its own. */
function otherCodes({ journal: { unavailable } }: BusyLedger): string[] {
  const said = [...unavailable.keys()];
  unavailable.clear();
  return said.filter((one) => !/^(storage-unavailable|not-ready|shutting-down):/.test(one));
}

async function within<T>(work: Promise<T>, otherwise: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const limit = setTimeout(() => late.reject(new Error(`${otherwise} within ${limitMs / 1000} s`)), limitMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(limit);
  }
}
