import { type Static, type TProperties, type TSchema, Type } from 'typebox';

/** No member but those named. */
export const closed = { additionalProperties: false } as const;

/** An object with these members and no others. */
export const object = <P extends TProperties>(properties: P) => Type.Object(properties, closed);

/** A reference to a schema that has an $id, with its static type. */
export const ref = <S extends TSchema>(schema: S) =>
  Type.Unsafe<Static<S>>({ $ref: `${(schema as { $id?: string }).$id}#` });

/**
 * Text of at least one visible character, which the format checks (src/shapes/visible.ts); the pattern is what of it every
 * reader of a schema can check. lengthMax counts Unicode code points.
 */
export const text = (lengthMax: number, description?: string) =>
  Type.String({
    minLength: 1,
    maxLength: lengthMax,
    pattern: '\\S',
    format: 'visible',
    ...(description ? { description } : {}),
  });

export const slugPattern = '^[a-z0-9][a-z0-9-]{0,62}$';
export const Slug = Type.String({
  pattern: slugPattern,
  description: 'A slug: lower-case letters, digits and hyphens.',
});

/** An EDTF date of the subset in src/shapes/edtf.ts; the format is checked there. */
export const Edtf = Type.String({
  format: 'edtf',
  maxLength: 40,
  description:
    'An EDTF (ISO 8601-2) date: 2023, 2023-12, 2023-12-14, a/b, [a..b], [..b]; suffix ?, ~ or % for doubt.',
});

export const WebUrl = Type.String({
  format: 'web-url',
  maxLength: 2000,
  description: 'An http or https URL.',
});
export const Lang = Type.String({
  pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$',
  maxLength: 35,
  description: 'A language tag (BCP 47).',
});
export const Country = Type.String({
  pattern: '^[A-Z]{2}(-[A-Z0-9]{1,3})?$',
  description: 'An ISO 3166 code of a country (SG) or of a part of it (CN-GD).',
});

export const Source = Type.Object(
  {
    publisher: text(500),
    title: Type.Optional(text(2000)),
    url: Type.Optional(WebUrl),
    archiveUrl: Type.Optional(WebUrl),
    publishedOn: Type.Optional(Edtf),
    retrievedOn: Type.Optional(Edtf),
    lang: Type.Optional(Lang),
    quote: Type.Optional(text(10_000)),
    note: Type.Optional(text(10_000)),
    sha256: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{64}$',
        description: 'SHA-256 of the document as retrieved, in hex.',
      }),
    ),
  },
  { $id: 'Source', ...closed, description: 'Where a fact is published.' },
);
export type Source = Static<typeof Source>;
/** Of an event, as far as its leaf has room; those of a record add up over its events. */
export const sourcesMax = 500;
export const Sources = Type.Array(ref(Source), { maxItems: sourcesMax });
export const SomeSources = Type.Array(ref(Source), { minItems: 1, maxItems: sourcesMax });

/** How the log holds the name of a person: SHA-256 of 32 random bytes and the name, so that it can be erased. */
export const Commitment = Type.Object({ commitment: Type.String({ pattern: '^[0-9a-f]{64}$' }) }, closed);
export type Commitment = Static<typeof Commitment>;

/** Posted as text; stored as a commitment. A correction may also repeat a commitment that the record holds. */
const personName = (lengthMax: number) =>
  Type.Union([text(lengthMax), Commitment], {
    description: 'A name. It is stored as a commitment, so that it can be erased.',
  });

/** Where else it is cited, such as a treaty series: what proves a record is a source. */
export const Reference = Type.Object({ text: text(2000), url: Type.Optional(WebUrl) }, closed);
export const Titled = Type.Object({ lang: Lang, text: text(10_000) }, closed);
/** The sender's own key of a record or of a party. */
export const ExternalId = text(
  200,
  "The sender's own key, such as the number in the list that it comes from.",
);
export const partyRoles = ['party', 'territory', 'witness', 'depositary', 'other'] as const;
/** Of a record, as far as a leaf has room. */
export const partiesMax = 1000;
const partyNameMax = 2000;
const party = {
  country: Type.Optional(Country),
  role: Type.Optional(
    Type.Enum([...partyRoles], {
      description:
        'What it has to do with the milestone; absent: party. Filters and counts take parties of every role.',
    }),
  ),
  externalId: Type.Optional(ExternalId),
};
export const InitiativeParty = Type.Object({ name: text(partyNameMax), ...party }, closed);
export const CoChair = Type.Object(
  { name: personName(500), role: Type.Optional(text(500)), side: Type.Optional(text(200)) },
  closed,
);
export const Party = Type.Object(
  {
    name: personName(partyNameMax),
    ...party,
    person: Type.Optional(Type.Boolean({ description: 'A natural person, whose name can be erased.' })),
  },
  closed,
);
export type Party = Static<typeof Party>;

export const reasonCodes = [
  'typing-error',
  'wrong-source',
  'late-information',
  'publisher-changed',
  'duplicate',
  'never-happened',
  'scope-decision',
  'other',
] as const;

export const Reason = Type.Object(
  {
    code: Type.Enum([...reasonCodes]),
    text: text(10_000),
    duplicateOf: Type.Optional(Slug),
  },
  {
    $id: 'Reason',
    ...closed,
    description: 'Why a record is changed. With code duplicate, duplicateOf names the other.',
  },
);
export type Reason = Static<typeof Reason>;
