import { Edtf, SomeSources } from '../src/shapes/fields.ts';
import { applyChanges, diff } from '../src/shapes/merge-patch.ts';
import { ofSome } from '../src/shapes/posted.ts';
import { isMilestone, type Milestone } from '../src/shapes/record.ts';
import { changing } from './define-event.ts';

export const validityExtended = changing({
  type: 'ValidityExtended',
  description: 'An MoU or a project is valid until another day.',
  properties: ofSome({ validUntil: Edtf, sources: SomeSources }),
  examples: [
    {
      type: 'ValidityExtended',
      recordId: 'mou-founding',
      validUntil: '2029-10-15',
      sources: [{ publisher: 'xinjiapo.news', publishedOn: '2023-10' }],
    },
  ],
  changeAt: '/validUntil',
  decide({ validUntil, sources }, record, context) {
    const { recordId, kind, data } = record;
    if (!isMilestone(record))
      throw context.refuse('rule-violated', `${recordId} is a ${kind}, which has no validity.`, '/recordId');
    context.checkSources(sources, '/sources');
    // The data of a record are JSON.
    const changes = diff(data as never, { ...data, validUntil } as never);
    return changes.length === 0 ? undefined : { changes };
  },
  evolve: (before, { changes = [] }) =>
    ({ ...before, data: applyChanges(before.data as never, changes) }) as unknown as Milestone,
});
