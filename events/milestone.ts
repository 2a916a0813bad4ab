import { type Static, Type } from 'typebox';
import { closed, Edtf, making, Party, ref, repeat, Slug, Sources, Titled, text } from './fields.ts';

/** The data of an MoU and of a project: one shape, so that one can be reclassified as the other. */
export const MilestoneData = Type.Object(
  {
    title: Type.Optional(text(10_000, 'Absent where the announcement did not name it.')),
    titleKind: Type.Optional(Type.Enum(['official', 'description', 'translation'])),
    titles: Type.Optional(Type.Array(Titled, { maxItems: 50 })),
    parties: Type.Optional(Type.Array(Party, { maxItems: 200 })),
    meetingId: Type.Optional(Slug),
    occasion: Type.Optional(
      Type.Object({ name: Type.Optional(text(500)), place: Type.Optional(text(500)) }, closed),
    ),
    instrument: Type.Optional(text(200)),
    pillar: Type.Optional(text(200)),
    sector: Type.Optional(text(200)),
    zone: Type.Optional(text(200)),
    tier: Type.Optional(text(200)),
    amount: Type.Optional(
      Type.Object(
        {
          value: Type.Number({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
          currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' }),
        },
        closed,
      ),
    ),
    validFrom: Type.Optional(Edtf),
    validUntil: Type.Optional(Edtf),
    renews: Type.Optional(
      Type.Object({ recordId: Type.Optional(Slug), text: Type.Optional(text(2000)) }, closed),
    ),
    under: Type.Optional(Type.Array(Slug, { maxItems: 50 })),
    sameAs: Type.Optional(
      Type.String({
        pattern: '^[a-z0-9][a-z0-9-]{0,62}/[a-z0-9][a-z0-9-]{0,62}$',
        description: 'initiativeId/recordId of the same milestone in another initiative.',
      }),
    ),
  },
  { $id: 'MilestoneData', ...closed },
);
export type MilestoneData = Static<typeof MilestoneData>;

export const milestone = making({
  occurredOn: Type.Optional(Edtf),
  data: Type.Optional(ref(MilestoneData)),
  sources: Type.Optional(Sources),
  repeat,
});
