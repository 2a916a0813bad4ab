import { Type } from 'typebox';
import { eventTypes } from '../../events/catalogue.ts';
import { forEachDimension } from '../projections/dimensions.ts';
import { parsePlainDate } from '../shapes/edtf.ts';
import { reasonCodes, Slug } from '../shapes/fields.ts';
import { kinds } from '../shapes/record-data.ts';
import { badQuery } from '../views/at.ts';

/** Some text. */
export const word = (description: string, maxLength = 2000) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, description }));
const comparedHow = 'Case, blanks, apostrophes and the way that characters are composed make no difference.';
/** Twice as long as what it is compared with: a letter and its accent may be two characters. */
export const compared = (lengthMax: number, description?: string) =>
  word(`${description ?? 'Whole.'} ${comparedHow}`, 2 * lengthMax);

/** A position of the log, or another number of that size. */
export const positionParameter = (description: string, minimum = 0) =>
  Type.Optional(Type.Integer({ minimum, maximum: Number.MAX_SAFE_INTEGER, description }));

/** The moment that a read model is asked for. */
export const moment = {
  asOf: word('What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC.'),
  asOfPosition: positionParameter('As the ledger knew it after this position.'),
};

const until = (description: string) => ({
  until: Type.Optional(
    Type.String({ maxLength: 10, description: `${description}: 2023, 2023-12 or 2023-12-14.` }),
  ),
});

/** For counts, and for claims, which have a day of their own. */
export const untilParameter = until('Only what had happened by the end of this date');
/** For lists of items that have a date. */
export const untilOfItems = until(
  'Only items that had happened by the end of this date, and items that may have, marked possible; count=true counts both',
);

export const format = {
  format: Type.Optional(
    Type.Enum(['json', 'csv', 'ndjson'], {
      description:
        'csv: the same list as a table; ndjson: its items, one a line. Without limit either is the whole list.',
    }),
  ),
};

export const limitMax = 1000;
export const limitStandard = 100;
export const limit = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: limitMax,
      description: `Items on a page at most, ${limitStandard} by default. A page of long items ends at about 2 MiB. Without limit, csv and ndjson have no pages.`,
    }),
  ),
};

const description = 'The start of the page, from the Link header of the page before.';
/** Paging by a number, and by a text. */
export const byNumber = { ...limit, after: positionParameter(description) };
export const byText = (pattern: string) => ({
  ...limit,
  after: Type.Optional(Type.String({ pattern, description })),
});
export const bySlug = byText('^[a-z0-9-]{1,63}$');

export const initiativeParameter = { initiativeId: Slug };
export const recordParameters = { initiativeId: Slug, recordId: Slug };

export const countParameter = {
  count: Type.Optional(
    Type.Boolean({ description: 'Adds the number of items on this page and the pages after it.' }),
  ),
};

/** A text that repeats itself is compared letter by letter with each place of a title, so it must be short. */
export const qLengthMax = 200;

export const recordFilters = {
  meetingId: Type.Optional(Slug),
  ...forEachDimension(
    (name) => name,
    () => compared(200),
  ),
  party: compared(500, 'The whole name of one party. Names of persons are not searched.'),
  sources: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 1000, description: 'With this number of sources: 0, 1, 2 …' }),
  ),
  named: Type.Optional(Type.Boolean({ description: 'true: with a title; false: without.' })),
  inForceOn: word('A day, YYYY-MM-DD.'),
  endsBy: word('A day, YYYY-MM-DD: only records whose validUntil ends by then.'),
  q: word(
    'A part of a title, name, alias, label, description, or of an id that its sender chose (ids of the form mou-21 are not searched). Case, accents, blanks, apostrophes and the composition of characters make no difference.',
    qLengthMax,
  ),
  standing: Type.Optional(
    Type.Enum(['true', 'false', 'all'], { description: 'Standing records by default.' }),
  ),
};

const instant = (description: string) => Type.Optional(Type.String({ maxLength: 40, description }));

export const eventTypeNames = eventTypes.map(({ type }) => type);

export const eventFilters = {
  recordId: Type.Optional(Slug),
  type: Type.Optional(
    Type.Array(Type.Enum(eventTypeNames), {
      minItems: 1,
      maxItems: 50,
      description: 'The type of the event. Given several times: any of these types.',
    }),
  ),
  kind: Type.Optional(
    Type.Enum([...kinds], { description: 'The kind that the record had before the event.' }),
  ),
  recordedBy: word('The id of the principal who recorded it.', 255),
  reasonCode: Type.Optional(Type.Enum([...reasonCodes], { description: 'Why a record was changed.' })),
  recordedFrom: instant('Recorded at or after an instant, or on or after a day in UTC.'),
  recordedTo: instant('Recorded at or before an instant, or by the end of a day in UTC.'),
  lateByDays: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1_000_000,
      description: 'Recorded more than this many days after the last day on which it may have happened.',
    }),
  ),
};

/** The last day of a plain date; undefined where there is none. */
export function lastDayOf(text: string | undefined, parameter: string): string | undefined {
  if (text === undefined) return undefined;
  const day = parsePlainDate(text)?.latest;
  if (day === undefined) throw badQuery(`/query/${parameter}`, 'must be a date: 2023, 2023-12 or 2023-12-14');
  return day;
}
