import { Readable } from 'node:stream';
import { Refusal } from '../errors.ts';
import type { Store } from '../store/store.ts';
import {
  type EventFilters,
  eventJson,
  eventsAfter,
  type LoggedLeaf,
  type OpeningRow,
  openingsOf,
  readOn,
} from '../views/event-log.ts';
import { type Chunk, chunkOf, type LoggedText, RecentEvents } from './recent-events.ts';
import { turn } from './streamed.ts';

export const hubLimits = {
  streamsMax: 2_000,
  heartbeatMs: 15_000,
  /** Events that are kept in memory for the streams at the end of the log. */
  recentEventsMax: 1_024,
  recentBytesMax: 8 * 1024 * 1024,
  /** Events that one query reads. */
  pageEvents: 100,
  /** A stream holds no more than this, and one event, that its socket has not taken. */
  chunkBytesMax: 65_536,
  /** Streams that get something out of memory before others have their turn; a page of the database is a turn. */
  streamsPerTurn: 16,
};
export type HubLimits = typeof hubLimits;

interface Subscriber {
  out: Readable;
  filters: EventFilters;
  /** Everything up to here that matches was sent. */
  position: number;
  /** What was sent before has gone to the socket. */
  wants: boolean;
  heartbeatDue: boolean;
}

/**
 * Sends the log to any number of streams, each from a position on. A stream at the end of the log gets texts that are
 * made once for all of them; one that is behind gets pages of the database. All are served in turns by one loop, a
 * little at a time, so that recording is never kept waiting; who waits longer gets more at once.
 */
export class EventHub {
  readonly #store: Store;
  readonly #erasures: () => number;
  readonly #failed: (error: unknown) => void;
  readonly #limits: HubLimits;
  readonly #subscribers = new Set<Subscriber>();
  /** Those that want more and may get it, in the order of their turns. */
  readonly #ready = new Set<Subscriber>();
  readonly #recent: RecentEvents;
  /** The log may be longer than what was read of it. */
  #grown = false;
  #erasuresSeen = 0;
  #heartbeat: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  /** erasures: counts up with each erasure of a name. failed: told of an error that ended the streams. */
  constructor(
    store: Store,
    erasures: () => number,
    failed: (error: unknown) => void,
    limits: Partial<HubLimits> = {},
  ) {
    this.#store = store;
    this.#erasures = erasures;
    this.#failed = failed;
    this.#limits = { ...hubLimits, ...limits };
    this.#recent = new RecentEvents(this.#limits.recentEventsMax, this.#limits.recentBytesMax);
  }

  /** How many streams are open. */
  get size(): number {
    return this.#subscribers.size;
  }

  /** The log after a position, as server-sent events: what is there, and then what is recorded. */
  subscribe(after: number, filters: EventFilters): Readable {
    if (this.#closed) throw new Refusal('shutting-down', 'The ledger is shutting down.');
    if (this.#subscribers.size >= this.#limits.streamsMax)
      throw new Refusal('overloaded', `${this.#limits.streamsMax} streams are open, which is the most.`);
    const subscriber: Subscriber = {
      out: new Readable({
        // Nothing is kept here: the socket says when it has room.
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
      position: after,
      wants: false,
      heartbeatDue: true,
    };
    this.#subscribers.add(subscriber);
    this.#heartbeat ??= setInterval(() => this.#beat(), this.#limits.heartbeatMs).unref();
    // While nobody listened, nobody read on.
    this.#grown = true;
    return subscriber.out;
  }

  /** The log has grown. Returns at once. */
  wake(): void {
    if (this.#subscribers.size === 0) return;
    this.#grown = true;
    for (const subscriber of this.#subscribers) this.#serveSoon(subscriber);
  }

  /** Ends all streams; resolves when the database is not read any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { out, wants } of this.#subscribers) {
      if (wants) out.push(null);
      else out.destroy();
    }
    clearInterval(this.#heartbeat);
    await this.#running;
  }

  /** Also looks at the log by itself, whether or not it was told that it has grown. */
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
    this.#recent.clear();
  }

  #serveSoon(subscriber: Subscriber): void {
    const { wants, position, heartbeatDue } = subscriber;
    if (!wants || !(this.#grown || heartbeatDue || position < this.#recent.end)) return;
    this.#ready.add(subscriber);
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    let served = 0;
    try {
      await turn();
      // One that is added while the loop runs comes in its turn.
      for (const subscriber of this.#ready) {
        if (this.#closed) break;
        this.#ready.delete(subscriber);
        const hasRead = await this.#serve(subscriber);
        served += 1;
        if (hasRead || served % this.#limits.streamsPerTurn === 0) await turn();
      }
    } catch (error) {
      this.#failed(error);
      for (const { out } of this.#subscribers) out.destroy();
    }
    this.#running = undefined;
  }

  /** Sends one chunk, if there is anything to send. Says whether the database was read for it. */
  async #serve(subscriber: Subscriber): Promise<boolean> {
    const isFirst = this.#grown && subscriber.position >= this.#recent.end;
    if (isFirst) await this.#readNew();
    const isBehind = !this.#recentNow().covers(subscriber.position);
    const chunk = isBehind
      ? await this.#page(subscriber)
      : this.#recent.after(subscriber.position, subscriber.filters, this.#limits.chunkBytesMax);
    // It may have gone or been ended meanwhile.
    if (!this.#closed && this.#subscribers.has(subscriber)) this.#send(subscriber, chunk);
    return isFirst || isBehind;
  }

  #send(subscriber: Subscriber, { texts, position }: Chunk): void {
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

  /** Reads on at the end of the log, for all. */
  async #readNew(): Promise<void> {
    const recent = this.#recentNow();
    const { pageEvents, recentEventsMax } = this.#limits;
    this.#grown = false;
    const { position: head } = await this.#store.head();
    // So much is read by each stream for itself.
    if (head - recent.end > recentEventsMax) return recent.clear(head);
    const erasures = this.#erasures();
    const events = await eventsAfter(this.#store.db, recent.end, pageEvents);
    const openings = await openingsOf(this.#store.db, events);
    this.#grown ||= events.length === pageEvents;
    // Where another process erased a name, only the log tells of it.
    if (events.some(({ type }) => type === 'PersonalDataErased')) recent.clear();
    if (erasures !== this.#erasures()) return recent.clear(events.at(-1)?.position);
    recent.add(events.map((event) => ({ event, ...textOf(event, openings) })));
  }

  /** Reads on for one stream that is behind. */
  async #page(subscriber: Subscriber): Promise<Chunk> {
    const { pageEvents, chunkBytesMax } = this.#limits;
    const { position: from, filters } = subscriber;
    const erasures = this.#erasures();
    const page = await readOn(this.#store.db, filters, { from, to: this.#recent.end }, pageEvents);
    const openings = await openingsOf(this.#store.db, page.events);
    // A name was erased after it was looked up.
    if (erasures !== this.#erasures()) return this.#page(subscriber);
    return chunkOf(
      page.events.map((event) => textOf(event, openings)),
      page.position,
      chunkBytesMax,
    );
  }

  /** The recent events without names that were erased since they were looked up. */
  #recentNow(): RecentEvents {
    const erasures = this.#erasures();
    if (erasures !== this.#erasuresSeen) this.#recent.clear();
    this.#erasuresSeen = erasures;
    return this.#recent;
  }
}

const textOf = (event: LoggedLeaf, openings: ReadonlyMap<string, OpeningRow>): LoggedText => ({
  position: event.position,
  text: Buffer.from(`id: ${event.position}\ndata: ${eventJson(event, openings)}\n\n`),
});
