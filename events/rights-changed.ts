import { canonicalJson } from '../src/shapes/canonical-json.ts';
import type { ChangingType } from '../src/shapes/event-type.ts';

/** What a principal may do is something else from here on: all of it, not what is added. */
export const rightsChanged = {
  type: 'RightsChanged',
  right: 'administer',
  examples: [
    {
      type: 'RightsChanged',
      recordId: 'principal-1',
      grants: { auditor: ['*'], recorder: ['shenzhen-sci'] },
      reason: { code: 'other', text: 'Audits the register from this year on.' },
    },
  ],
  decide: ({ grants = {} }, { data }) =>
    'grants' in data && canonicalJson(data.grants) === canonicalJson(grants) ? undefined : { grants },
  evolve(before, { grants = {} }) {
    if (before.kind !== 'principal') throw new Error('Only a principal has rights.');
    return { ...before, data: { grants } };
  },
} satisfies ChangingType;
