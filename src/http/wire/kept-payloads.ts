import { type Payload, payloadOf } from './payload.ts';

const keptBytesMax = 32 * 1024 * 1024;
/** Bytes that a kept answer takes besides its text and its address. */
const keptBytes = 512;

interface Kept {
  /** The position of the last request for the answer, and the position of the scope's last event at that time. */
  position: number;
  scopePosition: number;
  payload: Payload;
}

/**
 * Keeps answers about one initiative as long as nothing new happens in it. An answer is a function of its address and of the
 * initiative's events, so it need not be invalidated. Only an erasure of names and a swapped read model end all kept answers.
 */
export class KeptPayloads {
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  /** The answer of an earlier request as of exactly this position. */
  known(url: string, position: number): Payload | undefined {
    const kept = this.#kept.get(url);
    return kept?.position === position ? kept.payload : undefined;
  }

  /** lastEvent: the position of the initiative's last event at or before a position. */
  async get(
    url: string,
    position: number,
    lastEvent: (position: number) => number | Promise<number>,
    compute: () => Promise<string>,
  ): Promise<Payload> {
    const kept = this.#kept.get(url);
    const scopePosition = await lastEvent(position);
    if (kept?.scopePosition === scopePosition) {
      kept.position = position;
      return kept.payload;
    }
    const payload = payloadOf(await compute());
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
