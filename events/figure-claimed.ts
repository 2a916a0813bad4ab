import type { Asking } from '../src/shapes/asking.ts';
import { meetingsIn } from '../src/shapes/claim-scope.ts';
import type { Context, Refuse } from '../src/shapes/event-type.ts';
import { Edtf, ref, SomeSources } from '../src/shapes/fields.ts';
import { ofOne } from '../src/shapes/posted.ts';
import type { LedgerRecord } from '../src/shapes/record.ts';
import { ClaimData } from '../src/shapes/record-data.ts';
import { making } from './define-event.ts';
import { checkMeeting } from './meeting-held.ts';

export const figureClaimed = making({
  type: 'FigureClaimed',
  makes: 'claim',
  description:
    'A publisher stated a figure. It is kept beside the counts and compared with them, never counted itself. occurredOn is the date that the figure is stated for.',
  properties: ofOne({
    occurredOn: Edtf,
    data: ref(ClaimData),
    sources: SomeSources,
  }),
  examples: [
    {
      type: 'FigureClaimed',
      recordId: 'claim-jic-4-mous',
      occurredOn: '2023-12-14',
      data: {
        metric: 'mous',
        value: 29,
        qualifier: 'exact',
        scope: 'meetings',
        label: 'signed at SCI JIC meetings',
        madeAt: 'jic-4',
      },
      sources: [
        {
          publisher: 'Smart Cities World',
          publishedOn: '2024-01-02',
          lang: 'en',
          quote:
            'To-date, a total of 43 projects have been initiated and 29 MoUs have been signed at SCI JIC meetings.',
        },
      ],
    },
  ],
  check: checkClaim,
});

/** Meetings that a claim speaks of must stand, and a scope that is no known one must be told as printed. */
function* checkClaim(
  record: LedgerRecord,
  _before: LedgerRecord | undefined,
  context: Context,
  refuse: Refuse,
): Asking<void> {
  if (record.kind !== 'claim') return;
  const { scope, label, madeAt } = record.data;
  for (const meetingId of meetingsIn(scope))
    yield* checkMeeting(record, meetingId, context, refuse, '/data/scope');
  if (madeAt !== undefined) yield* checkMeeting(record, madeAt, context, refuse, '/data/madeAt');
  if (scope === 'other' && label === undefined)
    throw refuse('rule-violated', 'A claim of scope "other" must have the label as printed.', '/data/label');
}
