import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { Refusal } from '../errors.ts';
import { standardLimits } from '../shapes/limits.ts';
import { isSheet } from './formats.ts';
import { type CheckedLines, LineChecker, type LineSettings } from './line-checker.ts';
import { Places } from './places.ts';
import type { Answer } from './worker.ts';

/** A smaller file is checked on this thread: that takes a few milliseconds, and to start a thread takes about a hundred. */
export const smallBytes = 128 * 1024;
/** Pieces that may be in the other thread or wait for it. Reading pauses until they are taken. */
const aheadMax = 3;
/** Each of them has a thread of its own. */
const largeFiles = new Places('imports of large files');
/** MiB that a thread may take. A file that takes more was made for it. */
const memoryMax = 1024;

/**
 * Gives the checked lines of a file, of a large one in pieces of about `pieceBytes`. Throws a Refusal where a file turns out to be
 * large and too many are being checked.
 */
export async function* checkedLines(
  source: AsyncIterable<Uint8Array>,
  settings: LineSettings,
  pieceBytes: number,
): AsyncGenerator<CheckedLines> {
  const pieces = piecesOf(source, pieceBytes);
  const { value: first = empty } = await pieces.next();
  // A small spreadsheet may have a hundred times as much in it.
  if (first.length >= smallBytes || isSheet(settings.format)) yield* checkedByThread(first, pieces, settings);
  else {
    const checker = new LineChecker(settings);
    yield checker.push(first);
    yield checker.end();
  }
}

/** What has arrived, whenever more is asked for. The first piece is the whole of a small file. */
async function* piecesOf(source: AsyncIterable<Uint8Array>, pieceBytes: number): AsyncGenerator<Buffer> {
  const arrived = Readable.from(source, { objectMode: false, highWaterMark: pieceBytes });
  let [gathered, isSmall] = [empty, true];
  for await (const chunk of arrived as AsyncIterable<Buffer>) {
    const others: Buffer | null = arrived.read(arrived.readableLength);
    // A copy: a part of a larger buffer would go to the other thread as the whole of it.
    gathered = Buffer.concat([gathered, chunk, others ?? empty]);
    if (isSmall && gathered.length < smallBytes) continue;
    yield gathered;
    [gathered, isSmall] = [empty, false];
  }
  if (isSmall) yield gathered;
}

const empty = Buffer.alloc(0);

/** Checks the lines on a thread of their own, which lives as long as this generator. */
async function* checkedByThread(
  first: Buffer,
  others: AsyncIterable<Buffer>,
  settings: LineSettings,
): AsyncGenerator<CheckedLines> {
  using _place = largeFiles.take((settings.limits ?? standardLimits).files);
  const thread = new CheckingThread(settings);
  try {
    yield await thread.check(first);
    yield* Readable.from(others).map((piece: Buffer) => thread.check(piece), { concurrency: aheadMax });
    for (let ended = false; !ended; ended = thread.ended) yield await thread.check(null);
  } finally {
    await thread.end();
  }
}

/** A thread that checks the pieces of one file, in their order. */
class CheckingThread {
  readonly #worker: Worker;
  readonly #asked: PromiseWithResolvers<CheckedLines>[] = [];
  /** Whether the last lines of the file were given. */
  ended = false;

  constructor(settings: LineSettings) {
    // The built file has another suffix.
    const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
    const resourceLimits = { maxOldGenerationSizeMb: memoryMax };
    this.#worker = new Worker(file, { workerData: settings, execArgv: [], resourceLimits });
    this.#worker.on('message', (answer: Answer) => {
      const asked = this.#asked.shift();
      if ('refusal' in answer) asked?.reject(new Refusal(answer.refusal.code, answer.refusal.detail));
      else {
        this.ended = answer.ended;
        asked?.resolve(answer.checked);
      }
    });
    this.#worker.on('error', (error: Error) => {
      const isFull = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      const told = isFull
        ? new Refusal('body-too-large', `To read the file takes more than ${memoryMax} MiB.`)
        : error;
      for (const asked of this.#asked) asked.reject(told);
    });
  }

  /** null ends the file. What is left of it is given piece by piece, each for another null. */
  check(piece: Buffer | null): Promise<CheckedLines> {
    const asked = Promise.withResolvers<CheckedLines>();
    this.#asked.push(asked);
    this.#worker.postMessage(piece);
    return asked.promise;
  }

  end(): Promise<number> {
    return this.#worker.terminate();
  }
}
