import { type EventFilters, type FilteredEvent, matches } from '../views/event-log.ts';

/** What a stream is sent at once, and the position up to which the log was looked through for it. */
export interface Chunk {
  texts: Buffer[];
  position: number;
}

/** An event as it is sent. */
export interface LoggedText {
  position: number;
  text: Buffer;
}

interface RecentEvent extends LoggedText {
  event: FilteredEvent;
}

/** The last events of the log, without a gap, up to `end`: as many as the limits allow. */
export class RecentEvents {
  end = 0;
  readonly #eventsMax: number;
  readonly #bytesMax: number;
  #events: RecentEvent[] = [];
  #bytes = 0;

  constructor(eventsMax: number, bytesMax: number) {
    this.#eventsMax = eventsMax;
    this.#bytesMax = bytesMax;
  }

  /** Whether all that comes after a position, up to the end, is here. */
  covers(position: number): boolean {
    return position >= this.end - this.#events.length;
  }

  /** What matches after a position that is covered. */
  after(position: number, filters: EventFilters, bytesMax: number): Chunk {
    const behind = Math.max(this.end - position, 0);
    const later = this.#events.slice(this.#events.length - behind);
    return chunkOf(
      later.filter(({ event }) => matches(event, filters)),
      Math.max(this.end, position),
      bytesMax,
    );
  }

  /** The events that follow the end. */
  add(events: RecentEvent[]): void {
    for (const one of events) {
      this.#events.push(one);
      this.#bytes += one.text.length;
      this.end = one.position;
    }
    let dropped = Math.max(this.#events.length - this.#eventsMax, 0);
    for (const { text } of this.#events.slice(0, dropped)) this.#bytes -= text.length;
    for (; this.#bytes > this.#bytesMax; dropped++) this.#bytes -= this.#events[dropped]?.text.length ?? 0;
    this.#events.splice(0, dropped);
  }

  /** Keeps none; with an end, those after it come next. */
  clear(end = this.end): void {
    this.end = end;
    this.#events = [];
    this.#bytes = 0;
  }
}

/** As many of the texts as fit, at least one. `end`: how far the log was looked through for them. */
export function chunkOf(logged: LoggedText[], end: number, bytesMax: number): Chunk {
  const texts: Buffer[] = [];
  let bytes = 0;
  for (const { position, text } of logged) {
    texts.push(text);
    bytes += text.length;
    if (bytes >= bytesMax) return { texts, position };
  }
  return { texts, position: end };
}
