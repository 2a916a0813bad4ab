import Sqlite from 'better-sqlite3';
import { Refusal } from '../../errors.ts';

/**
 * locked: another program is writing. short: nothing was written, and it may go through later. failed: what is on disk is
 * unknown until the file is opened again.
 */
export type FaultKind = 'locked' | 'short' | 'failed';

const failed = 'The storage failed. The operator has to look at it and restart the ledger.';

/** The first that matches says what an error code means. Any other code is of a statement: a bug, or a rule of ours. */
const faults: [codes: RegExp, kind: FaultKind, detail: string][] = [
  [/^SQLITE_(BUSY|LOCKED|PROTOCOL)/, 'locked', 'Another program has the database file locked.'],
  // The second is how a full disk shows where the -shm has to grow.
  [/^SQLITE_(FULL|IOERR_SHMSIZE)$/, 'short', 'The disk is full.'],
  [/^SQLITE_READONLY/, 'short', 'The database file can only be read.'],
  [/^SQLITE_(CANTOPEN|PERM|NOLFS)/, 'short', 'A file of the database can not be opened.'],
  [/^SQLITE_(NOMEM|IOERR_NOMEM)$/, 'short', 'The machine is short of memory.'],
  [/^SQLITE_(IOERR|CORRUPT|NOTADB)/, 'failed', failed],
  // Of the operating system, for other files than the database, such as those of the signer.
  [/^(ENOSPC|EDQUOT)$/, 'short', 'The disk is full.'],
  [/^(EROFS|EIO|EMFILE|ENFILE)$/, 'short', 'A file can not be written or opened.'],
];

/** What an error says of the storage; undefined: nothing. */
export function faultOf(error: unknown): { kind: FaultKind; detail: string } | undefined {
  if (!(error instanceof Sqlite.SqliteError) && !(error instanceof Error && 'syscall' in error))
    return undefined;
  const code = 'code' in error ? String(error.code) : '';
  const fault = faults.find(([codes]) => codes.test(code));
  return fault && { kind: fault[1], detail: fault[2] };
}

/** What the sender of a request is told while the storage can't be used. */
export const unavailable = (detail: string, cause: unknown): Refusal =>
  Object.assign(new Refusal('storage-unavailable', detail), { cause });

/** A fault of the storage as a Refusal; anything else as it is. */
export function orUnavailable(error: unknown): unknown {
  const fault = faultOf(error);
  return fault ? unavailable(fault.detail, error) : error;
}
