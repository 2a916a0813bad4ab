import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { Refusal } from '../../errors.ts';

/** Bytes that the parts of an archive may have when they are unpacked, and how many for each byte of the archive. */
const unpackedBytesMax = 200 * 1024 * 1024;
const ratioMax = 100;
const partsMax = 10_000;

/**
 * A spreadsheet is a ZIP archive of parts. The sizes of all parts are checked before any is unpacked; yauzl ends a part that turns out
 * larger than its size.
 */
export class Archive {
  readonly #zip: ZipFile;
  readonly #parts: ReadonlyMap<string, Entry>;

  private constructor(zip: ZipFile, parts: ReadonlyMap<string, Entry>) {
    this.#zip = zip;
    this.#parts = parts;
  }

  /** Throws a Refusal for bytes that are no archive, and for an archive that is too large when it is unpacked. */
  static async open(file: Buffer): Promise<Archive> {
    if (file.subarray(0, 4).equals(compoundFile))
      throw unreadable('it is encrypted, or of an old program (.xls): save it as .xlsx, without a password');
    try {
      const zip = await fromBufferPromise(file, { lazyEntries: true });
      if (zip.entryCount > partsMax) throw tooLarge(`has more than ${partsMax} parts`);
      const parts = new Map<string, Entry>();
      let unpacked = 0;
      for await (const entry of zip.eachEntry()) {
        if (parts.has(entry.fileName)) throw unreadable(`it has the part ${entry.fileName} twice`);
        parts.set(entry.fileName, entry);
        unpacked += entry.uncompressedSize;
      }
      if (unpacked > unpackedBytesMax) throw tooLarge('has more than 200 MiB when it is unpacked');
      if (unpacked > ratioMax * file.length)
        throw tooLarge(`has more than ${ratioMax} times its size when it is unpacked`);
      return new Archive(zip, parts);
    } catch (error) {
      throw refusalOf(error);
    }
  }

  has(part: string): boolean {
    return this.#parts.has(part);
  }

  /** The text of a part, in pieces. Throws a Refusal if there is none, or if it can't be read. */
  async *text(part: string): AsyncGenerator<string> {
    const entry = this.#parts.get(part);
    if (!entry) throw unreadable(`it has no part ${part}`);
    if (!entry.canDecodeFileData()) throw unreadable('it is encrypted, or packed in an unusual way');
    const decoder = new TextDecoder('utf-8', { fatal: true });
    try {
      const pieces: AsyncIterable<Buffer> = await this.#zip.openReadStreamPromise(entry);
      for await (const piece of pieces) yield decoder.decode(piece, { stream: true });
      yield decoder.decode();
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

/** How the files of old programs begin, and encrypted ones of new programs. */
const compoundFile = Buffer.of(0xd0, 0xcf, 0x11, 0xe0);

/** What yauzl and the decoder throw says what is wrong with the file. */
const refusalOf = (error: unknown): unknown =>
  error instanceof Error && !(error instanceof Refusal) ? unreadable(error.message) : error;

export const unreadable = (why: string): Refusal =>
  new Refusal('malformed-csv', `The spreadsheet can't be read: ${why}.`);

export const tooLarge = (why: string): Refusal => new Refusal('body-too-large', `The spreadsheet ${why}.`);
