import { Readable } from 'node:stream';
import { Refusal } from '../../errors.ts';
import type { Store } from '../../store/store.ts';
import { turn, turnIfDue } from '../../turns.ts';
import type { EventFilters } from '../../views/event-log.ts';
import { type Chunk, EventTexts, type TextLimits } from './event-texts.ts';
import { stallMsMax } from './streamed.ts';

export interface HubLimits extends TextLimits {
  streamsMax: number;
  /** A stream whose reader takes nothing for this long is cut off. */
  stallMs: number;
  heartbeatMs: number;
  /** Streams that are served from memory in one turn. A page from the database is a turn of its own. */
  streamsPerTurn: number;
}

const standardLimits: HubLimits = {
  streamsMax: 2_000,
  stallMs: stallMsMax,
  heartbeatMs: 15_000,
  streamsPerTurn: 16,
  recentEventsMax: 1_024,
  recentBytesMax: 8 * 1024 * 1024,
  pageEvents: 100,
  chunkBytesMax: 65_536,
};

interface Subscriber {
  out: Readable;
  filters: EventFilters;
  /** What is sent in place of the text of an event. */
  asSent: ((text: Buffer) => Buffer) | undefined;
  /** Every matching event up to this position was sent. */
  position: number;
  /** The socket has taken everything that was sent before. */
  wants: boolean;
  heartbeatDue: boolean;
}

/**
 * Sends the log to any number of streams, each from its position. One loop serves all of them in turns, a little at a time, so that
 * recording never waits for them. A stream that waited longer gets more at once.
 */
export class EventHub {
  readonly #texts: EventTexts;
  readonly #failed: (error: unknown) => void;
  readonly limits: Readonly<HubLimits>;
  readonly #subscribers = new Set<Subscriber>();
  /** Streams that want more and may get it, in the order of their turns. */
  readonly #ready = new Set<Subscriber>();
  #heartbeat: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  /** failed: called with an error that ended the streams. */
  constructor(store: Store, failed: (error: unknown) => void, limits: Partial<HubLimits> = {}) {
    this.#failed = failed;
    this.limits = { ...standardLimits, ...limits };
    this.#texts = new EventTexts(store, this.limits);
  }

  /** How many streams are open. */
  get size(): number {
    return this.#subscribers.size;
  }

  /** The log after a position, as server-sent events: first the recorded events, then each new one. asSent: see Subscriber. */
  subscribe(after: number, filters: EventFilters, asSent?: Subscriber['asSent']): Readable {
    if (this.#closed) throw new Refusal('shutting-down', 'The ledger is shutting down.');
    if (this.#subscribers.size >= this.limits.streamsMax)
      throw new Refusal('overloaded', `${this.limits.streamsMax} streams are open, which is the most.`);
    const subscriber: Subscriber = {
      out: new Readable({
        // Keeps nothing: the socket says when it has room.
        highWaterMark: 0,
        read: () => {
          subscriber.wants = true;
          this.#serveSoon(subscriber);
        },
        destroy: (error, done) => {
          this.#leave(subscriber);
          done(error);
        },
      }),
      filters,
      asSent,
      position: after,
      wants: false,
      heartbeatDue: true,
    };
    this.#subscribers.add(subscriber);
    this.#heartbeat ??= setInterval(() => this.#beat(), this.limits.heartbeatMs).unref();
    // Nobody was told of new events while no stream was open.
    this.#texts.grew();
    return subscriber.out;
  }

  /** Tells the hub that the log has grown. Returns at once. */
  wake(): void {
    if (this.#subscribers.size === 0) return;
    this.#texts.grew();
    for (const subscriber of this.#subscribers) this.#serveSoon(subscriber);
  }

  /** Ends all streams. Resolves when no query of theirs runs any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { out, wants } of this.#subscribers) {
      if (wants) out.push(null);
      else out.destroy();
    }
    clearInterval(this.#heartbeat);
    await this.#running;
  }

  /** Looks at the log now and then, even if nobody told that it has grown. */
  #beat(): void {
    for (const subscriber of this.#subscribers) subscriber.heartbeatDue = true;
    this.wake();
  }

  #leave(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    this.#ready.delete(subscriber);
    if (this.#subscribers.size > 0) return;
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
    this.#texts.forget();
  }

  #serveSoon(subscriber: Subscriber): void {
    const { wants, position, heartbeatDue } = subscriber;
    if (!wants || !(heartbeatDue || this.#texts.mayGoOn(position))) return;
    this.#ready.add(subscriber);
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    let served = 0;
    try {
      await turn();
      // A stream that is added while the loop runs comes in its turn.
      for (const subscriber of this.#ready) {
        if (this.#closed) break;
        this.#ready.delete(subscriber);
        const { chunk, hasRead } = await this.#texts.after(subscriber.position, subscriber.filters);
        // The stream may have ended meanwhile.
        if (!this.#closed && this.#subscribers.has(subscriber)) this.#send(subscriber, chunk);
        served += 1;
        if (hasRead || served % this.limits.streamsPerTurn === 0) await turn();
        else await turnIfDue();
      }
    } catch (error) {
      this.#failed(error);
      // A stream that got nothing yet is answered with it.
      const cause = error instanceof Error ? error : new Error(String(error));
      for (const { out } of this.#subscribers) out.destroy(cause);
    }
    this.#running = undefined;
  }

  /** Sends one chunk, if there is anything to send. */
  #send(subscriber: Subscriber, chunk: Chunk): void {
    const { position } = chunk;
    const texts = subscriber.asSent ? chunk.texts.map(subscriber.asSent) : chunk.texts;
    subscriber.position = position;
    if (subscriber.heartbeatDue) texts.push(Buffer.from(`: at ${position}\n\n`));
    if (texts.length === 0) {
      this.#serveSoon(subscriber);
      return;
    }
    subscriber.heartbeatDue = false;
    subscriber.wants = false;
    subscriber.out.push(texts.length === 1 ? texts[0] : Buffer.concat(texts));
  }
}
