import type { MakingType } from '../src/shapes/event-type.ts';
import type { LogData } from '../src/shapes/record-data.ts';
import { ownId, type StoredEvent } from '../src/shapes/stored-event.ts';

/**
 * What was signed of a log is lost, and what is left of it goes on under a new name. The ledger itself makes this event, at the
 * operator's command; nobody can post it. It is the first one under the new name.
 */
export const logContinued = {
  type: 'LogContinued',
  makes: 'log',
  examples: [
    {
      type: 'LogContinued',
      origin: 'log.example.org/milestones-2',
      continues: {
        origin: 'log.example.org/milestones',
        size: 150,
        rootHash: '0f5bd0d33f3ae3ea5b2ad0b0c1a1d1ac3be0d46bd4e0b7f4b92d3a3f3c2ad0e1',
      },
    },
  ],
} satisfies MakingType;

export interface Continuation extends LogData {
  eventId: string;
  /** RFC 3339. */
  recordedAt: string;
  position: number;
}

export const continuationOf = ({
  eventId,
  recordedAt,
  position,
  origin,
  continues,
}: Continuation): StoredEvent => ({
  v: 1,
  eventId,
  initiativeId: ownId,
  recordId: `log-${position}`,
  kind: 'log',
  version: 1,
  type: logContinued.type,
  data: { origin, continues },
  recordedAt,
  recordedBy: 'operator',
});
