import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreUnavailable } from '../lock-file.ts';

const dayMs = 86_400_000;

/** A backup that the service made. It was verified before it got its name. */
export interface Backup {
  /** Its name in BACKUP_DIR. */
  file: string;
  /** The moment as of which it is: RFC 3339, as all times here. */
  madeAt: string;
  /** It holds the events up to and with this one. */
  position: number;
  /** Hex. */
  rootHash: string;
  /** whole: all that `verify` looks at; hashes: what `verify --hashes-only` does. */
  verified: 'hashes' | 'whole';
}

/** What is known of the backups in BACKUP_DIR, which belongs to one ledger. */
export interface BackupState {
  /** The name of the log that they are of. */
  origin: string;
  /** Those that are there, in the order in which they were made: the last one is the newest. */
  backups: readonly Backup[];
  /** When the newest of those was made that were verified whole. */
  wholeVerifiedAt?: string;
  /** Why the last attempt made none, and what to do; absent: it made one. */
  failure?: { at: string; what: string };
}

/** The file in BACKUP_DIR that has it. */
export const stateFile = 'backups.json';

/** `20261201T031500Z` */
export const stampOf = (atMs: number): string => new Date(atMs).toISOString().replace(/\.\d+|[-:]/g, '');

export const backupName = (madeAtMs: number, position: number): string =>
  `ledger-${stampOf(madeAtMs)}-${position}.db`;

const named = /^ledger-\d{8}T\d{6}Z-\d+\.db$/;

/**
 * Reads what the service keeps in BACKUP_DIR; undefined: it has kept nothing there. Throws StoreUnavailable for a file that is
 * damaged, and the error of the operating system for one that can't be read.
 */
export async function backupState(directory: string): Promise<BackupState | undefined> {
  const file = join(directory, stateFile);
  const state = await parsed(file);
  if (!state) return undefined;
  // Somebody may have removed one, and a crash may have come before one got its name.
  const isThere = await Promise.all(
    state.backups.map(({ file }) => named.test(file) && isFile(join(directory, file))),
  );
  return { ...state, backups: state.backups.filter((_, i) => isThere[i]) };
}

async function parsed(file: string): Promise<BackupState | undefined> {
  try {
    const state: Partial<BackupState> | null = JSON.parse(await readFile(file, 'utf8'));
    if (typeof state?.origin !== 'string' || !Array.isArray(state.backups)) throw new SyntaxError();
    // The service wrote it.
    return state as BackupState;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    if (!(error instanceof SyntaxError)) throw error;
    throw new StoreUnavailable(
      `${file} is damaged. Delete it: the backups beside it stay, and the service begins a new list, so delete old ones by hand.`,
    );
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * The backups that are no longer kept: all of the day before the newest one stay, and the last of each of so many days (UTC) on
 * which any was made. It is the newest backup that says what is old, and not the clock: while no new one is made, nothing is removed.
 */
export function outdated(backups: readonly Backup[], keepDays: number): Backup[] {
  const newest = backups.at(-1);
  if (!newest) return [];
  const days = new Set<string>();
  return backups.toReversed().filter(({ madeAt }) => {
    const day = madeAt.slice(0, 'YYYY-MM-DD'.length);
    const isLastOfDay = !days.has(day);
    days.add(day);
    const isRecent = Math.abs(Date.parse(newest.madeAt) - Date.parse(madeAt)) <= dayMs;
    return !isRecent && !(isLastOfDay && days.size <= keepDays);
  });
}
