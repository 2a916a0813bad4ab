import { Type } from 'typebox';
import { Reason, ref, Sources } from '../src/shapes/fields.ts';
import { ofSome } from '../src/shapes/posted.ts';
import { brokenEvent } from '../src/shapes/stored-event.ts';
import { changing } from './define-event.ts';

export const recordReinstated = changing({
  type: 'RecordReinstated',
  rightOnInitiative: 'administer',
  description: 'A retraction is undone: the record counts again, as it was.',
  properties: ofSome({ reason: ref(Reason), sources: Type.Optional(Sources) }),
  examples: [
    {
      type: 'RecordReinstated',
      recordId: 'mou-7',
      reason: { code: 'wrong-source', text: 'The two announcements were of two MoUs after all.' },
    },
  ],
  onRetracted: true,
  decide(_event, { status, recordId }, context) {
    if (status === 'retracted') return {};
    throw context.refuse('record-standing', `${recordId} is not retracted.`, '/recordId');
  },
  undo: () => ({ type: 'RecordRetracted' }),
  evolve(before, event) {
    if (before.status === 'retracted') return { ...before, status: 'standing' };
    throw brokenEvent(event, 'reinstates a record that is not retracted');
  },
});
