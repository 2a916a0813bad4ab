import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';

/** The text of a file that an option names. */
export function readNote(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error)
      throw new InvalidArgumentError(`It can't be read: ${error.code}.`);
    throw error;
  }
}
