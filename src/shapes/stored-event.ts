import { canonicalJson, type Json } from './canonical-json.ts';
import { canonicalWith, type EventTexts } from './event-texts.ts';
import type { Reason } from './fields.ts';
import type { GrantsByRole } from './grant.ts';
import type { FieldChange } from './merge-patch.ts';
import type { Kind, Source } from './record.ts';

/**
 * An event as it is logged. This form never changes once released: new members are optional, anything else is
 * a new event type.
 */
export interface StoredEvent {
  v: 1;
  eventId: string;
  initiativeId: string;
  recordId: string;
  /** The kind of the record as the event found it, or made it. */
  kind: Kind;
  /** The version that the event takes its record to. */
  version: number;
  type: string;
  occurredOn?: string;
  /** Of an event that makes a record. */
  data?: { [member: string]: Json };
  /** Of RecordCorrected. */
  changes?: FieldChange[];
  /** Of RecordReclassified. */
  to?: 'mou' | 'project';
  /** Of PersonalDataErased: the commitments that it made unreadable, and on what ground. */
  erased?: { commitments: string[]; legalBasis: string; requestedBy?: string };
  /** Of RightsChanged: all that the principal may do from then on. */
  grants?: GrantsByRole;
  sources?: Source[];
  reason?: Reason;
  note?: string;
  correlationId?: string;
  /** RFC 3339, UTC, milliseconds. */
  recordedAt: string;
  recordedBy: string;
}

/** In place of an initiative's id, where an event is of none: no slug, so that no initiative can have it. */
export const ownId = '-';

export const leafBytesMax = 65_535;

/** The leaf: RFC 8785 canonical JSON. Its bytes are what is hashed, stored and sent. texts: of its members, where they are known. */
export const leafOf = (event: StoredEvent, texts?: EventTexts): string =>
  texts ? canonicalWith(event, texts) : canonicalJson(event);

/** The event of a leaf that this ledger stored. */
export const eventOf = (leaf: string): StoredEvent => JSON.parse(leaf);

/** What is thrown where an event can't have been recorded on the record before it. */
export const brokenEvent = (event: StoredEvent, what: string): Error =>
  new Error(`${event.type} ${event.eventId}: version ${event.version} of ${event.recordId} ${what}`);
