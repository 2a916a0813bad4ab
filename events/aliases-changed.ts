import type { ChangingType } from '../src/shapes/event-type.ts';
import { applyChanges, diff } from '../src/shapes/merge-patch.ts';
import type { LedgerRecord } from '../src/shapes/record.ts';
import { stateOf } from '../src/shapes/state.ts';

/** The names of a party are others from here on: all of them, not what is added. Without aliases its name means itself alone. */
export const aliasesChanged = {
  type: 'AliasesChanged',
  right: 'administer',
  recordAt: '',
  examples: [
    {
      type: 'AliasesChanged',
      recordId: 'party-0193',
      data: {
        name: 'Ministry of Digital Development and Information, Singapore',
        aliases: ['Ministry of Communications and Information, Singapore'],
        country: 'SG',
      },
      reason: { code: 'other', text: 'MCI is also a company.' },
    },
  ],
  decide({ data }, record) {
    const before = stateOf(record);
    // JSON, as it was posted and checked.
    const changes = diff(before, { ...before, data } as unknown as typeof before);
    return changes.length === 0 ? undefined : { changes };
  },
  evolve(before, event) {
    // The changes were made between two states of this kind.
    const state = applyChanges(stateOf(before), event.changes ?? []) as unknown as State;
    return { ...before, ...state } as LedgerRecord;
  },
} satisfies ChangingType;

type State = Pick<LedgerRecord, 'data' | 'sources'>;
