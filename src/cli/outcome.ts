import { CommanderError } from 'commander';
import { ConfigError } from '../config.ts';

/** Exit codes: 0 done, 1 the answer is no (set by the command itself), 2 wrong usage or could not run. */
export const couldNotRun = 2;

/** Something outside the program keeps it from running; the message says what to do, and no stack is needed. */
export class CouldNotRun extends Error {
  override readonly name = 'CouldNotRun';
}

/** Says on stderr why a command failed, and sets the exit code. */
export function endWith(error: unknown): void {
  process.exitCode = couldNotRun;
  if (error instanceof CommanderError) {
    // Commander has printed its message. Asking for help or for the version is no failure.
    if (error.exitCode === 0) process.exitCode = 0;
  } else if (error instanceof ConfigError || error instanceof CouldNotRun) {
    for (const line of error.message.split('\n')) process.stderr.write(`milestone-ledger: ${line}\n`);
  } else {
    process.stderr.write(`milestone-ledger: ${error instanceof Error ? error.stack : String(error)}\n`);
  }
}
