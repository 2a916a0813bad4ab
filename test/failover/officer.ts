import { setTimeout as pause } from 'node:timers/promises';
import { corrected, mou } from '../helpers/decide.ts';

export interface Patience {
  /** How long a client waits for an answer. */
  answerMs: number;
  /** How long it waits then before it sends the same again; of 503, how much of what Retry-After says. */
  pauseMs: number;
  retryAfterShare: number;
}

interface Recorded {
  position: number;
  eventId: string;
  recordId: string;
}

interface Acknowledged extends Recorded {
  /** When, and how long after it was first sent. */
  atMs: number;
  tookMs: number;
}

/** A client, which sends one request after the other, and each until it is acknowledged, with the same key. */
export class Officer {
  readonly acknowledged: Acknowledged[] = [];
  /** Requests that were sent again; among them those answered with 503, and those that turned out to be recorded before. */
  readonly again = { sent: 0, refused: 0, replayed: 0 };
  readonly #url: string;
  readonly #name: string;
  readonly #patience: Patience;

  constructor(url: string, name: string, patience: Patience) {
    this.#url = `${url}/v1/initiatives/sci/events`;
    this.#name = name;
    this.#patience = patience;
  }

  /** Records one after the other, and corrects each. */
  async work(isOver: () => boolean): Promise<void> {
    for (let n = 0; !isOver(); n++) {
      const key = `${this.#name}-${n}`;
      const { recordId } = await this.post(mou({ note: key }), key);
      await this.post(corrected(recordId, { data: { title: key } }), `${key}-title`);
    }
  }

  async post(event: object, key: string): Promise<Recorded> {
    const startMs = performance.now();
    for (;;) {
      const [recorded, waitMs] = await this.#send(event, key);
      const atMs = performance.now();
      if (recorded) {
        this.acknowledged.push({ ...recorded, atMs, tookMs: atMs - startMs });
        return recorded;
      }
      this.again.sent += 1;
      // Not all at the same time.
      await pause(waitMs * (0.5 + Math.random()));
    }
  }

  /** What it recorded; otherwise after how long it may be sent again. */
  async #send(event: object, key: string): Promise<[Recorded | undefined, number]> {
    const { answerMs, pauseMs, retryAfterShare } = this.#patience;
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(event),
        signal: AbortSignal.timeout(answerMs),
      });
      text = await answer.text();
    } catch {
      return [undefined, pauseMs];
    }
    if (answer.status === 503) {
      const retryAfterMs = Number(answer.headers.get('retry-after')) * 1_000;
      if (!(retryAfterMs > 0)) throw new Error(`503 without Retry-After: ${text}`);
      this.again.refused += 1;
      return [undefined, retryAfterMs * retryAfterShare];
    }
    if (answer.status !== 201) throw new Error(`${key} was answered with ${answer.status}: ${text}`);
    if (answer.headers.get('idempotent-replayed') === 'true') this.again.replayed += 1;
    return [JSON.parse(text).recorded[0], 0];
  }
}
