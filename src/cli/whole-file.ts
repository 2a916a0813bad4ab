import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { CouldNotRun } from './outcome.ts';

/** Of the files that a database in use has. */
const suffixes = ['', '-wal', '-shm', '-journal', '-lock', '-lock-journal'];

/** Throws CouldNotRun if the file exists: no command overwrites a file. */
export function requireNew(file: string): void {
  if (existsSync(file)) throw new CouldNotRun(`${file} exists already.`);
}

/**
 * Makes the whole file, or none: it gets its name when it is whole. Removes what an interrupted command left.
 * isWhole: whether the file that was made is kept.
 */
export async function makeWhole<T>(
  file: string,
  make: (part: string) => Promise<T>,
  isWhole: (made: T) => boolean = () => true,
): Promise<T> {
  requireNew(file);
  const part = `${file}.part`;
  const remove = async (): Promise<void> => {
    for (const suffix of suffixes) await rm(part + suffix, { force: true });
  };
  await remove();
  try {
    // Where no file can be made, whoever writes a database would make the directory.
    await writeFile(part, '');
    const made = await make(part);
    if (isWhole(made)) await rename(part, file);
    return made;
  } catch (error) {
    if (error instanceof Error && 'syscall' in error)
      throw new CouldNotRun(`${file} can't be written: ${error.message}.`);
    throw error;
  } finally {
    await remove();
  }
}

/** Writes the whole text to disk, or no file. */
export const writeWhole = (
  file: string,
  text: AsyncIterable<string | Uint8Array> | Iterable<string>,
): Promise<void> => makeWhole(file, (part) => pipeline(text, createWriteStream(part, { flush: true })));
