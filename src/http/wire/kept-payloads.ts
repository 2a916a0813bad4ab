import type { Payload } from './payload.ts';

const keptBytesMax = 32 * 1024 * 1024;
/** Bytes that a kept answer takes besides its text and its address. */
const keptBytes = 512;

interface Kept {
  /** The position of the last request for the answer, and the position of the scope's last event at that time. */
  position: number;
  scopePosition: number;
  payload: Payload;
}

/** An answer that is being computed, and how many wait for it. */
interface AskedFor {
  position: number;
  waiting: number;
  gone: AbortController;
  payload: Promise<Payload>;
}

/**
 * Keeps answers about one initiative as long as nothing new happens in it, nor in the ledger itself. An answer is a function of its
 * address and of these events, so it need not be invalidated. Only an erasure of names and a swapped read model end all kept answers.
 */
export class KeptPayloads {
  readonly #kept = new Map<string, Kept>();
  readonly #asked = new Map<string, AskedFor>();
  #bytes = 0;

  /** The answer of an earlier request as of exactly this position. */
  known(url: string, position: number): Payload | undefined {
    const kept = this.#kept.get(url);
    return kept?.position === position ? kept.payload : undefined;
  }

  /**
   * Computes an answer once for all who ask for it at the same time, as long as one of them waits. signal: aborted when this one
   * does not. lastEvent: the position of the last event at or before a position that the answer may depend on.
   */
  get(
    url: string,
    position: number,
    signal: AbortSignal,
    lastEvent: (position: number) => number | Promise<number>,
    compute: (signal: AbortSignal) => Promise<Payload>,
  ): Promise<Payload> {
    const other = this.#asked.get(url);
    const isSame = other?.position === position && !other.gone.signal.aborted;
    const asked = isSame ? other : this.#ask(url, position, lastEvent, compute);
    asked.waiting += 1;
    signal.addEventListener('abort', () => {
      asked.waiting -= 1;
      if (asked.waiting === 0) asked.gone.abort();
    });
    return asked.payload;
  }

  #ask(
    url: string,
    position: number,
    lastEvent: (position: number) => number | Promise<number>,
    compute: (signal: AbortSignal) => Promise<Payload>,
  ): AskedFor {
    const gone = new AbortController();
    const payload = this.#computed(url, position, lastEvent, () => compute(gone.signal));
    const asked = { position, waiting: 0, gone, payload };
    this.#asked.set(url, asked);
    const end = (): void => {
      if (this.#asked.get(url) === asked) this.#asked.delete(url);
    };
    payload.then(end, end);
    return asked;
  }

  async #computed(
    url: string,
    position: number,
    lastEvent: (position: number) => number | Promise<number>,
    compute: () => Promise<Payload>,
  ): Promise<Payload> {
    const scopePosition = await lastEvent(position);
    const kept = this.#kept.get(url);
    if (kept?.scopePosition === scopePosition) {
      kept.position = position;
      return kept.payload;
    }
    const payload = await compute();
    this.#keep(url, { position, scopePosition, payload });
    return payload;
  }

  #keep(url: string, kept: Kept): void {
    this.#drop(url);
    this.#kept.set(url, kept);
    this.#bytes += bytesOf(url, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= keptBytesMax) return;
      this.#drop(oldest);
    }
  }

  #drop(url: string): void {
    const kept = this.#kept.get(url);
    if (kept) this.#bytes -= bytesOf(url, kept);
    this.#kept.delete(url);
  }
}

/** Counts the text twice: as it was computed and as it was sent. */
const bytesOf = (url: string, { payload }: Kept): number => keptBytes + url.length + 2 * payload.text.length;
