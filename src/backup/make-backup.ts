import { closeSync, existsSync, fdatasyncSync, openSync } from 'node:fs';
import { open, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { lockFile, StoreUnavailable } from '../store/lock-file.ts';
import { whyUnusable } from '../store/place.ts';
import { backupSqlite } from '../store/sqlite/backup.ts';
import {
  type Backup,
  type BackupState,
  backupName,
  backupState,
  outdated,
  stateFile,
} from '../store/sqlite/backups.ts';
import { firstOf } from '../verify/findings.ts';
import { CannotVerify } from '../verify/reader.ts';
import { type Verified, verifyLedger } from '../verify/verify.ts';

/** What one backup is made of. */
export interface Work {
  /** Of the ledger, which is in use. */
  file: string;
  origin: string;
  /** BACKUP_DIR. */
  directory: string;
  keepDays: number;
  nowMs: number;
  /** Whether the read models are of this version, so that all can be verified. */
  mayVerifyWhole: boolean;
}

/** state: as it is in the directory; undefined: it could not be read or written. failure: in words for the operator. */
export interface Outcome {
  state?: BackupState;
  failure?: string;
}

/** A copy has this name until it is verified: nobody takes it for a backup. */
export const unfinished = 'ledger.db.unfinished';

const wholeEveryMs = 86_400_000;
/** What is left free for the ledger on the file system that it shares with its backups. */
const leftToLedger = 64 * 2 ** 20;

/**
 * Makes a backup and removes those that are no longer kept. A crash at any moment leaves the backups that were there: the new one gets
 * its name when it is verified and on disk. What stands in the way of one is told as a failure.
 */
export async function makeBackup(work: Work): Promise<Outcome> {
  const { directory, nowMs } = work;
  let state: BackupState | undefined;
  try {
    await requireDirectory(directory);
    using _lock = lockedDirectory(directory);
    await removeUnfinished(directory);
    state = await stateOf(work);
    try {
      state = await thinned(state, work);
      await requireRoom(work);
      state = await withNew(state, work);
      return { state: await thinned(state, work) };
    } catch (error) {
      // It may have taken the room that is needed to say so.
      await removeUnfinished(directory);
      const what = reasonOf(error, directory);
      state = { ...state, failure: { at: new Date(nowMs).toISOString(), what } };
      await keepState(directory, state);
      return { state, failure: what };
    }
  } catch (error) {
    return { ...(state && { state }), failure: state?.failure?.what ?? reasonOf(error, directory) };
  }
}

/** The directory is never made: where its disk is not mounted, backups would come to lie on the disk of the ledger. */
async function requireDirectory(directory: string): Promise<void> {
  const there = await stat(directory).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (there) return;
  throw new StoreUnavailable(
    `BACKUP_DIR: there is no directory ${directory}. Mount the disk that it is on, or make it: mkdir -m 700 ${directory}`,
  );
}

function lockedDirectory(directory: string): Disposable {
  const lock = lockFile(join(directory, 'lock'), 'BACKUP_DIR: another service makes a backup there');
  return { [Symbol.dispose]: () => void lock.close() };
}

/** Removes what a backup that was broken off has left. */
export async function removeUnfinished(directory: string): Promise<void> {
  const parts = ['', '-journal', '-wal', '-shm'].map((suffix) => unfinished + suffix);
  for (const name of [...parts, `${stateFile}.new`]) await rm(join(directory, name), { force: true });
}

async function stateOf({ directory, origin }: Work): Promise<BackupState> {
  const state = (await backupState(directory)) ?? { origin, backups: [] };
  if (state.origin === origin) return state;
  throw new StoreUnavailable(
    `BACKUP_DIR: ${directory} has the backups of the log ${state.origin}, and this log is ${origin}. Give it a directory of its own.`,
  );
}

/** Removes what is no longer kept. */
async function thinned(state: BackupState, { directory, keepDays }: Work): Promise<BackupState> {
  const old = new Set(outdated(state.backups, keepDays));
  if (old.size === 0) return state;
  for (const { file } of old) await rm(join(directory, file), { force: true });
  const rest = { ...state, backups: state.backups.filter((backup) => !old.has(backup)) };
  await keepState(directory, rest);
  return rest;
}

/** A backup must not take the room that the ledger needs to record. */
async function requireRoom({ file, directory }: Work): Promise<void> {
  const [ledger, wal] = await Promise.all([stat(file), stat(`${file}-wal`)]);
  const [own, of] = await Promise.all([stat(directory), stat(dirname(file))]);
  const { bavail, bsize } = await statfs(directory);
  const needed = ledger.size + wal.size + (own.dev === of.dev ? leftToLedger : 0);
  const free = bavail * bsize;
  if (free >= needed) return;
  throw new StoreUnavailable(
    `BACKUP_DIR: ${mebibytes(free)} are free in ${directory}, and a backup needs ${mebibytes(needed)}. Make room on the disk, lower BACKUP_KEEP, or name a directory on another disk.`,
  );
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

async function withNew(state: BackupState, work: Work): Promise<BackupState> {
  const { file, directory, nowMs } = work;
  const part = join(directory, unfinished);
  // Only its user may read it: it has the names of persons.
  await writeFile(part, '', { mode: 0o600 });
  await copied(file, part);
  const whole = isWholeDue(state, work);
  // On this thread alone, as the others are for those who record and read.
  const verified = await verifyLedger(`file:${part}`, { hashesOnly: !whole, threads: 0 });
  requireSound(verified);
  const backup = backupOf(verified, nowMs, whole);
  const path = join(directory, backup.file);
  if (existsSync(path))
    throw new StoreUnavailable(`BACKUP_DIR: there is a file ${path} already, which stays as it is.`);
  await syncFile(part);
  const { failure: _, ...rest } = state;
  const kept: BackupState = {
    ...rest,
    backups: [...state.backups, backup],
    ...(whole && { wholeVerifiedAt: backup.madeAt }),
  };
  // Before the backup has its name: what is there and not listed is of somebody else, and never removed.
  await keepState(directory, kept);
  await rename(part, path);
  await syncFile(directory);
  return kept;
}

/**
 * Each of its steps, some megabytes, is on disk before the next, and for as long as a step took the disk is left to those who record.
 * Given all at once, the disk would let their next sync wait for half a second and more.
 */
async function copied(file: string, part: string): Promise<void> {
  const descriptor = openSync(part, 'r+');
  let steppedMs = performance.now();
  try {
    await backupSqlite(file, part, () => {
      fdatasyncSync(descriptor);
      Atomics.wait(never, 0, 0, performance.now() - steppedMs);
      steppedMs = performance.now();
    });
  } finally {
    // After SQLite has closed it: a file that is closed in a process has lost its locks there.
    closeSync(descriptor);
  }
}

/** Nobody wakes whoever waits for it. */
const never = new Int32Array(new SharedArrayBuffer(4));

function isWholeDue({ wholeVerifiedAt }: BackupState, { nowMs, mayVerifyWhole }: Work): boolean {
  const sinceMs = wholeVerifiedAt === undefined ? Infinity : nowMs - Date.parse(wholeVerifiedAt);
  // A clock that was set back says nothing of it.
  return mayVerifyWhole && (sinceMs < 0 || sinceMs >= wholeEveryMs);
}

function backupOf({ size, rootHash }: Verified, nowMs: number, whole: boolean): Backup {
  if (!rootHash) throw new Error('a ledger without findings has a root');
  return {
    file: backupName(nowMs, size),
    madeAt: new Date(nowMs).toISOString(),
    position: size,
    rootHash: rootHash.toHex(),
    verified: whole ? 'whole' : 'hashes',
  };
}

function requireSound({ findings, count }: Verified): void {
  if (count === 0) return;
  throw new StoreUnavailable(
    `The copy was thrown away, because it does not verify: ${firstOf(findings, count)}. Older backups stay. Run verify. If it finds the same in the ledger, stop the service and restore the newest backup. If it finds nothing, look at the disk of BACKUP_DIR and at the memory of the machine.`,
  );
}

/** A crash leaves the old file or the new one. */
async function keepState(directory: string, state: BackupState): Promise<void> {
  const file = join(directory, stateFile);
  await writeFile(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
  await syncFile(directory);
}

async function syncFile(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await file.sync();
}

/** Why there is no backup, and what to do. Throws what is a bug. */
function reasonOf(error: unknown, directory: string): string {
  if (error instanceof StoreUnavailable || error instanceof CannotVerify) return error.message;
  if (error instanceof Sqlite.SqliteError && /^SQLITE_(CORRUPT|NOTADB|IOERR)/.test(error.code))
    return `The copy failed (${error.code}: ${error.message}). Run verify, and look at the disks of the ledger and of BACKUP_DIR.`;
  const why = whyUnusable(error, directory, 'a directory');
  if (why === undefined) throw error;
  return `BACKUP_DIR: ${directory} can't be used: ${why}`;
}
