import { createHmac } from 'node:crypto';
import { catalogue, type Defaults, eventsMax, type PostedEvent } from '../../events/catalogue.ts';
import type { Kind } from '../../events/define-event.ts';
import { type ProblemPart, Refusal } from '../errors.ts';
import { canonicalJson } from './canonical-json.ts';
import { pointerOf } from './merge-patch.ts';
import { defaultsFault, eventFault } from './shapes.ts';

/** One event of a posted body, with the defaults of its batch filled in. */
export interface Item {
  /** Its place among the events of the body. */
  index: number;
  /** Where it stands in the body (RFC 6901). */
  pointer: string;
  event: PostedEvent;
  /** The keyed fingerprint of its content, where it was made beforehand. */
  fingerprint?: Buffer;
}

/** A request to record events, checked for its shape and nothing else. */
export interface Posting {
  initiativeId: string;
  principal: string;
  items: Item[];
  dryRun: boolean;
  /** fingerprint: keyed, of the bytes of the body and the query. */
  idempotency?: { key: string; fingerprint: Buffer };
}

/** The events of a body: one event, or a batch `{ defaults?, events }`. Throws Refusal `invalid-body`. */
export function itemsOf(body: unknown): Item[] {
  if (!isObject(body))
    throw invalid({ pointer: '', detail: 'must be an object: one event, or a batch of events' });
  const items = 'events' in body ? batchItems(body) : [item(body, 0, '')];
  const seen = new Set<string>();
  for (const { event, pointer } of items) {
    if (event.eventId === undefined) continue;
    if (seen.has(event.eventId))
      throw invalid({ pointer: `${pointer}/eventId`, detail: 'stands twice in this body' });
    seen.add(event.eventId);
  }
  return items;
}

function batchItems(body: Record<string, unknown>): Item[] {
  const { defaults = {}, events, ...others } = body;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw invalid({
      pointer: `/${other.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      detail: 'is not known here',
    });
  }
  const fault = defaultsFault(defaults);
  if (fault) throw invalid({ pointer: `/defaults${fault.pointer}`, detail: fault.detail });
  if (!Array.isArray(events) || events.length === 0 || events.length > eventsMax) {
    throw invalid({ pointer: '/events', detail: `must be an array of 1 to ${eventsMax} events` });
  }
  // Just checked against the schema of Defaults.
  return events.map((event, index) => item(event, index, `/events/${index}`, defaults as Defaults));
}

/** The one event that stands for itself. Throws Refusal `invalid-body`. */
export const itemOf = (value: unknown): Item => item(value, 0, '');

function item(value: unknown, index: number, pointer: string, defaults: Defaults = {}): Item {
  if (!isObject(value)) throw invalid({ pointer, detail: 'must be an object: an event' });
  const type = value['type'];
  if (typeof type !== 'string')
    throw invalid({ pointer: `${pointer}/type`, detail: 'is required: the type of the event' });
  const event = withDefaults(value, type, defaults);
  const fault = eventFault(type, event) ?? numberFault(event) ?? combinationFault(event as PostedEvent);
  if (fault) throw invalid({ pointer: pointer + fault.pointer, detail: fault.detail });
  // Just checked against the schema of its type.
  const posted = event as PostedEvent;
  return {
    index,
    pointer,
    event: posted.eventId ? { ...posted, eventId: posted.eventId.toLowerCase() } : posted,
  };
}

/** The kind of record that events of a type make; those that are not here change one. */
export const kindMadeBy = new Map<string, Kind>(
  catalogue.flatMap(({ type, makes }) => (makes ? [[type, makes] as const] : [])),
);
const makesMilestone = (type: string): boolean => ['mou', 'project'].includes(kindMadeBy.get(type) ?? '');

function withDefaults(
  event: Record<string, unknown>,
  type: string,
  defaults: Defaults,
): Record<string, unknown> {
  const { occurredOn, ...others } = defaults;
  return occurredOn === undefined || !kindMadeBy.has(type)
    ? { ...others, ...event }
    : { occurredOn, ...others, ...event };
}

/** JSON can write numbers that are infinite when read, such as 1e400. A patch has them where no schema looks yet. */
function numberFault(value: unknown): ProblemPart | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return { pointer: '', detail: 'is too large' };
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const fault = numberFault(part);
    if (fault) return { ...fault, pointer: pointerOf([key]) + fault.pointer };
  }
  return undefined;
}

/** What a schema of one type can't say: which members go together. */
function combinationFault(event: PostedEvent): ProblemPart | undefined {
  const both = (one: string, other: string): ProblemPart => ({
    pointer: `/${other}`,
    detail: `does not go together with ${one}`,
  });
  if ('repeat' in event) {
    if (event.recordId !== undefined) return both('repeat', 'recordId');
    if (event.eventId !== undefined) return both('repeat', 'eventId');
  }
  if (makesMilestone(event.type)) {
    const { occurredOn, data } = event as { occurredOn?: string; data?: { meetingId?: string } };
    if (occurredOn === undefined && data?.meetingId === undefined) {
      return { pointer: '/occurredOn', detail: 'is required where no meetingId gives a date' };
    }
  }
  if (kindMadeBy.has(event.type)) return undefined;
  if ('where' in event) {
    if (event.recordId !== undefined) return both('where', 'recordId');
    if (event.eventId !== undefined) return both('where', 'eventId');
    if (event.expectedVersion !== undefined) return both('where', 'expectedVersion');
  } else if (event.recordId === undefined) {
    return { pointer: '/recordId', detail: 'is required: the record to change, or where instead' };
  }
  if ('reason' in event && event.reason.code === 'duplicate' && event.reason.duplicateOf === undefined) {
    return { pointer: '/reason/duplicateOf', detail: 'is required with the code duplicate' };
  }
  return undefined;
}

/**
 * The keyed fingerprint of an event's content as posted, by which a repeat under the same eventId is known.
 * Preconditions and ids are no content.
 */
export function fingerprintOf(initiativeId: string, event: PostedEvent, key: Buffer): Buffer {
  const { eventId: _, expectedVersion: __, ...content } = event;
  return createHmac('sha256', key)
    .update(canonicalJson({ initiativeId, ...content }))
    .digest();
}

export const invalid = (part: ProblemPart): Refusal =>
  new Refusal('invalid-body', `${part.pointer === '' ? 'The body' : part.pointer} ${part.detail}.`, {
    errors: [part],
  });

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
