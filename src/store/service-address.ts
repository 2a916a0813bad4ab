import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const addressFile = (file: string): string => `${file}-url`;

/**
 * Says beside the file of a ledger where the service answers that has it open, for the commands that have to ask it. One that
 * was killed leaves it behind, and the next one writes it anew. Gives what removes it.
 */
export function keepAddress(file: string, url: string): () => void {
  try {
    writeFileSync(addressFile(file), `${url}\n`);
  } catch {
    // On a full disk, say. The commands then go by HOST and PORT.
  }
  return () => rmSync(addressFile(file), { force: true });
}

/** undefined: no service said it. */
export function addressOf(file: string): string | undefined {
  try {
    return readFileSync(addressFile(file), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
