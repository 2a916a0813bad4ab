import type { Version } from './record.ts';
import type { StoredEvent } from './stored-event.ts';

/** One event and what it does to its record: all that is written follows from it. */
export interface Change {
  position: number;
  /** Where the event stands in the body that it was posted in. */
  pointer: string;
  event: StoredEvent;
  leaf: string;
  leafHash: Uint8Array;
  fingerprint: Uint8Array | null;
  before: Version | undefined;
  after: Version;
  /** What the commitments that this event brings open to. */
  openings: Opening[];
}

export interface Opening {
  commitment: string;
  salt: Uint8Array;
  name: string;
}
