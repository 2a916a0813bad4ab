import { Type } from 'typebox';
import { defineEvent } from './define-event.ts';
import { changingSome, Reason, ref, Sources } from './fields.ts';

export const recordRetracted = defineEvent({
  type: 'RecordRetracted',
  description: 'A record is withdrawn: it counts nowhere, and its history stays.',
  properties: changingSome({ reason: ref(Reason), sources: Type.Optional(Sources) }),
  examples: [
    {
      type: 'RecordRetracted',
      recordId: 'mou-7',
      reason: { code: 'duplicate', text: 'Entered twice, from two announcements.', duplicateOf: 'mou-3' },
    },
  ],
});
