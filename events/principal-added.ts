import type { MakingType } from '../src/shapes/event-type.ts';

/**
 * A person or a program may do something from here on. The ledger makes this event where it is asked for by its own paths and
 * commands; nobody can post it. What a principal is called stands beside the log, so that it can be erased.
 */
export const principalAdded = {
  type: 'PrincipalAdded',
  makes: 'principal',
  right: 'administer',
  examples: [
    {
      type: 'PrincipalAdded',
      data: { grants: { recorder: ['shenzhen-sci'] } },
      reason: { code: 'other', text: 'Records the milestones of the joint office.' },
    },
  ],
} satisfies MakingType;
