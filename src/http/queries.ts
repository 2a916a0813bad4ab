import { type TProperties, Type } from 'typebox';
import { eventTypes } from '../../events/catalogue.ts';
import { kinds } from '../../events/define-event.ts';
import { closed, reasonCodes, Slug } from '../../events/fields.ts';
import { parsePlainDate } from '../ledger/edtf.ts';
import { badQuery } from '../views/at.ts';

const word = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 2000, description }));

/** The moment that a read model is asked for. */
export const moment = {
  asOf: word('What the ledger knew at an instant (RFC 3339; write + as %2B), or at the end of a day in UTC.'),
  asOfPosition: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'What the ledger knew after this position.',
    }),
  ),
};

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
};

export const limitMax = 1000;
export const limitStandard = 100;
export const limit = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: limitMax,
      description: `Items on a page, ${limitStandard} by default; without it, csv and ndjson have no pages.`,
    }),
  ),
};

/** Paging by a number, and by an id. */
export const byNumber = {
  ...limit,
  after: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Where the page begins, as the Link header of the page before says.',
    }),
  ),
};
export const bySlug = {
  ...limit,
  after: Type.Optional(
    Type.String({
      pattern: '^[a-z0-9-]{1,63}$',
      description: 'Where the page begins, as the Link header of the page before says.',
    }),
  ),
};

export const initiativeParams = Type.Object({ initiativeId: Slug }, closed);
export const recordParams = Type.Object({ initiativeId: Slug, recordId: Slug }, closed);

export const queryOf = <P extends TProperties>(properties: P) => Type.Object(properties, closed);

export const recordFilters = {
  meetingId: Type.Optional(Slug),
  pillar: word('Compared without regard to case.'),
  sector: word('Compared without regard to case.'),
  zone: word('Compared without regard to case.'),
  party: word('The whole name of one party, without regard to case. Names of persons are not searched.'),
  instrument: word('Compared without regard to case.'),
  sources: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 1000, description: 'With this number of sources: 0, 1, 2 …' }),
  ),
  named: Type.Optional(Type.Boolean({ description: 'With a title, or without.' })),
  inForceOn: word('A day, YYYY-MM-DD.'),
  q: word('A part of a title, name, label, description or id, without regard to case.'),
  standing: Type.Optional(
    Type.Enum(['true', 'false', 'all'], { description: 'Standing records by default.' }),
  ),
};

export const eventFilters = {
  recordId: Type.Optional(Slug),
  type: Type.Optional(
    Type.Array(Type.Enum(eventTypes), {
      minItems: 1,
      maxItems: 50,
      description: 'The type of the event; given several times: any of these.',
    }),
  ),
  kind: Type.Optional(
    Type.Enum([...kinds], { description: 'The kind that the record had before the event.' }),
  ),
  recordedBy: Type.Optional(
    Type.String({ minLength: 1, maxLength: 255, description: 'The id of who recorded it.' }),
  ),
  reasonCode: Type.Optional(Type.Enum([...reasonCodes], { description: 'Why a record was changed.' })),
  recordedFrom: Type.Optional(
    Type.String({
      maxLength: 40,
      description: 'Recorded at or after an instant, or from the first moment of a day in UTC on.',
    }),
  ),
  recordedTo: Type.Optional(
    Type.String({
      maxLength: 40,
      description: 'Recorded at or before an instant, or by the end of a day in UTC.',
    }),
  ),
  lateByDays: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1_000_000,
      description: 'Recorded more than this many days after the last day on which it may have happened.',
    }),
  ),
};

/** Where a page begins in a list that is held as a whole: behind the item that `after` names. */
export function placeAfter<T>(items: T[], after: string | undefined, idOf: (item: T) => string): number {
  if (after === undefined) return 0;
  const place = items.findIndex((item) => idOf(item) === after);
  if (place === -1) throw badQuery('/query/after', 'names nothing that is in this list');
  return place + 1;
}

/** The last day of a plain date; undefined where there is none. */
export function lastDayOf(text: string | undefined, parameter: string): string | undefined {
  if (text === undefined) return undefined;
  const day = parsePlainDate(text)?.latest;
  if (day === undefined) throw badQuery(`/query/${parameter}`, 'must be a date: 2023, 2023-12 or 2023-12-14');
  return day;
}
