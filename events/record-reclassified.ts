import { Type } from 'typebox';
import { Reason, ref, Sources } from '../src/shapes/fields.ts';
import { ofSome } from '../src/shapes/posted.ts';
import { isMilestone, type Milestone } from '../src/shapes/record.ts';
import { changing } from './define-event.ts';

export const recordReclassified = changing({
  type: 'RecordReclassified',
  description: 'An MoU becomes a project, or a project an MoU. Its data stays as it is.',
  properties: ofSome({
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
  changeAt: '/to',
  decide({ to }, record, context) {
    if (isMilestone(record)) return record.kind === to ? undefined : { to };
    const { recordId, kind } = record;
    const detail = `${recordId} is a ${kind}: only an MoU or a project can be reclassified.`;
    throw context.refuse('rule-violated', detail, '/to');
  },
  undo: (before) => ({ type: 'RecordReclassified', to: before?.kind === 'mou' ? 'mou' : 'project' }),
  // An MoU's data and a project's are of one shape, so the change of kind keeps the type sound.
  evolve: (before, { to }) => ({ ...before, kind: to }) as Milestone,
});
