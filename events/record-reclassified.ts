import { Type } from 'typebox';
import { defineEvent } from './define-event.ts';
import { changing, Reason, ref, Sources } from './fields.ts';

export const recordReclassified = defineEvent({
  type: 'RecordReclassified',
  description: 'An MoU becomes a project, or a project an MoU. Its data stays as it is.',
  properties: changing({
    to: Type.Enum(['mou', 'project']),
    reason: ref(Reason),
    sources: Type.Optional(Sources),
  }),
  examples: [
    {
      type: 'RecordReclassified',
      recordId: 'project-delivery-robots',
      to: 'mou',
      reason: { code: 'scope-decision', text: 'The four instruments of the zone are counted as MoUs.' },
      sources: [
        {
          publisher: 'ITS International',
          publishedOn: '2024-01-05',
          lang: 'en',
          quote:
            'Four companies also signed MOUs to operate in the Singapore Shenzhen Smart City Demonstration Zone',
        },
      ],
    },
  ],
});
