import { Type } from 'typebox';
import { defineEvent } from './define-event.ts';
import { changing, Sources, text } from './fields.ts';

export const personalDataErased = defineEvent({
  type: 'PersonalDataErased',
  description:
    'Names of persons in a record are erased for good, in all its versions: answers show [erased], and what their commitments open to is destroyed. The record is otherwise as before, and the log stays whole. Retracted records and initiatives accept it too. A repeat of an event or request that a name was posted in is no longer known as one (409 event-exists, 422 idempotency-key-reused).',
  properties: changing({
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
});
