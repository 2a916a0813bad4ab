import { Type } from 'typebox';
import { Reason, ref, Sources } from '../src/shapes/fields.ts';
import { ofSome } from '../src/shapes/posted.ts';
import { changing } from './define-event.ts';

export const recordRetracted = changing({
  type: 'RecordRetracted',
  rightOnInitiative: 'administer',
  description: 'A record is withdrawn: it counts nowhere, and its history stays.',
  properties: ofSome({ reason: ref(Reason), sources: Type.Optional(Sources) }),
  examples: [
    {
      type: 'RecordRetracted',
      recordId: 'mou-7',
      reason: { code: 'duplicate', text: 'Entered twice, from two announcements.', duplicateOf: 'mou-3' },
    },
  ],
  *decide(_event, { kind, recordId }, context) {
    const milestone = kind === 'meeting' ? yield* context.milestoneAt(recordId) : undefined;
    if (!milestone) return {};
    const detail = `${recordId} has standing milestones, such as ${milestone.recordId}.`;
    throw context.refuse('meeting-in-use', detail, '/recordId');
  },
  undo: () => ({ type: 'RecordReinstated' }),
  evolve: (before) => ({ ...before, status: 'retracted' }),
});
