import type { Request } from './requests.ts';

export interface Recorded {
  position: number;
  eventId: string;
  recordId: string;
  version: number;
  leafHash: string;
}

/** What all clients sent, and what came of it. */
export class Journal {
  readonly acknowledged: { request: Request; recorded: Recorded[] }[] = [];
  /** Whose expectedVersion was not that of the record any more. */
  readonly refused: Request[] = [];
  /** Never answered, and not sent again: each is in the log as a whole, or not at all. */
  readonly givenUp: Request[] = [];
  /** Sent again, because the connection was lost or because nobody had the patience to wait; or after a 503. */
  retried = { unanswered: 0, unavailable: 0 };
  /** How often a 503 had which problem code, and what it said. */
  readonly unavailable = new Map<string, number>();
  /** Of those, whose answer said that an earlier attempt had recorded it. */
  recordedBefore = 0;
  /** Sent again after an answer, to see the same one. */
  repeated = 0;
  readsChecked = 0;
  /** The end of the log, as far as it was acknowledged. */
  position = 0;
  longestSilenceMs = 0;
  #lastMs = performance.now();
  /** Answers that are wrong. */
  readonly wrong: string[] = [];
  readonly #waiting = new Set<{ count: number; reached: () => void }>();

  acknowledge(request: Request, recorded: Recorded[]): void {
    this.acknowledged.push({ request, recorded });
    const nowMs = performance.now();
    this.longestSilenceMs = Math.max(this.longestSilenceMs, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    for (const { position } of recorded) this.position = Math.max(this.position, position);
    for (const waiting of this.#waiting) {
      if (this.acknowledged.length < waiting.count) continue;
      this.#waiting.delete(waiting);
      waiting.reached();
    }
  }

  /** text: a problem document. */
  noteUnavailable(text: string): void {
    const { code, detail } = JSON.parse(text) as { code: string; detail: string };
    const said = `${code}: ${detail}`;
    this.unavailable.set(said, (this.unavailable.get(said) ?? 0) + 1);
    this.retried.unavailable += 1;
  }

  /** Resolves when so many more requests are acknowledged. */
  more(count: number): Promise<void> {
    return new Promise((reached) => {
      this.#waiting.add({ count: this.acknowledged.length + count, reached });
    });
  }
}
