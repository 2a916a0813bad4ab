import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Texts that are kept in a temporary file, so that a file of any size needs little memory. Nothing is left of it once it is closed. */
export class Spool {
  readonly #directory: string;
  readonly #file: FileHandle;
  /** Of each text. */
  readonly #bytes: number[] = [];

  private constructor(directory: string, file: FileHandle) {
    this.#directory = directory;
    this.#file = file;
  }

  static async open(): Promise<Spool> {
    // Only this user may look into it.
    const directory = await mkdtemp(join(tmpdir(), 'milestone-ledger-'));
    const file = await open(join(directory, 'spool'), 'wx+', 0o600);
    // Where an open file can be removed it goes on, and a crash leaves nothing.
    await remove(directory).catch(() => {});
    return new Spool(directory, file);
  }

  async add(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    await this.#file.appendFile(bytes);
    this.#bytes.push(bytes.length);
  }

  /** The texts in their order, as often as they are asked for. */
  async *texts(): AsyncGenerator<string> {
    let from = 0;
    for (const length of this.#bytes) {
      const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(length), 0, length, from);
      if (bytesRead < length) throw new Error('a temporary file was cut off');
      yield buffer.toString();
      from += length;
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
    await remove(this.#directory);
  }
}

const remove = (directory: string): Promise<void> => rm(directory, { recursive: true, force: true });
