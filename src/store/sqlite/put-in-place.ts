import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { StoreUnavailable } from '../lock-file.ts';
import { stampOf } from './backups.ts';

/**
 * Of a ledger: what stands beside its file belongs to it, and would spoil another one in its place. The file itself is the last to be
 * moved: SQLite deletes a -wal that stands beside no database.
 */
const suffixes = ['-wal', '-shm', '-journal', ''];

/** The name of a restored ledger that waits for its place. */
export const decided = (file: string): string => `${file}-restored`;

/**
 * Decides that a database, which is whole, is the ledger of this file from now on: `putInPlace` does it, also after a crash. Its new
 * name is what decides it, as nothing else is changed before. The caller holds the lock of the ledger.
 */
export function decide(part: string, file: string, nowMs: number): void {
  // No ledger that was moved aside before is overwritten.
  const isTaken = (name: string): boolean => suffixes.some((suffix) => existsSync(name + suffix));
  while (isTaken(asideName(file, nowMs))) nowMs += 1_000;
  const now = new Date(nowMs);
  utimesSync(part, now, now);
  sync(part);
  renameSync(part, decided(file));
  sync(dirname(file));
}

/**
 * Moves the ledger that stands in the place of a restored one aside, and the restored one into its place. Gives the name that the
 * former one has now; undefined: there was none. Does nothing where nothing was restored. The caller holds the lock.
 */
export function putInPlace(file: string): string | undefined {
  const restored = statSync(decided(file), { throwIfNoEntry: false });
  if (!restored) return undefined;
  // The same name after a crash, so that what belongs together stays together.
  const aside = asideName(file, restored.mtimeMs);
  // Until the last step no file of the restored ledger stands here, so after a crash this goes on.
  for (const suffix of suffixes) moveAside(file + suffix, aside + suffix);
  sync(dirname(file));
  renameSync(decided(file), file);
  sync(dirname(file));
  return existsSync(aside) ? aside : undefined;
}

function moveAside(path: string, aside: string): void {
  const there = statSync(path, { throwIfNoEntry: false });
  if (!there) return;
  if (!existsSync(aside)) {
    renameSync(path, aside);
    return;
  }
  // It was moved before the crash, and who locked the ledger since has made an empty file.
  if (there.size > 0)
    throw new StoreUnavailable(`${path} and ${aside} are both there. Move one of them away.`);
  rmSync(path);
}

const asideName = (file: string, restoredMs: number): string => `${file}-before-${stampOf(restoredMs)}`;

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
