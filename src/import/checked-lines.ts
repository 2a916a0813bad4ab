import { on } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Refusal } from '../errors.ts';
import { type CheckedLines, LineChecker, type Reading } from './line-checker.ts';
import type { Answer } from './worker.ts';

/** A file up to this size is checked here: that takes a few milliseconds, and starting a thread takes some hundred. */
const smallBytes = 128 * 1024;
/** Pieces that may be with the other thread or wait behind it; no more are read before they were taken. */
const aheadMax = 3;

/** The lines of a file, checked. Of a large file, about `pieceBytes` together. */
export async function* checkedLines(
  source: AsyncIterable<Uint8Array>,
  reading: Reading,
  pieceBytes: number,
): AsyncGenerator<CheckedLines> {
  const chunks = source[Symbol.asyncIterator]();
  const begun: Uint8Array[] = [];
  for (let length = 0; length < smallBytes; ) {
    const { done, value } = await chunks.next();
    if (done) {
      const checker = new LineChecker(reading);
      yield checker.push(Buffer.concat(begun));
      yield checker.end();
      return;
    }
    begun.push(value);
    length += value.length;
  }
  yield* checkedByThread(wholeOf(begun, chunks), reading, pieceBytes);
}

async function* wholeOf<T>(begun: T[], rest: AsyncIterator<T>): AsyncGenerator<T> {
  try {
    yield* begun;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** By a thread of their own, which lives as long as this generator. */
async function* checkedByThread(
  source: AsyncIterable<Uint8Array>,
  reading: Reading,
  pieceBytes: number,
): AsyncGenerator<CheckedLines> {
  // This file's own suffix: it is another one where it was built.
  const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(file, { workerData: reading, execArgv: [] });
  const failed = new AbortController();
  const pieces = new Pieces(worker, pieceBytes);
  pieces.send(source).catch((error: unknown) => failed.abort(error));
  try {
    // An error of the thread ends this loop too.
    for await (const [message] of on(worker, 'message', { signal: failed.signal })) {
      const answer = message as Answer; // The thread sends nothing else.
      if ('refusal' in answer) throw new Refusal(answer.refusal.code, answer.refusal.detail);
      yield answer.checked;
      if (pieces.taken()) return;
    }
  } catch (error) {
    throw failed.signal.aborted ? failed.signal.reason : error;
  } finally {
    pieces.stop();
    await worker.terminate();
  }
}

/** Hands a file over to the thread: what has arrived when it has nothing to do, and no faster than its answers are taken. */
class Pieces {
  readonly #worker: Worker;
  readonly #pieceBytes: number;
  #gathered: Uint8Array[] = [];
  #bytes = 0;
  /** How many were handed over and not taken yet. */
  #ahead = 0;
  #ended = false;
  #stopped = false;
  #room: (() => void) | undefined;

  constructor(worker: Worker, pieceBytes: number) {
    this.#worker = worker;
    this.#pieceBytes = pieceBytes;
  }

  async send(source: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const bytes of source) {
      this.#gathered.push(bytes);
      this.#bytes += bytes.length;
      if (this.#ahead === 0 || this.#bytes >= this.#pieceBytes) this.#post();
      while (this.#ahead >= aheadMax && !this.#stopped) {
        await new Promise<void>((resolve) => {
          this.#room = resolve;
        });
      }
      if (this.#stopped) return;
    }
    this.#post();
    this.#ended = true;
    this.#ahead += 1;
    this.#worker.postMessage(null);
  }

  #post(): void {
    if (this.#bytes === 0) return;
    this.#worker.postMessage(Buffer.concat(this.#gathered));
    this.#ahead += 1;
    this.#gathered = [];
    this.#bytes = 0;
  }

  /** An answer was taken. Says whether it was the last one. */
  taken(): boolean {
    this.#ahead -= 1;
    // The source may be slow.
    if (this.#ahead === 0) this.#post();
    this.#room?.();
    return this.#ended && this.#ahead === 0;
  }

  stop(): void {
    this.#stopped = true;
    this.#room?.();
  }
}
