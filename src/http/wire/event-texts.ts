import type { EventRow } from '../../db/schema.ts';
import type { Store } from '../../store/store.ts';
import { mapInTurns } from '../../turns.ts';
import {
  type EventFilters,
  eventJson,
  eventsIn,
  type LoggedLeaf,
  matches,
  readOn,
} from '../../views/event-log.ts';
import { type OpeningRow, openingsOf } from '../../views/openings.ts';
import { SliceLength } from '../../views/slices.ts';

export interface TextLimits {
  /** Events that are kept in memory for the streams at the end of the log. */
  recentEventsMax: number;
  recentBytesMax: number;
  /** Events that one query reads. */
  pageEvents: number;
  /** A stream holds no more than this, and one event, until its socket takes it. */
  chunkBytesMax: number;
}

/** The next texts of a stream, and the position up to which the log was searched for them. */
export interface Chunk {
  texts: Buffer[];
  position: number;
}

/** An event, and the text as which it is sent. */
interface EventText<E extends LoggedLeaf = LoggedLeaf> {
  event: E;
  text: Buffer;
}

/**
 * The log as the texts of server-sent events. The texts of the last events are made once for all streams; a stream that is behind
 * them reads pages for itself. No text has a name that was erased before it is sent.
 */
export class EventTexts {
  readonly #store: Store;
  readonly #limits: TextLimits;
  /** The last events of the log up to `#end`, without a gap, as many as the limits allow. */
  #recent: EventText<EventRow>[] = [];
  #recentBytes = 0;
  #end = 0;
  /** Whether the log may be longer than what was read of it. */
  #grown = true;
  #erasuresSeen = 0;
  /** Positions that one query covers for a stream that is behind. */
  readonly #slice = new SliceLength();

  constructor(store: Store, limits: TextLimits) {
    this.#store = store;
    this.#limits = limits;
  }

  /** Notes that the log may have grown. */
  grew(): void {
    this.#grown = true;
  }

  /** Whether there may be more after a position. */
  mayGoOn(position: number): boolean {
    return this.#grown || position < this.#end;
  }

  /** Forgets all texts. With an end, the events after it come next. */
  forget(end = this.#end): void {
    this.#end = end;
    this.#recent = [];
    this.#recentBytes = 0;
  }

  /** The next texts for a stream that has all events up to a position, and whether the database was read for them. */
  async after(position: number, filters: EventFilters): Promise<{ chunk: Chunk; hasRead: boolean }> {
    const isFirst = this.#grown && position >= this.#end;
    if (isFirst) await this.#readNew();
    this.#forgetErased();
    const before = this.#end - this.#recent.length;
    if (position < before) return { chunk: await this.#page(position, filters), hasRead: true };
    const later = this.#recent.slice(position - before).filter(({ event }) => matches(event, filters));
    return { chunk: this.#chunkOf(later, Math.max(this.#end, position)), hasRead: isFirst };
  }

  /** Reads on at the end of the log, for all streams. */
  async #readNew(): Promise<void> {
    this.#forgetErased();
    const { pageEvents, recentEventsMax, recentBytesMax } = this.#limits;
    this.#grown = false;
    const { position: head } = await this.#store.head();
    // If so much is missing, each stream reads it for itself.
    if (head - this.#end > recentEventsMax) return this.forget(head);
    const erasures = this.#store.erasures();
    const events = await eventsIn(this.#store.db, { from: this.#end, to: head }, pageEvents);
    const openings = await openingsOf(this.#store.db, events);
    const texts = await mapInTurns(events, (event) => ({ event, text: textOf(event, openings) }));
    this.#grown ||= events.length === pageEvents;
    // If another process erased a name, only the log shows it.
    if (events.some(({ type }) => type === 'PersonalDataErased')) this.forget();
    if (erasures !== this.#store.erasures()) return this.forget(events.at(-1)?.position);
    for (const one of texts) {
      this.#recent.push(one);
      this.#recentBytes += one.text.length;
      this.#end = one.event.position;
    }
    while (this.#recent.length > recentEventsMax || this.#recentBytes > recentBytesMax)
      this.#recentBytes -= this.#recent.shift()?.text.length ?? 0;
  }

  /** Reads on for one stream that is behind. */
  async #page(from: number, filters: EventFilters): Promise<Chunk> {
    const { pageEvents, chunkBytesMax } = this.#limits;
    const erasures = this.#store.erasures();
    const size = { limit: pageEvents, bytesMax: chunkBytesMax };
    const page = await readOn(this.#store.db, filters, { from, to: this.#end }, size, this.#slice);
    const openings = await openingsOf(this.#store.db, page.events);
    // A name was erased after this query read it.
    if (erasures !== this.#store.erasures()) return this.#page(from, filters);
    const texts = page.events.map((event) => ({ event, text: textOf(event, openings) }));
    return this.#chunkOf(texts, page.position);
  }

  /** As many of the texts as fit, at least one. `end`: the position up to which the log was searched for them. */
  #chunkOf(found: EventText[], end: number): Chunk {
    const texts: Buffer[] = [];
    let bytes = 0;
    for (const { event, text } of found) {
      texts.push(text);
      bytes += text.length;
      if (bytes >= this.#limits.chunkBytesMax) return { texts, position: event.position };
    }
    return { texts, position: end };
  }

  /** The recent texts may have names that were erased since they were looked up. */
  #forgetErased(): void {
    const erasures = this.#store.erasures();
    if (erasures !== this.#erasuresSeen) this.forget();
    this.#erasuresSeen = erasures;
  }
}

const textOf = (event: LoggedLeaf, openings: ReadonlyMap<string, OpeningRow>): Buffer =>
  Buffer.from(`id: ${event.position}\ndata: ${eventJson(event, openings)}\n\n`);
