import type { ChangingType } from '../src/shapes/event-type.ts';

/** A principal may do nothing any more, and is never enabled again: its history stays. */
export const principalDisabled = {
  type: 'PrincipalDisabled',
  right: 'administer',
  examples: [
    {
      type: 'PrincipalDisabled',
      recordId: 'principal-1',
      reason: { code: 'other', text: 'Left the joint office.' },
    },
  ],
  decide: () => ({}),
  evolve: (before) => ({ ...before, status: 'retracted' }),
} satisfies ChangingType;
