import type { Granted } from '../access/rights.ts';
import { type ProblemPart, Refusal } from '../errors.ts';
import { canonicalWith, type EventTexts, textsOf } from '../shapes/event-texts.ts';
import type { Reason } from '../shapes/fields.ts';
import { keyedHash } from '../shapes/keyed-hash.ts';
import { pointerOf } from '../shapes/merge-patch.ts';
import type { Defaults, Posted } from '../shapes/posted.ts';
import type { Targets } from '../shapes/targets.ts';
import type { EventTypes } from './event-types.ts';
import { defaultsFault } from './shape.ts';

/** One event of a posted body, with the defaults of its batch filled in. */
export interface Item {
  /** Its place among the events of the body. */
  index: number;
  /** Where it stands in the body (RFC 6901). */
  pointer: string;
  event: Posted;
  /** The keyed fingerprint of its content, where it was made beforehand. */
  fingerprint?: Buffer;
  /** Of its members, where they were made beforehand. */
  texts?: EventTexts;
  /** Of a `where`, found beforehand. */
  targets?: Targets;
  /** Of the record that it makes (see `titleKeyOf`), where all that it follows from is posted; found beforehand. */
  titleKey?: number;
}

/**
 * What entitles a request: `operator` sits at the machine with the ledger's own files; `open` is whoever asks a ledger that has no
 * principals; grants limit those that are recorded of the principal, as a token may give less.
 */
export type Authority = 'operator' | 'open' | Granted;

/** Events of the log to be taken back, each with its place in the body. */
export interface Undo {
  events: { position: number; pointer: string }[];
  reason: Reason;
}

/** A request to record events, checked for its shape and nothing else. */
export interface Posting {
  initiativeId: string;
  /** Stands in its events as `recordedBy`. */
  principal: string;
  authority: Authority;
  items: Item[];
  /** In place of items: events that are taken back. */
  undo?: Undo;
  dryRun: boolean;
  /** Events that it may make. */
  eventsMax?: number;
  /** fingerprint: keyed, of the bytes of the body and the query. */
  idempotency?: { key: string; fingerprint: Buffer };
}

/** The events of a body: one event, or a batch `{ defaults?, events }` of at most so many. Throws Refusal `invalid-body`. */
export function itemsIn(types: EventTypes, body: unknown, most: number): Item[] {
  if (!isObject(body))
    throw invalid({ pointer: '', detail: 'must be an object: one event, or a batch of events' });
  const items = 'events' in body ? batchItems(types, body, most) : [item(types, body, 0, '')];
  const seen = new Set<string>();
  for (const { event, pointer } of items) {
    if (event.eventId === undefined) continue;
    if (seen.has(event.eventId))
      throw invalid({ pointer: `${pointer}/eventId`, detail: 'stands twice in this body' });
    seen.add(event.eventId);
  }
  return items;
}

function batchItems(types: EventTypes, body: Record<string, unknown>, most: number): Item[] {
  const { defaults = {}, events, ...others } = body;
  const [other] = Object.keys(others);
  if (other !== undefined) throw invalid({ pointer: pointerOf([other]), detail: 'is not known here' });
  const fault = defaultsFault(defaults);
  if (fault) throw invalid({ pointer: `/defaults${fault.pointer}`, detail: fault.detail });
  if (!Array.isArray(events) || events.length === 0 || events.length > most) {
    throw invalid({ pointer: '/events', detail: `must be an array of 1 to ${most} events` });
  }
  // Just checked against the schema of Defaults.
  return events.map((event, index) => item(types, event, index, `/events/${index}`, defaults as Defaults));
}

/** The one event that stands for itself. Throws Refusal `invalid-body`, which tells all that is wrong with it. */
export const itemIn = (types: EventTypes, value: unknown): Item => item(types, value, 0, '', {}, true);

/** all: tells all that is wrong with an event, which would take long of a large body. */
function item(
  types: EventTypes,
  value: unknown,
  index: number,
  pointer: string,
  defaults: Defaults = {},
  all = false,
): Item {
  if (!isObject(value)) throw invalid({ pointer, detail: 'must be an object: an event' });
  const type = value['type'];
  if (typeof type !== 'string')
    throw invalid({ pointer: `${pointer}/type`, detail: 'is required: the type of the event' });
  const { occurredOn, ...others } = defaults;
  const event = {
    ...(occurredOn === undefined || !types.madeBy(type) ? {} : { occurredOn }),
    ...others,
    ...value,
  };
  // Looked at by the type once the schema of the type has.
  const posted = event as unknown as Posted;
  const fault = types.fault(type, event) ?? numberFault(event) ?? types.combinationFault(posted);
  if (fault) {
    const [first = fault, ...others] = all ? types.faults(type, event) : [];
    const placed = (part: ProblemPart): ProblemPart => ({ ...part, pointer: pointer + part.pointer });
    throw invalid(placed(first), ...others.map(placed));
  }
  return {
    index,
    pointer,
    event: posted.eventId ? { ...posted, eventId: posted.eventId.toLowerCase() } : posted,
  };
}

/** JSON can write numbers that are infinite when read, such as 1e400. A patch has them where no schema looks yet. */
function numberFault(value: unknown): ProblemPart | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return { pointer: '', detail: 'is too large' };
  if (typeof value !== 'object' || value === null) return undefined;
  // Entries of an array would be made one by one, and a body has room for half a million of them.
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const fault = numberFault(value[i]);
      if (fault) return { ...fault, pointer: pointerOf([i]) + fault.pointer };
    }
    return undefined;
  }
  for (const key of Object.keys(value)) {
    const fault = numberFault((value as Record<string, unknown>)[key]);
    if (fault) return { ...fault, pointer: pointerOf([key]) + fault.pointer };
  }
  return undefined;
}

/**
 * The keyed fingerprint of an event's content as posted, by which a repeat under the same eventId is known.
 * Preconditions and ids are no content.
 */
export function fingerprintOf(
  initiativeId: string,
  event: Posted,
  key: Buffer,
  texts: EventTexts = textsOf(event),
): Buffer {
  const { eventId: _, expectedVersion: __, expectCount: ___, ...content } = event;
  return keyedHash(key, canonicalWith({ initiativeId, ...content }, texts));
}

export const invalid = (part: ProblemPart, ...others: ProblemPart[]): Refusal =>
  new Refusal('invalid-body', `${part.pointer === '' ? 'The body' : part.pointer} ${part.detail}.`, {
    errors: [part, ...others],
  });

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
