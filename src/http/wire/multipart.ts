import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { Refusal } from '../../errors.ts';

/** A mapping is some kilobytes; the file may have any size. */
const limits = { fields: 4, fieldNameSize: 100, fieldSize: 256 * 1024, files: 1, parts: 5, headerPairs: 20 };

/** The parts of a body: a file, which is read as it arrives, and what stands before it. */
export interface FilePart {
  mapping: string | undefined;
  /** Its name, as the sender has it, and its media type; empty: none was given. */
  name: string;
  mediaType: string;
  source: AsyncIterable<Uint8Array>;
}

/** Reads a body (RFC 7578) as far as its part `file`. Throws Refusal `invalid-request` where it has none, or another part. */
export async function filePartOf(upload: AsyncIterable<Uint8Array>, contentType: string): Promise<FilePart> {
  const parser = parserOf(contentType);
  const source = Readable.from(upload, { objectMode: false });
  const { promise, resolve, reject } = Promise.withResolvers<FilePart>();
  let file: BusboyFileStream | undefined;
  let mapping: string | undefined;
  // Whoever waits for the part is told, and whoever reads it already.
  const fail = (error: unknown): void => {
    reject(error);
    file?.destroy(error as Error);
    source.destroy();
  };
  parser.on('field', (name, value, _nameIsCut, isCut) => {
    if (name !== 'mapping' || mapping !== undefined || file)
      fail(bad(`The part "${name}" is not known here, or stands twice, or behind the file.`));
    else if (isCut) fail(bad(`The mapping has more than ${limits.fieldSize / 1024} KiB.`));
    else mapping = value;
  });
  parser.on('file', (_name, stream, fileName, _encoding, mediaType) => {
    file = stream;
    // Nobody may be reading any more.
    stream.on('error', () => {});
    resolve({ mapping, name: fileName ?? '', mediaType: mediaType ?? '', source: read(stream) });
  });
  for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const)
    parser.on(limit, () => fail(bad('The body has too many parts.')));
  const done = pipeline(source, parser).then(
    () => reject(bad('The body has no part "file".')),
    (error: unknown) => fail(error instanceof Refusal ? error : bad(`The body is no form: ${error}`)),
  );
  async function* read(stream: BusboyFileStream): AsyncGenerator<Uint8Array> {
    try {
      yield* stream;
      // A part that comes after the file is refused, too.
      await done;
      if (stream.errored) throw stream.errored;
    } finally {
      source.destroy();
    }
  }
  return await promise;
}

function parserOf(contentType: string): BusboyInstance {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits,
      isPartAFile: (name) => name === 'file',
    });
  } catch (error) {
    throw bad(`The body is no form: ${(error as Error).message}`);
  }
}

const bad = (detail: string): Refusal => new Refusal('invalid-request', detail);
