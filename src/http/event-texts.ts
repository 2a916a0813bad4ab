import type { Store } from '../store/store.ts';
import {
  type EventFilters,
  eventJson,
  eventsIn,
  type LoggedLeaf,
  type OpeningRow,
  openingsOf,
  readOn,
} from '../views/event-log.ts';
import { type Chunk, chunkOf, type LoggedText, RecentEvents } from './recent-events.ts';

export interface TextLimits {
  /** Events that are kept in memory for the streams at the end of the log. */
  recentEventsMax: number;
  recentBytesMax: number;
  /** Events that one query reads. */
  pageEvents: number;
  /** A stream holds no more than this, and one event, that its socket has not taken. */
  chunkBytesMax: number;
}

/**
 * The log as the texts of server-sent events. Those of the last events are made once, for all streams; a stream that is
 * behind them reads a page for itself. Names are looked up for each sending, or have not been erased since.
 */
export class EventTexts {
  readonly #store: Store;
  readonly #limits: TextLimits;
  readonly #recent: RecentEvents;
  /** The log may be longer than what was read of it. */
  #grown = true;
  #erasuresSeen = 0;

  constructor(store: Store, limits: TextLimits) {
    this.#store = store;
    this.#limits = limits;
    this.#recent = new RecentEvents(limits.recentEventsMax, limits.recentBytesMax);
  }

  /** The log has grown, or may have. */
  grew(): void {
    this.#grown = true;
  }

  /** Whether there may be more after a position. */
  mayGoOn(position: number): boolean {
    return this.#grown || position < this.#recent.end;
  }

  /** Keeps nothing in memory until it is asked again. */
  forget(): void {
    this.#recent.clear();
  }

  /** What is sent next to a stream that has all up to a position, and whether the database was read for it. */
  async after(position: number, filters: EventFilters): Promise<{ chunk: Chunk; hasRead: boolean }> {
    const isFirst = this.#grown && position >= this.#recent.end;
    if (isFirst) await this.#readNew();
    if (!this.#recentNow().covers(position))
      return { chunk: await this.#page(position, filters), hasRead: true };
    return { chunk: this.#recent.after(position, filters, this.#limits.chunkBytesMax), hasRead: isFirst };
  }

  /** Reads on at the end of the log, for all. */
  async #readNew(): Promise<void> {
    const recent = this.#recentNow();
    const { pageEvents, recentEventsMax } = this.#limits;
    this.#grown = false;
    const { position: head } = await this.#store.head();
    // So much is read by each stream for itself.
    if (head - recent.end > recentEventsMax) return recent.clear(head);
    const erasures = this.#store.erasures();
    const events = await eventsIn(this.#store.db, { from: recent.end, to: head }, pageEvents);
    const openings = await openingsOf(this.#store.db, events);
    this.#grown ||= events.length === pageEvents;
    // Where another process erased a name, only the log tells of it.
    if (events.some(({ type }) => type === 'PersonalDataErased')) recent.clear();
    if (erasures !== this.#store.erasures()) return recent.clear(events.at(-1)?.position);
    recent.add(events.map((event) => ({ event, ...textOf(event, openings) })));
  }

  /** Reads on for one stream that is behind. */
  async #page(from: number, filters: EventFilters): Promise<Chunk> {
    const { pageEvents, chunkBytesMax } = this.#limits;
    const erasures = this.#store.erasures();
    const page = await readOn(this.#store.db, filters, { from, to: this.#recent.end }, pageEvents);
    const openings = await openingsOf(this.#store.db, page.events);
    // A name was erased after it was looked up.
    if (erasures !== this.#store.erasures()) return this.#page(from, filters);
    return chunkOf(
      page.events.map((event) => textOf(event, openings)),
      page.position,
      chunkBytesMax,
    );
  }

  /** The recent events without names that were erased since they were looked up. */
  #recentNow(): RecentEvents {
    const erasures = this.#store.erasures();
    if (erasures !== this.#erasuresSeen) this.#recent.clear();
    this.#erasuresSeen = erasures;
    return this.#recent;
  }
}

const textOf = (event: LoggedLeaf, openings: ReadonlyMap<string, OpeningRow>): LoggedText => ({
  position: event.position,
  text: Buffer.from(`id: ${event.position}\ndata: ${eventJson(event, openings)}\n\n`),
});
