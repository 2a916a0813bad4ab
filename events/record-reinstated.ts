import { Type } from 'typebox';
import { defineEvent } from './define-event.ts';
import { changing, Reason, ref, Sources } from './fields.ts';

// No `where`: that selects standing records, and a retracted one is reinstated by its own id.
const { where: _, ...byId } = changing({ reason: ref(Reason), sources: Type.Optional(Sources) });

export const recordReinstated = defineEvent({
  type: 'RecordReinstated',
  description: 'A retraction is undone: the record counts again, as it was.',
  properties: byId,
  examples: [
    {
      type: 'RecordReinstated',
      recordId: 'mou-7',
      reason: { code: 'wrong-source', text: 'The two announcements were of two MoUs after all.' },
    },
  ],
});
