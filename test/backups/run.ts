import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { unfinished } from '../../src/backup/make-backup.ts';
import { type Backup, backupState } from '../../src/store/sqlite/backups.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { initiative, initiativeId, milestone } from '../bench/samples.ts';
import { type Ending, runChild, serveChild } from '../helpers/child.ts';

export interface Options {
  /** How many backups. */
  count: number;
  everyMs: number;
  clients: number;
  /** In the ledger before the first backup. */
  events: number;
  /** Told of each backup that was restored. */
  told?: (tried: Tried) => void;
}

/** A backup that was made beside load, and what came of restoring it. */
export interface Tried {
  backup: Backup;
  bytes: number;
  /** How long it was being made and verified. */
  madeMs: number;
  /** How long a restore took, which verifies all of it. */
  restoredMs: number;
  /** The last position that was acknowledged before it began. */
  acknowledged: number;
  wrong: string[];
}

/** Milliseconds that posts took: while nothing else was done, beside a backup, and beside a restore in another process. */
export interface Posts {
  alone: number[];
  besideBackup: number[];
  besideRestore: number[];
}

interface Acknowledged {
  atMs: number;
  position: number;
}

export interface Outcome {
  tried: Tried[];
  posts: Posts;
  /** Of the service and its ledger in the end. */
  wrong: string[];
}

/** Clients post all the time, while a service backs up its ledger; each backup is restored beside it, and verified whole. */
export async function runBackups(t: Ending, options: Options): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-backups-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
  const [file, backups] = [join(directory, 'ledger.db'), join(directory, 'backups')];
  mkdirSync(backups);
  const signer = join(directory, 'signer');
  await fill(t, file, signer, options.events);
  const env = { DATABASE_URL: `file:${file}`, SIGNER_DIR: signer, BACKUP_DIR: backups, RATE_LIMIT: '0' };
  const { url, stop, wrong, tookMs } = await serveWithBackups(t, options.everyMs, env);

  let isOver = false;
  let isRestoring = false;
  const isMaking = (): boolean => existsSync(join(backups, unfinished));
  const posts: Posts = { alone: [], besideBackup: [], besideRestore: [] };
  const acknowledged: Acknowledged[] = [];
  let number = options.events;
  const client = async (): Promise<void> => {
    while (!isOver) {
      const besideBefore = isMaking();
      const beganMs = performance.now();
      const { status, position } = await post(url, [milestone(++number)]);
      const tookMs = performance.now() - beganMs;
      const kind = besideBefore || isMaking() ? 'besideBackup' : isRestoring ? 'besideRestore' : 'alone';
      posts[kind].push(tookMs);
      if (status === 201) acknowledged.push({ atMs: Date.now(), position });
      else wrong.push(`a post was answered with ${status}`);
    }
  };
  const posting = Promise.all(Array.from({ length: options.clients }, client));

  const tried: Tried[] = [];
  while (tried.length < options.count) {
    await pause(20);
    const backup = (await backupState(backups))?.backups[tried.length];
    const madeMs = tookMs[tried.length];
    if (!backup || madeMs === undefined) continue;
    const last = lastOf(acknowledged, Date.parse(backup.madeAt), options.events);
    isRestoring = true;
    const one = await restored(join(backups, backup.file), directory, backup);
    isRestoring = false;
    if (backup.position < last) one.wrong.push(`${last} were acknowledged before it began`);
    tried.push({ ...one, madeMs, acknowledged: last });
    options.told?.({ ...one, madeMs, acknowledged: last });
  }
  isOver = true;
  await posting;
  await stop();
  const { findings, size } = await verifyLedger(`file:${file}`, { signerDirectory: signer });
  wrong.push(...findings.map(({ what, detail }) => `${what}: ${detail}`));
  const end = lastOf(acknowledged, Infinity, options.events);
  if (size < end) wrong.push(`${end} events were acknowledged, and ${size} are there`);
  return { tried, posts, wrong };
}

/** The highest position that was acknowledged before a time, beyond one. */
const lastOf = (acknowledged: Acknowledged[], beforeMs: number, beyond: number): number =>
  acknowledged.reduce(
    (last, { atMs, position }) => (atMs < beforeMs ? Math.max(last, position) : last),
    beyond,
  );

/** Restores a backup as a ledger of its own, and verifies that. */
async function restored(
  path: string,
  directory: string,
  backup: Backup,
): Promise<Omit<Tried, 'madeMs' | 'acknowledged'>> {
  const place = join(directory, 'restored');
  const env = { DATABASE_URL: `file:${join(place, 'ledger.db')}`, SIGNER_DIR: '' };
  const wrong: string[] = [];
  const beganMs = performance.now();
  const restore = await runChild(['restore', '--backup', path], env);
  const restoredMs = performance.now() - beganMs;
  if (restore.code !== 0) wrong.push(`restore ended with ${restore.code}: ${restore.out}${restore.err}`);
  const { position, rootHash } = backup;
  const verify = await runChild(['verify'], env);
  const expected = `${position} events checked, size ${position}, root hash ${rootHash}: nothing wrong`;
  if (verify.code !== 0 || !verify.out.includes(expected)) wrong.push(`verify: ${verify.out}${verify.err}`);
  rmSync(place, { recursive: true, force: true });
  return { backup, bytes: statSync(path).size, restoredMs, wrong };
}

async function post(url: string, events: object[]): Promise<{ status: number; position: number }> {
  const answer = await fetch(`${url}/v1/initiatives/${initiativeId}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ events }),
  });
  const { recorded = [] }: { recorded?: { position: number }[] } = JSON.parse(await answer.text());
  return { status: answer.status, position: recorded.at(-1)?.position ?? 0 };
}

/** A ledger of so many events. */
async function fill(t: Ending, file: string, signer: string, events: number): Promise<void> {
  const { child, url } = await serveChild(t, file, { SIGNER_DIR: signer, RATE_LIMIT: '0' });
  await post(url, [initiative]);
  for (let number = 1; number < events; number += 500) {
    const count = Math.min(500, events - number);
    const { status } = await post(
      url,
      Array.from({ length: count }, (_, i) => milestone(number + i)),
    );
    if (status !== 201) throw new Error(`the ledger could not be filled: ${status}`);
  }
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}

async function serveWithBackups(t: Ending, everyMs: number, env: Record<string, string>) {
  const program = fileURLToPath(new URL('service.ts', import.meta.url));
  const child = spawn(process.execPath, [program, `${everyMs}`], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const wrong: string[] = [];
  const tookMs: number[] = [];
  const listening = Promise.withResolvers<string>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { level, msg, tookMs: took } = JSON.parse(line);
    if (took !== undefined) tookMs.push(took);
    const [, address] = /listening at (http:\S+)/.exec(msg) ?? [];
    if (address !== undefined) listening.resolve(address);
    if (level >= 40) wrong.push(`the service logged: ${msg}`);
  });
  const exit = once(child, 'exit');
  exit.then(() => listening.reject(new Error('the service ended before it listened'))).catch(() => {});
  const url = await listening.promise;
  const stop = async (): Promise<void> => {
    child.kill();
    const [code] = await exit;
    if (code !== 0) wrong.push(`the service was told to end, and ended with ${code}`);
  };
  return { url, stop, wrong, tookMs };
}
