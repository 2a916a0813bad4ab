import { on } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Refusal } from '../errors.ts';
import type { CheckedLines, Reading } from './line-checker.ts';
import type { Answer } from './worker.ts';

/** Pieces that may be with the other thread or wait behind it; no more are read before they were taken. */
const aheadMax = 4;

/**
 * The lines of a file, checked by a thread of their own, which lives as long as this generator. pieceBytes: what is
 * handed over together, once the thread has something to do.
 */
export async function* checkedLines(
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

/** Hands a file over to the thread, no faster than its answers are taken. */
class Pieces {
  readonly #worker: Worker;
  readonly #pieceBytes: number;
  /** How many were sent and not taken yet. */
  #ahead = 0;
  #ended = false;
  #stopped = false;
  #room: (() => void) | undefined;

  constructor(worker: Worker, pieceBytes: number) {
    this.#worker = worker;
    this.#pieceBytes = pieceBytes;
  }

  async send(source: AsyncIterable<Uint8Array>): Promise<void> {
    let gathered: Uint8Array[] = [];
    let length = 0;
    for await (const bytes of source) {
      gathered.push(bytes);
      length += bytes.length;
      if (length < this.#pieceBytes && this.#ahead > 0) continue;
      this.#post(Buffer.concat(gathered));
      gathered = [];
      length = 0;
      while (this.#ahead >= aheadMax && !this.#stopped) {
        await new Promise<void>((resolve) => {
          this.#room = resolve;
        });
      }
      if (this.#stopped) return;
    }
    if (length > 0) this.#post(Buffer.concat(gathered));
    this.#ended = true;
    this.#post(null);
  }

  #post(piece: Buffer | null): void {
    this.#ahead += 1;
    this.#worker.postMessage(piece);
  }

  /** An answer was taken. Says whether it was the last one. */
  taken(): boolean {
    this.#ahead -= 1;
    this.#room?.();
    return this.#ended && this.#ahead === 0;
  }

  stop(): void {
    this.#stopped = true;
    this.#room?.();
  }
}
