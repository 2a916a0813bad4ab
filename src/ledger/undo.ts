import { type ProblemCode, Refusal } from '../errors.ts';
import type { Asking } from '../shapes/asking.ts';
import { eventOf, type StoredEvent } from '../shapes/stored-event.ts';
import type { Draft } from './draft.ts';
import type { EventTypes } from './event-types.ts';
import type { GivenId } from './facts.ts';
import type { Item, Posting, Undo } from './posting.ts';
import { givenIdOf } from './touched.ts';

/** An event that is taken back. index and pointer: its place in the body. */
interface Taken {
  index: number;
  pointer: string;
  position: number;
  event: StoredEvent;
}

/**
 * The items that take events back, newest first, so that each finds its record as the event left it. Throws a Refusal where an event is
 * not there, can't be taken back, or where a later event of its record would stay.
 */
export function* itemsOfUndo(
  types: EventTypes,
  { initiativeId }: Posting,
  { events, reason }: Undo,
  draft: Draft,
): Asking<Item[]> {
  const positions = events.map(({ position }) => position);
  const logged = new Map<number, StoredEvent>();
  for (const { position, leaf } of yield* draft.facts.eventsAt(initiativeId, positions))
    logged.set(position, eventOf(leaf));
  const taken = events.map(({ position, pointer }, index): Taken => {
    const event = logged.get(position);
    if (!event)
      throw refusal('event-not-found', `${initiativeId} has no event at position ${position}.`, pointer);
    return { index, pointer, position, event };
  });
  taken.sort((a, b) => b.position - a.position);
  yield* requireLast(taken, draft);
  const before = new Map(
    (yield* draft.facts.versionsBefore(positions)).map(({ record }) => [
      keyOf(record, record.version + 1),
      record,
    ]),
  );
  const items = taken.map(({ index, pointer, position, event }): Item => {
    const undone = types.get(event.type).undo?.(before.get(keyOf(event, event.version)));
    if (!undone)
      throw refusal('erasure-final', `${event.type} at position ${position} can't be taken back.`, pointer);
    return { index, pointer, event: { ...undone, recordId: event.recordId, reason } };
  });
  // Those that records come back with, by one query.
  const given: GivenId[] = [];
  for (const { event } of items) {
    const record = event.backTo ?? (yield* draft.version(initiativeId, event.recordId ?? ''))?.record;
    const id = record && givenIdOf(record, event.to);
    if (id) given.push(id);
  }
  yield* draft.loadExternalIds(given);
  return items;
}

const keyOf = ({ recordId }: { recordId: string }, version: number): string => `${recordId}/${version}`;

/** Of each record, all events from the first on must be among those that are taken back. */
function* requireLast(taken: Taken[], draft: Draft): Asking<void> {
  yield* draft.load(taken.map(({ event }) => event));
  for (const some of Map.groupBy(taken, ({ event }) => event.recordId).values()) {
    const first = some.at(-1);
    if (!first) continue;
    const { position, pointer, event } = first;
    const versions = new Set(some.map(({ event }) => event.version));
    let version = (yield* draft.version(event.initiativeId, event.recordId))?.record.version ?? 0;
    while (versions.has(version)) version -= 1;
    if (version < event.version) continue;
    const other = yield* draft.eventOf(event, version);
    const detail = `${event.recordId} was changed by the event at position ${other.position} (${other.eventId}), after the one at position ${position}.`;
    throw refusal('event-in-the-way', detail, pointer, { ...other, recordId: event.recordId });
  }
}

const refusal = (
  code: ProblemCode,
  detail: string,
  pointer: string,
  inTheWay?: NonNullable<Refusal['members']['inTheWay']>,
): Refusal => new Refusal(code, detail, { errors: [{ pointer, detail }], ...(inTheWay && { inTheWay }) });
