import { CommanderError, InvalidArgumentError } from 'commander';
import { ConfigError } from '../config.ts';
import { Refusal } from '../errors.ts';
import { BrokenLeaf } from '../store/broken-leaf.ts';
import { StoreUnavailable } from '../store/lock-file.ts';
import { CannotVerify } from '../verify/reader.ts';

/** Exit codes: 0 done, 1 the answer is no (set by the command itself), 2 wrong usage or could not run. */
export const couldNotRun = 2;

/** Something outside the program keeps it from running. The message says what to do, and no stack is printed. */
export class CouldNotRun extends Error {
  override readonly name = 'CouldNotRun';
}

/** Writes a line to standard output. */
export const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Reads the value of an option that is a number. */
export function whole(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

/** The message for an operator, with what the database said. Answers over HTTP leave that out. */
export const withCause = ({ message, cause }: Error): string =>
  cause instanceof Error ? `${message} (${cause.message})` : message;

/** Says on stderr why a command failed, and sets the exit code. */
export function endWith(error: unknown): void {
  process.exitCode = couldNotRun;
  if (error instanceof CommanderError) {
    // Commander has printed its message. To ask for help or the version is no failure.
    if (error.exitCode === 0) process.exitCode = 0;
  } else {
    for (const line of textOf(error).split('\n')) process.stderr.write(`milestone-ledger: ${line}\n`);
  }
}

/** One line for a failure outside the program. Anything else is a bug, and its stack says where. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (known.some((kind) => error instanceof kind)) return error.message;
  if (error instanceof Refusal) return withCause(error);
  const code = 'code' in error ? `${error.code}` : '';
  // An error of the operating system names the call and the file or host.
  if ('syscall' in error) return `${error.message}.`;
  if (/^SQLITE_(BUSY|CANTOPEN|CORRUPT|FULL|IOERR|NOTADB|PERM|READONLY)/.test(code))
    return `The database failed: ${error.message} (${code}).`;
  return error.stack ?? error.message;
}

const known = [ConfigError, CouldNotRun, StoreUnavailable, CannotVerify, BrokenLeaf];
