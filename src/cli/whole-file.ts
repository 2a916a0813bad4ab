import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { CouldNotRun } from './outcome.ts';

/** Nothing is overwritten. */
export function requireNew(file: string): void {
  if (existsSync(file)) throw new CouldNotRun(`${file} exists already.`);
}

/** Writes a file: all of it, on disk, or none. Under its own name it is there only when it is whole. */
export async function writeWhole(
  file: string,
  text: AsyncIterable<string | Uint8Array> | Iterable<string>,
): Promise<void> {
  const part = `${file}.part`;
  try {
    await pipeline(text, createWriteStream(part, { flush: true }));
    await rename(part, file);
  } catch (error) {
    if (error instanceof Error && 'syscall' in error)
      throw new CouldNotRun(`${file} can't be written: ${error.message}.`);
    throw error;
  } finally {
    await rm(part, { force: true });
  }
}
