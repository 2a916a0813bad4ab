import { Type } from 'typebox';
import { defineEvent } from './define-event.ts';
import { changing, Reason, ref, Sources } from './fields.ts';

export const recordReinstated = defineEvent({
  type: 'RecordReinstated',
  description: 'A retraction is undone: the record counts again, as it was.',
  properties: changing({ reason: ref(Reason), sources: Type.Optional(Sources) }),
  examples: [
    {
      type: 'RecordReinstated',
      recordId: 'mou-7',
      reason: { code: 'wrong-source', text: 'The two announcements were of two MoUs after all.' },
    },
  ],
});
