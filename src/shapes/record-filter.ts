import { type Static, type TArray, type TOptional, type TSchema, type TUnion, Type } from 'typebox';
import { forEachDimension } from './dimensions.ts';
import { type ClosedSpan, type EdtfSpan, parseEdtf, parsePlainDate } from './edtf.ts';
import { facetLine, facetsOf, sourceLine, unsourcedLine, wordsOf } from './facets.ts';
import { Slug } from './fields.ts';
import { foldedForSearch } from './folded.ts';
import { isMilestone, type Kind, type LedgerRecord, type MilestoneData, meetingOf } from './record.ts';
import { kinds } from './record-data.ts';
import { usualUrl } from './web-url.ts';

const word = (description: string, maxLength = 2000) => Type.String({ minLength: 1, maxLength, description });
const comparedHow = 'Case, blanks, apostrophes and the way that characters are composed make no difference.';

/** A whole text that is compared folded. It may be twice as long: a letter and its accent may be two characters. */
export const comparedText = (lengthMax: number, description = 'Whole.') =>
  word(`${description} ${comparedHow}`, 2 * lengthMax);

/** A text that repeats itself is compared letter by letter with each place of a title, so it must be short. */
const qLengthMax = 200;

const day = (description: string) => Type.String({ minLength: 1, maxLength: 10, description });
const aDate = '2023, 2023-12 or 2023-12-14';

/** The filters of lists of records: the schema of one value of each. */
export const valuesOfFilters = {
  q: word(
    'Words, or parts of words, in any order: all of them stand in titles, names, parties (not persons), places, references, labels, descriptions, or in the ids that people gave (ids of the form mou-21 are not searched). Case, accents, blanks, apostrophes and the composition of characters make no difference.',
    qLengthMax,
  ),
  party: comparedText(2000, 'The whole name of a party. Names of persons are not searched.'),
  ...forEachDimension(
    (name) => name,
    () => comparedText(200),
  ),
  place: comparedText(
    500,
    'The whole name of a place: of the milestone, of its occasion, or of the meeting.',
  ),
  meetingId: Slug,
  externalId: comparedText(200, "The sender's own id of the record, whole."),
  correlationId: word('The correlationId of any event of the record, exactly.', 200),
  publisher: comparedText(500, 'Of one source, whole.'),
  sourceUrl: word('The URL or archive URL of a source, in any equivalent form.'),
  sources: Type.Integer({ minimum: 0, maximum: 1000, description: 'With this number of sources: 0, 1, 2 …' }),
  unsourced: Type.Boolean({ description: 'true: without any source; false: with at least one.' }),
  named: Type.Boolean({ description: 'true: with a title; false: without.' }),
  undated: Type.Boolean({ description: 'true: without a date; false: with one.' }),
  inForceOn: day(`In force on a day, the last of a date: ${aDate}.`),
  endsBy: day(`Only records whose validUntil ends by the end of a date: ${aDate}.`),
  kind: Type.Enum([...kinds], { description: 'The kind of the record.' }),
  standing: Type.Enum(['true', 'false', 'all'], { description: 'Standing records by default.' }),
};

/** Filters that are given once, and those of which each value must match. */
const boundsOfFilters = {
  from: day(
    `Only records that happened on or after the first day of this date, and those that may have, marked possible: ${aDate}.`,
  ),
  until: day(
    `Only records that had happened by the end of this date, and those that may have, marked possible; count=true counts both: ${aDate}.`,
  ),
};
const everyParty = Type.Array(valuesOfFilters.party, {
  minItems: 1,
  maxItems: 50,
  description: 'The whole name of a party. Given several times: all of these parties.',
});

/** Values of one filter. */
const valuesMax = 50;

type Values = typeof valuesOfFilters;

/** A parameter that may be given several times, and then means any of its values. */
export const several = <S extends TSchema>(schema: S): TOptional<TArray<S>> =>
  Type.Optional(
    Type.Array(schema, {
      minItems: 1,
      maxItems: valuesMax,
      description: `${(schema as { description?: string }).description ?? ''} Given several times: any of them.`,
    }),
  );

/** As parameters of a query. */
export const filterParameters = {
  // The members are those of Values, each as a list.
  ...(Object.fromEntries(
    Object.entries<TSchema>(valuesOfFilters).map(([name, schema]) => [name, several(schema)]),
  ) as { [name in keyof Values]: TOptional<TArray<Values[name]>> }),
  'party.all': Type.Optional(everyParty),
  from: Type.Optional(boundsOfFilters.from),
  until: Type.Optional(boundsOfFilters.until),
};

/** As members of an object, such as `where`: one value, or a list of values of which any matches. */
export const filterMembers = {
  // The members are those of Values, each as a value or a list.
  ...(Object.fromEntries(
    Object.entries(valuesOfFilters).map(([name, schema]) => [
      name,
      Type.Optional(Type.Union([schema, Type.Array(schema, { minItems: 1, maxItems: valuesMax })])),
    ]),
  ) as { [name in keyof Values]: TOptional<TUnion<[Values[name], TArray<Values[name]>]>> }),
  'party.all': Type.Optional(Type.Union([valuesOfFilters.party, everyParty])),
  from: Type.Optional(boundsOfFilters.from),
  until: Type.Optional(boundsOfFilters.until),
};

type Given<S extends TSchema> = Static<S> | readonly Static<S>[] | undefined;

/** Filters as they are given: a query or a `where`, checked against its schema. */
export type GivenFilters = { [name in keyof Values]?: Given<Values[name]> } & {
  'party.all'?: Given<Values['party']>;
  from?: string | undefined;
  until?: string | undefined;
};

/** What filters ask of a record, ready to be compared. Members that are undefined ask nothing. */
export interface Wanted {
  /** Of each group at least one line stands in the facets (src/shapes/facets.ts). */
  lines: readonly (readonly string[])[];
  /** Of at least one query all words stand in the words. */
  queries?: readonly (readonly string[])[] | undefined;
  kinds?: readonly Kind[] | undefined;
  meetingIds?: readonly string[] | undefined;
  correlationIds?: readonly string[] | undefined;
  unsourced?: boolean | undefined;
  named?: boolean | undefined;
  undated?: boolean | undefined;
  standing?: boolean | undefined;
  /** Days: in force on any of them. */
  inForceOn?: readonly string[] | undefined;
  /** A day. */
  endsBy?: string | undefined;
  cut: DayCut;
}

/** A range of days, both inclusive. */
export interface DayCut {
  from?: string | undefined;
  until?: string | undefined;
}

/**
 * Reads filters. Throws what `refuse` gives for a value that means nothing. namesOf: all the names of the party that a name means.
 */
export function wantedBy(
  given: GivenFilters,
  refuse: (filter: string, detail: string) => Error,
  namesOf: (name: string) => readonly string[] = (name) => [name],
): Wanted {
  const linesOf = (name: (typeof lineFilters)[number]): string[][] => {
    const values = listOf<string | number>(given[name]);
    return values ? [values.map((value) => facetLine(name, String(value)))] : [];
  };
  const partyLines = (name: string) => namesOf(name).map((one) => facetLine('party', one));
  const dayOf = (name: keyof GivenFilters, text: string, end: keyof ClosedSpan): string => {
    const day = parsePlainDate(text)?.[end];
    if (day === undefined) throw refuse(name, `must be a date: ${aDate}`);
    return day;
  };
  const lastDays = (name: 'inForceOn' | 'endsBy') =>
    listOf(given[name])?.map((text) => dayOf(name, text, 'latest'));
  const bound = (name: keyof DayCut, end: keyof ClosedSpan) => {
    const text = given[name];
    return text === undefined ? undefined : dayOf(name, text, end);
  };
  const parties = listOf(given.party);
  const urls = listOf(given.sourceUrl);
  if (urls?.some((url) => usualUrl(url) === undefined)) throw refuse('sourceUrl', 'must be a URL');
  return {
    lines: [
      ...(parties ? [parties.flatMap(partyLines)] : []),
      ...(listOf(given['party.all']) ?? []).map(partyLines),
      ...lineFilters.flatMap(linesOf),
      ...(urls ? [urls.map(sourceLine)] : []),
    ],
    queries: listOf(given.q)?.map((q) => wordsIn(q, refuse)),
    kinds: listOf(given.kind),
    meetingIds: listOf(given.meetingId),
    correlationIds: listOf(given.correlationId),
    unsourced: only(listOf(given.unsourced)),
    named: only(listOf(given.named)),
    undated: only(listOf(given.undated)),
    standing: only(
      (listOf(given.standing) ?? ['true']).flatMap((one) =>
        one === 'all' ? [true, false] : [one === 'true'],
      ),
    ),
    inForceOn: lastDays('inForceOn'),
    endsBy: lastDays('endsBy')?.toSorted().at(-1),
    cut: { from: bound('from', 'earliest'), until: bound('until', 'latest') },
  };
}

/** The filters that are names of facets. */
const lineFilters = [
  ...Object.values(
    forEachDimension(
      (name) => name,
      (name) => name,
    ),
  ),
  'place',
  'externalId',
  'publisher',
  'sources',
] as const;

const listOf = <T>(given: T | readonly T[] | undefined): T[] | undefined =>
  // The type of a list narrows to no list of T otherwise.
  given === undefined ? undefined : ([given].flat() as T[]);

/** The one value of a filter; undefined where both are wanted. */
const only = (values: readonly boolean[] | undefined): boolean | undefined =>
  values?.every((value) => value === values[0]) ? values[0] : undefined;

/** The words of a query, folded, each once. */
function wordsIn(q: string, refuse: (filter: string, detail: string) => Error): string[] {
  const searched = foldedForSearch(q);
  if (searched === '') throw refuse('q', 'has nothing that could be searched for');
  // Some characters are whole phrases when folded.
  if (searched.length > 2 * qLengthMax) throw refuse('q', 'is too long');
  return [...new Set(searched.split(' '))];
}

/**
 * Whether a record is what filters ask for: the one definition, with which the queries of src/views/record-list.ts agree.
 * correlationIds: those of all events of the record, which a record alone does not tell.
 */
export function matches(
  record: LedgerRecord,
  wanted: Wanted,
  correlationIds: ReadonlySet<string> = new Set(),
): boolean {
  const { kinds, meetingIds, named, undated, standing, inForceOn, endsBy } = wanted;
  const span = spanOf(record);
  const term = termOf(record);
  return (
    textsMatch(textsFor(record, wanted), wanted) &&
    (!kinds || kinds.includes(record.kind)) &&
    (!meetingIds || meetingIds.includes(meetingOf(record) ?? '')) &&
    (!wanted.correlationIds || wanted.correlationIds.some((one) => correlationIds.has(one))) &&
    (named === undefined || isNamed(record) === named) &&
    (undated === undefined || (span === undefined) === undated) &&
    (standing === undefined || (record.status === 'standing') === standing) &&
    (!inForceOn ||
      (isMilestone(record) &&
        inForceOn.some(
          (day) =>
            term.from !== undefined && term.from <= day && !(term.until !== undefined && term.until < day),
        ))) &&
    (endsBy === undefined || (term.until !== undefined && term.until <= endsBy)) &&
    mayBeIn(span, wanted.cut)
  );
}

/** What facetsOf and wordsOf say of a record. */
export interface Texts {
  facets: string;
  words: string;
}

const asksForFacets = ({ lines, unsourced }: Wanted): boolean => lines.length > 0 || unsourced !== undefined;

export const asksForTexts = (wanted: Wanted): boolean =>
  asksForFacets(wanted) || wanted.queries !== undefined;

const textsFor = (record: LedgerRecord, wanted: Wanted): Texts => ({
  facets: asksForFacets(wanted) ? facetsOf(record) : '',
  words: wanted.queries ? wordsOf(record) : '',
});

/** The part of `matches` that looks at texts. */
export function textsMatch({ facets, words }: Texts, { lines, unsourced, queries }: Wanted): boolean {
  const has = (line: string): boolean => facets.includes(`\n${line}\n`);
  return (
    lines.every((some) => some.some(has)) &&
    (!queries || queries.some((query) => query.every((word) => words.includes(word)))) &&
    (unsourced === undefined || has(unsourcedLine) === unsourced)
  );
}

const spanOf = ({ occurredOn }: Pick<LedgerRecord, 'occurredOn'>): EdtfSpan | undefined =>
  occurredOn === undefined ? undefined : parseEdtf(occurredOn);

/** Whether a record counts as named: milestones are, by a title. */
export const isNamed = (record: LedgerRecord): boolean =>
  isMilestone(record) && record.data.title !== undefined;

/** The days from which and until which a milestone is in force; undefined: nobody knows, or without end. */
export function termOf(record: LedgerRecord): DayCut {
  const { validFrom, validUntil }: MilestoneData = isMilestone(record) ? record.data : {};
  const [from, until] = [validFrom ?? record.occurredOn, validUntil];
  return {
    from: from === undefined ? undefined : parseEdtf(from)?.latest,
    until: until === undefined ? undefined : parseEdtf(until)?.latest,
  };
}

/** Whether something may have happened within a range of days. What has no date may have. */
const mayBeIn = (span: EdtfSpan | undefined, { from, until }: DayCut): boolean =>
  (until === undefined || span?.earliest === undefined || span.earliest <= until) &&
  (from === undefined || span === undefined || span.latest >= from);

/** Whether something that may have happened within a range of days surely did. */
export const isSurelyIn = (span: EdtfSpan | undefined, { from, until }: DayCut): boolean =>
  (until === undefined || (span !== undefined && span.latest <= until)) &&
  (from === undefined || (span?.earliest !== undefined && span.earliest >= from));
