import type { Version } from './record.ts';
import type { StoredEvent } from './stored-event.ts';

/** One event and what it does to its record. Everything that is written follows from it. */
export interface Change {
  position: number;
  /** The place of the event in the posted body. */
  pointer: string;
  event: StoredEvent;
  leaf: string;
  leafHash: Uint8Array;
  fingerprint: Uint8Array | null;
  before: Version | undefined;
  after: Version;
  /** The openings of the commitments that this event brings. */
  openings: Opening[];
}

export interface Opening {
  commitment: string;
  salt: Uint8Array;
  name: string;
}
