import { type Static, type TSchema, Type } from 'typebox';
import { scopePattern } from './claim-scope.ts';
import {
  CoChair,
  Country,
  closed,
  Edtf,
  ExternalId,
  InitiativeParty,
  Party,
  partiesMax,
  Reason,
  Reference,
  Slug,
  Source,
  sourcesMax,
  Titled,
  text,
} from './fields.ts';
import { Grant, GrantsByRole } from './grant.ts';

/** The kinds of records that officers make. */
export const kinds = ['initiative', 'meeting', 'mou', 'project', 'claim'] as const;
/** And what the ledger records of itself: `log`, the names of its log; `principal`, who may do what; `party`, names that mean the same. */
export const allKinds = [...kinds, 'log', 'principal', 'party'] as const;
export type Kind = (typeof allKinds)[number];

export const InitiativeData = Type.Object(
  {
    name: text(500),
    aliases: Type.Optional(Type.Array(text(500), { maxItems: 100 })),
    parties: Type.Optional(Type.Array(InitiativeParty, { maxItems: partiesMax })),
    pillars: Type.Optional(Type.Array(text(200), { maxItems: 100 })),
    zones: Type.Optional(Type.Array(text(200), { maxItems: 100 })),
    description: Type.Optional(text(10_000)),
  },
  { $id: 'InitiativeData', ...closed },
);
export type InitiativeData = Static<typeof InitiativeData>;

export const MeetingData = Type.Object(
  {
    name: Type.Optional(text(500)),
    series: Type.Optional(text(200, 'The series of meetings, as printed; ordinals count within it.')),
    ordinal: Type.Optional(Type.Integer({ minimum: 1, maximum: 9999 })),
    place: Type.Optional(text(500)),
    mode: Type.Optional(Type.Enum(['in-person', 'virtual', 'hybrid'])),
    coChairs: Type.Optional(Type.Array(CoChair, { maxItems: 20 })),
  },
  { $id: 'MeetingData', ...closed },
);
export type MeetingData = Static<typeof MeetingData>;

/** The data of an MoU and of a project: one shape, so that one can be reclassified as the other. */
export const MilestoneData = Type.Object(
  {
    title: Type.Optional(text(10_000, 'Absent where the announcement did not name it.')),
    titleKind: Type.Optional(Type.Enum(['official', 'description', 'translation'])),
    titles: Type.Optional(Type.Array(Titled, { maxItems: 50 })),
    parties: Type.Optional(Type.Array(Party, { maxItems: partiesMax })),
    meetingId: Type.Optional(Slug),
    occasion: Type.Optional(
      Type.Object({ name: Type.Optional(text(500)), place: Type.Optional(text(500)) }, closed),
    ),
    places: Type.Optional(
      Type.Array(text(500), {
        maxItems: 50,
        description: 'Where it was signed, where that was in several places.',
      }),
    ),
    references: Type.Optional(Type.Array(Reference, { maxItems: sourcesMax })),
    externalId: Type.Optional(ExternalId),
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
      pattern: scopePattern,
      format: 'claim-scope',
      description:
        'all, other, meetings, meeting:<recordId>, series:<s>, pillar:<p>, zone:<z>, sector:<s>, instrument:<i>, party:<p>, country:<c> or year:<y>. All but the first two may be joined by +, as in year:2023+sector:Health: records that are in each count.',
    }),
    label: Type.Optional(text(2000, 'The scope as printed; required for scope other.')),
    madeAt: Type.Optional(Slug),
  },
  { $id: 'ClaimData', ...closed },
);
export type ClaimData = Static<typeof ClaimData>;

/** The checkpoint that a log was signed with last, under the name that it had until then. */
const LastSigned = Type.Object(
  {
    origin: text(200, 'The name that the log had.'),
    size: Type.Integer({ minimum: 1, description: 'How many events it had when it was signed last.' }),
    rootHash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  },
  closed,
);

export const LogData = Type.Object(
  { origin: text(200, 'The name of the log from this event on.'), continues: LastSigned },
  { $id: 'LogData', ...closed },
);
export type LogData = Static<typeof LogData>;

export const PrincipalData = Type.Object({ grants: GrantsByRole }, { $id: 'PrincipalData', ...closed });
export type PrincipalData = Static<typeof PrincipalData>;

export const NamedPartyData = Type.Object(
  {
    name: text(
      2000,
      'The name under which the party is listed. Never that of a person: nothing can erase it.',
    ),
    aliases: Type.Array(text(2000), {
      maxItems: 200,
      description:
        'Other names that mean the same party, compared as filters compare them; none: its name means itself alone.',
    }),
    country: Type.Optional(Country),
  },
  { $id: 'NamedPartyData', ...closed },
);
export type NamedPartyData = Static<typeof NamedPartyData>;

/** What the ledger records of itself has no schema of events that refers to it. */
export const ownSchemas = [LogData, PrincipalData, NamedPartyData];

/** The shape of a record's data, by kind. */
export const dataOf = {
  initiative: InitiativeData,
  meeting: MeetingData,
  mou: MilestoneData,
  project: MilestoneData,
  claim: ClaimData,
  log: LogData,
  principal: PrincipalData,
  party: NamedPartyData,
} as const satisfies Record<Kind, TSchema>;

/** Schemas that others refer to by their $id. */
export const sharedSchemas = [Source, Reason, Grant, InitiativeData, MeetingData, MilestoneData, ClaimData];
