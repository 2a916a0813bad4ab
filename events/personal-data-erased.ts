import { Type } from 'typebox';
import { Sources, text } from '../src/shapes/fields.ts';
import { ofOne } from '../src/shapes/posted.ts';
import { changing } from './define-event.ts';

export const personalDataErased = changing({
  type: 'PersonalDataErased',
  right: 'administer',
  description:
    'Names of persons in a record are erased for good, in all its versions: answers show [erased], and what their commitments open to is destroyed. The record is otherwise as before, and the log stays whole. Retracted records and initiatives accept it too. A repeat of an event or request that a name was posted in is no longer known as one (409 event-exists, 422 idempotency-key-reused).',
  properties: ofOne({
    commitments: Type.Array(Type.String({ pattern: '^[0-9a-f]{64}$' }), {
      minItems: 1,
      maxItems: 100,
      description: 'Of names that the record holds or held; they stand in its events.',
    }),
    legalBasis: text(500, 'What obliges to it; stored for ever.'),
    requestedBy: Type.Optional(
      text(
        500,
        'Who asked, as a role or a reference; stored for ever, so it must not be the name of a person.',
      ),
    ),
    sources: Type.Optional(Sources),
  }),
  examples: [
    {
      type: 'PersonalDataErased',
      recordId: 'jic-4',
      commitments: ['b29939d05747fcb474a092bea3916aa64f435769076841f1d2990683c6cc5d8b'],
      legalBasis: 'Art. 17(1)(a) GDPR',
      requestedBy: 'the data subject, request 2024-007',
    },
  ],
  // The right to erasure does not wait for a reinstatement.
  onRetracted: true,
  inRetracted: true,
  leavesRecord: true,
  erasesNames: true,
  changeAt: '/commitments',
  /** Stores the commitments that it erases: those posted, less those erased before. */
  *decide({ commitments, legalBasis, requestedBy }, record, context) {
    const erased = new Set<string>();
    for (const [i, commitment] of commitments.entries()) {
      const held = yield* context.holdsName(record, commitment);
      if (held) erased.add(commitment);
      if (held !== undefined) continue;
      const detail = `${record.recordId} has no name under this commitment that could be erased.`;
      throw context.refuse('rule-violated', detail, `/commitments/${i}`);
    }
    if (erased.size === 0) return undefined;
    const by = requestedBy === undefined ? {} : { requestedBy };
    return { erased: { commitments: [...erased], legalBasis, ...by } };
  },
  // What is erased lies beside the log; the commitments stay where they are.
  evolve: (before) => before,
});
