import { leafHash } from '../tlog/merkle.ts';
import type { Change } from './change.ts';
import { evolve } from './evolve.ts';
import type { LogData } from './record.ts';
import { eventOf, leafOf } from './stored-event.ts';

/** In place of an initiative's id: no slug, so that no initiative can have it. */
export const ownId = '-';

export interface Continuation extends LogData {
  eventId: string;
  /** RFC 3339. */
  recordedAt: string;
  position: number;
}

/** LogContinued, the first event of a log under a new name. */
export function continuationOf({ eventId, recordedAt, position, ...data }: Continuation): Change {
  const leaf = leafOf({
    v: 1,
    eventId,
    initiativeId: ownId,
    recordId: `log-${position}`,
    kind: 'log',
    version: 1,
    type: 'LogContinued',
    data,
    recordedAt,
    recordedBy: 'operator',
  });
  const event = eventOf(leaf);
  return {
    position,
    pointer: '',
    event,
    leaf,
    leafHash: leafHash(Buffer.from(leaf)),
    fingerprint: null,
    before: undefined,
    after: { record: evolve(undefined, event), position, made: position },
    openings: [],
  };
}
