import { Type } from 'typebox';
import { defineEvent } from './define-event.ts';
import { changingSome, closed, Reason, ref, Sources } from './fields.ts';

export const recordCorrected = defineEvent({
  type: 'RecordCorrected',
  description:
    'A record is corrected by a JSON Merge Patch (RFC 7396) over occurredOn, data and sources. The stored event holds the differences that it makes.',
  properties: changingSome({
    changes: Type.Object(
      {
        occurredOn: Type.Optional(Type.Union([Type.String({ maxLength: 40 }), Type.Null()])),
        data: Type.Optional(Type.Object({}, { additionalProperties: true })),
        sources: Type.Optional(Type.Union([Type.Array(Type.Object({}), { maxItems: 50 }), Type.Null()])),
      },
      { ...closed, minProperties: 1, description: 'null removes a member.' },
    ),
    reason: ref(Reason),
    sources: Type.Optional(Sources),
  }),
  examples: [
    {
      type: 'RecordCorrected',
      recordId: 'jic-4',
      changes: { occurredOn: '2023-12-14' },
      reason: { code: 'late-information', text: 'The day of the meeting is reported.' },
      sources: [{ publisher: 'Hong Kong Commercial Daily', publishedOn: '2023-12-16', lang: 'zh' }],
    },
    {
      type: 'RecordCorrected',
      where: { meetingId: 'jic-4', occurredOn: '2023-12' },
      changes: { occurredOn: '2023-12-14' },
      reason: { code: 'late-information', text: 'The day of the meeting is reported.' },
    },
  ],
});
