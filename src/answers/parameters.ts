import { Type } from 'typebox';
import { eventTypes } from '../../events/catalogue.ts';
import { parsePlainDate } from '../shapes/edtf.ts';
import { reasonCodes, Slug } from '../shapes/fields.ts';
import { kinds } from '../shapes/record-data.ts';
import { filterParameters } from '../shapes/record-filter.ts';
import { sortNames } from '../shapes/record-sort.ts';
import { badQuery } from '../views/at.ts';
import type { Sort } from '../views/record-order.ts';

/** Some text. */
export const word = (description: string, maxLength = 2000) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, description }));

/** A position of the log, or another number of that size. */
export const positionParameter = (description: string, minimum = 0) =>
  Type.Optional(Type.Integer({ minimum, maximum: Number.MAX_SAFE_INTEGER, description }));

/** The moment that a read model is asked for. */
export const moment = {
  asOf: word('What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC.'),
  asOfPosition: positionParameter('As the ledger knew it after this position.'),
};

/** For counts. Lists of records have a filter of this name. */
export const untilParameter = {
  until: Type.Optional(
    Type.String({
      maxLength: 10,
      description: 'Only what had happened by the end of this date: 2023, 2023-12 or 2023-12-14.',
    }),
  ),
};

export const format = {
  format: Type.Optional(
    Type.Enum(['json', 'csv', 'ndjson'], {
      description:
        'csv: the same list as a table; ndjson: its items, one a line. Without limit either is the whole list.',
    }),
  ),
  excel: Type.Optional(
    Type.Boolean({
      description:
        'With format=csv: true writes what Excel opens with all its letters: a byte order mark at the beginning. A text that is longer than a cell of Excel is cut.',
    }),
  ),
};

/** Of lists whose items have parties. */
export const partyRows = {
  rows: Type.Optional(
    Type.Enum(['party'], {
      description:
        'With format=csv: a row for each party of an item, to be counted and sorted by party. An item without parties has one row. Such a table is not imported again.',
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

const { kind, ...ofMilestones } = filterParameters;
export const filtersOfMilestones = ofMilestones;
export const filtersOfRecords = { kind, ...ofMilestones };
const { q, place, publisher, sourceUrl, sources, unsourced, undated, from, until } = filterParameters;
export const filtersOfClaims = { q, publisher, sourceUrl, sources, unsourced, from };
export const filtersOfMeetings = { ...filtersOfClaims, place, undated, until };

export const sortParameter = {
  sort: Type.Optional(
    Type.Enum([...sortNames, ...sortNames.map((name) => `-${name}` as const)], {
      description:
        'The order: by date, title, first party (titles and parties as q compares them, bytewise), or by when it was first recorded; with - the other way. What has no date, title or party comes last in either.',
    }),
  ),
};

export const sortOf = (sort: string | undefined): Sort | undefined => {
  const by = sortNames.find((name) => sort === name || sort === `-${name}`);
  return by && { by, order: sort === by ? 'asc' : 'desc' };
};

export const badFilter = (filter: string, detail: string) => badQuery(`/query/${filter}`, detail);

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
