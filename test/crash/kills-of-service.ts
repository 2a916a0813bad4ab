import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { unfinished } from '../../src/backup/make-backup.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { startProgram } from '../helpers/child.ts';
import type { Random } from '../kills/random.ts';
import { type BusyLedger, found } from './busy-ledger.ts';

/** One kill of a service that is busy. */
export interface Kill {
  ledger: BusyLedger;
  random: Random;
  /** Another one for each. */
  id: string;
  /** The longest time before it. */
  loadMs: number;
  /** Kills the service, and starts it again. ended: called between the two. */
  kill: (ended?: () => void) => Promise<void>;
}

export interface Killed {
  /** Whether the work was under way. */
  isHit: boolean;
  wrong: string[];
}

/** What the service does at a kill, besides answering those who post. */
export const killsOfService: Record<string, (kill: Kill) => Promise<Killed>> = {
  async commit({ ledger: { journal }, random, loadMs, kill }) {
    await pause(random.below(loadMs));
    const { unanswered } = journal.retried;
    await kill();
    // Those who waited for an answer ask again.
    return { isHit: journal.retried.unanswered > unanswered, wrong: [] };
  },

  async checkpoint({ ledger: { file, signerDirectory }, random, kill }) {
    const begun = watch(signerDirectory);
    await once(begun, 'change');
    begun.close();
    await pause(random.below(6));
    let signed = 0;
    let isHalf = false;
    await kill(() => {
      isHalf = existsSync(join(signerDirectory, 'state.json.new'));
      signed = JSON.parse(readFileSync(join(signerDirectory, 'state.json'), 'utf8')).size;
    });
    const isKept = found(file, `select 1 from checkpoints where size = ${signed}`).length > 0;
    return { isHit: isHalf || !isKept, wrong: [] };
  },

  async import({ ledger: { helper }, random, id, kill }) {
    let isDone = false;
    const imported = helper.import(`${id}-file`, 1_000).then(() => {
      isDone = true;
    });
    await pause(random.below(400));
    const isHit = !isDone;
    await kill();
    await imported;
    return { isHit, wrong: [] };
  },

  async rebuild({ ledger: { helper }, random, kill }) {
    let isDone = false;
    const rebuilt = helper.rebuild().then(() => {
      isDone = true;
    });
    await pause(random.below(600));
    const isHit = !isDone;
    await kill();
    await rebuilt;
    return { isHit, wrong: [] };
  },

  async backup({ ledger: { directory, file }, random, id, kill }) {
    const out = join(directory, `${id}.db`);
    const command = startProgram(['backup', '--out', out], { DATABASE_URL: `file:${file}`, SIGNER_DIR: '' });
    command.stdout.resume();
    command.stderr.resume();
    const exit = once(command, 'exit');
    await Promise.race([made(`${out}.part`), exit]);
    await pause(random.below(150));
    const isHit = command.exitCode === null;
    // Otherwise it goes on without the service.
    if (random.percent(50)) command.kill('SIGKILL');
    await kill();
    const [code] = await exit;
    const wrong = await wrongBackup(out, file);
    if (code === 0 && !existsSync(out)) wrong.push('a backup said that it was done, and is not there');
    for (const name of [out, `${out}.part`]) rmSync(name, { force: true });
    return { isHit, wrong };
  },

  async 'a backup of its own'({ ledger: { backups, file }, random, kill }) {
    const begun = watch(backups);
    // A start makes one at once where there is none.
    await kill(() => {
      for (const name of readdirSync(backups)) rmSync(join(backups, name));
    });
    await made(join(backups, unfinished), begun);
    await pause(random.below(400));
    let names: string[] = [];
    await kill(() => {
      names = readdirSync(backups);
    });
    const wrong: string[] = [];
    for (const name of names.filter((name) => name.endsWith('.db')))
      wrong.push(...(await wrongBackup(join(backups, name), file)));
    return { isHit: names.includes(unfinished), wrong };
  },
};

/** changes: of its directory, since before it could be made. */
async function made(file: string, changes = watch(dirname(file))): Promise<void> {
  try {
    while (!existsSync(file)) {
      const [, name] = await once(changes, 'change');
      if (name === basename(file)) return;
    }
  } finally {
    changes.close();
  }
}

/** What has its last name is whole, and the beginning of the ledger. */
async function wrongBackup(backup: string, file: string): Promise<string[]> {
  if (!existsSync(backup)) return [];
  const { findings, size } = await verifyLedger(`file:${backup}`);
  const last = `select leaf from events where position = ${size}`;
  return [
    ...findings.map((finding) => `${backup}: ${JSON.stringify(finding)}`),
    ...(found(backup, last)[0] === found(file, last)[0] ? [] : [`${backup} is of another log`]),
  ];
}
