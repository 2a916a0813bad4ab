import { type Static, Type } from 'typebox';
import { closed, text } from './fields.ts';

/** The checkpoint that a log was signed with last, under the name that it had until then. */
const LastSigned = Type.Object(
  {
    origin: text(200, 'The name that the log had.'),
    size: Type.Integer({ minimum: 1, description: 'How many events it had when it was signed last.' }),
    rootHash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  },
  closed,
);

export const LogData = Type.Object(
  { origin: text(200, 'The name of the log from this event on.'), continues: LastSigned },
  { $id: 'LogData', ...closed },
);
export type LogData = Static<typeof LogData>;

/**
 * What was signed of a log is lost, and what is left of it goes on under a new name. The ledger itself makes this event, at the
 * operator's command; nobody can post it. It is the first one under the new name.
 */
export const logContinued = {
  type: 'LogContinued',
  makes: 'log',
  schema: LogData,
  example: {
    origin: 'log.example.org/milestones-2',
    continues: {
      origin: 'log.example.org/milestones',
      size: 150,
      rootHash: '0f5bd0d33f3ae3ea5b2ad0b0c1a1d1ac3be0d46bd4e0b7f4b92d3a3f3c2ad0e1',
    },
  },
} as const;
