import { type Static, Type } from 'typebox';
import { defineEvent } from './define-event.ts';
import { closed, Edtf, making, ref, Slug, SomeSources, text } from './fields.ts';

export const qualifiers = ['exact', 'atLeast', 'moreThan', 'atMost', 'lessThan', 'nearly', 'about'] as const;

export const ClaimData = Type.Object(
  {
    metric: Type.String({
      pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
      description: 'What is counted; mous, projects and meetings are compared.',
    }),
    value: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    qualifier: Type.Enum([...qualifiers]),
    scope: Type.String({
      pattern:
        '^(all|meetings|other|meeting:[a-z0-9][a-z0-9-]{0,62}|year:[0-9]{4}|(series|pillar|zone):\\S(.{0,198}\\S)?)$',
      description: 'all, meetings, meeting:<recordId>, series:<s>, pillar:<p>, zone:<z>, year:<y> or other',
    }),
    label: Type.Optional(text(2000, 'The scope as printed; required for scope other.')),
    madeAt: Type.Optional(Slug),
  },
  { $id: 'ClaimData', ...closed },
);
export type ClaimData = Static<typeof ClaimData>;

export const figureClaimed = defineEvent({
  type: 'FigureClaimed',
  makes: 'claim',
  description:
    'A publisher stated a figure. It is kept beside the counts and compared with them, never counted itself. occurredOn is the date that the figure is stated for.',
  properties: making({
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
});
