import { accessSync, constants, existsSync, lstatSync, mkdirSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StoreUnavailable } from './lock-file.ts';

/**
 * Makes a directory, and those above it. Unlike Node's own, which tries for ever where no directory can be made, such as in
 * the process file system.
 */
export function makeDirectory(path: string, mode?: number): void {
  try {
    mkdirSync(path, mode);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST' && isDirectory(path)) return;
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error;
    makeDirectory(dirname(path));
    mkdirSync(path, mode);
  }
}

/** What a place is wanted for. */
export type Wanted = 'a file to write' | 'a file to read' | 'a directory';

/**
 * What a setting names can't be used, in one line: the setting, the path, why, and what to do. Anything that is not about the
 * place is given back as it is.
 */
export function orUnusable(error: unknown, setting: string, path: string, wanted: Wanted): unknown {
  const reason = whyUnusable(error, path, wanted);
  if (reason === undefined) return error;
  return new StoreUnavailable(`${setting}: ${path} can't be used: ${reason}`, { cause: error });
}

/**
 * Why, and what to do. Code and message of the error say little, such as that a file can't be opened: the cause is looked for at
 * the path. undefined: the error is not about the place.
 */
export function whyUnusable(error: unknown, path: string, wanted: Wanted): string | undefined {
  const code = codeOf(error);
  if (code === undefined || ofProgram.test(code)) return undefined;
  return (
    reasonOfCode(code) ??
    obstacleAt(path, wanted) ??
    (existsSync(path)
      ? `${(error as Error).message} (${code}).`
      : `nothing can be made in ${existingAbove(resolve(path))}. Name another place.`)
  );
}

/** Codes of Node's own errors, and of statements that SQLite refuses: those are bugs. */
const ofProgram = /^(ERR_|SQLITE_(ERROR|CONSTRAINT|MISUSE|SCHEMA|RANGE|MISMATCH|TOOBIG))/;

function reasonOfCode(code: string): string | undefined {
  // The second is how a full disk shows where the -shm has to grow.
  if (/^(ENOSPC|SQLITE_FULL|SQLITE_IOERR_SHMSIZE)$/.test(code)) return 'the disk is full. Make room on it.';
  if (code === 'EDQUOT') return "this user's share of the disk is used up. Make room, or have it raised.";
  if (code === 'EROFS') return readOnly;
  if (code === 'ENAMETOOLONG') return 'the path is too long. Name a shorter one.';
  if (code === 'ELOOP') return 'it is a symbolic link that leads to itself. Name another place.';
  if (/^E[MN]FILE$/.test(code)) return 'too many files are open. Raise the limit (ulimit -n).';
  if (code === 'SQLITE_NOTADB')
    return 'it is no SQLite database, or it is damaged. Name another file, or restore a backup.';
  if (/^SQLITE_CORRUPT/.test(code)) return 'the database is damaged; verify says where. Restore a backup.';
  return undefined;
}

const readOnly =
  'it is on a file system that can only be read. Name another place, or mount it for writing; verify, export and backup need no more.';

/** What keeps this user from using a place, and what to do; undefined: nothing that can be seen without using it. */
export function obstacleAt(named: string, wanted: Wanted): string | undefined {
  const path = resolve(named);
  const asFile = wanted !== 'a directory';
  const there = statOf(path);
  if (typeof there === 'string') return denied(existingAbove(path), there);
  if (there?.isDirectory() && asFile)
    return `it is a directory. Name a file in it, such as ${path}/ledger.db.`;
  if (there && !there.isDirectory() && !asFile) return 'it is a file, not a directory. Name another place.';
  if (!there && isLink(path)) return 'it is a symbolic link that leads nowhere. Make what it leads to.';
  const directory = there?.isDirectory() ? path : existingAbove(path);
  if (!statSync(directory).isDirectory())
    return `${directory} is a file, not a directory. Name another place.`;
  const { R_OK, W_OK, X_OK } = constants;
  const needed: [place: string, mode: number][] =
    wanted === 'a file to read'
      ? [[path, R_OK]]
      : [
          [directory, W_OK | X_OK],
          [there ? path : directory, R_OK | W_OK],
        ];
  for (const [place, mode] of needed) {
    const code = codeOfAccess(place, mode);
    if (code === 'EROFS') return readOnly;
    if (code !== undefined && code !== 'ENOENT') return denied(place, code);
  }
  return undefined;
}

/** Whose it is, is what there is to know; uid 0 is root. */
const denied = (path: string, code: string): string =>
  `this user (uid ${process.getuid?.()}) may not use ${path}, which belongs to uid ${statSync(path).uid} (${code}). Name another place, or have it given to this user (chown).`;

/** The nearest place above that is there and may be looked at. */
function existingAbove(path: string): string {
  const above = dirname(path);
  return above === path || typeof statOf(above) === 'object' ? above : existingAbove(above);
}

/** undefined: there is nothing; a code: it may not be looked at. */
function statOf(path: string): Stats | string | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    return codeOf(error);
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    return false;
  }
}

function codeOfAccess(path: string, mode: number): string | undefined {
  try {
    accessSync(path, mode);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? `${error.code}` : undefined;
