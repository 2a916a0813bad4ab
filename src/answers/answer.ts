import type { Static, TObject, TProperties, TSchema } from 'typebox';
import type { Visible } from '../access/visible.ts';
import type { LedgerRecord } from '../shapes/record.ts';
import type { At } from '../views/at.ts';
import type { PageSize } from '../views/slices.ts';
import { type Column, columnsByParty } from './columns.ts';
import { initiativeKnownAt } from './known.ts';
import type { Ledger } from './ledger.ts';
import { countParameter, format, limitStandard, moment, partyRows } from './parameters.ts';

/**
 * An answer is a function of its name, its parameters and a position. It knows neither a request nor a reply. Whoever sends it adds
 * the moment and the basis.
 */
interface Described<P extends TProperties, S extends TSchema> {
  name: string;
  /** Where it is served. A part such as `:recordId` is a parameter; the others stand in the query. */
  path: `/v1/${string}`;
  summary: string;
  description: string;
  /** The heading that it stands under in the OpenAPI document. */
  tag: string;
  parameters: P;
  /** The answer with its moment and basis. */
  shape: S;
}

export interface Asked<P extends TProperties> {
  ledger: Ledger;
  at: At;
  visible: Visible;
  /** Checked against their schema. */
  parameters: Static<TObject<P>>;
  /** The initiative that the parameter `initiativeId` names, as it was known; undefined: the parameter is absent. */
  initiative: Static<TObject<P>> extends { initiativeId: string } ? Initiative : Initiative | undefined;
}
type Initiative = LedgerRecord<'initiative'>;

/** One JSON object. */
export interface Single<P extends TProperties = TProperties, S extends TSchema = TSchema>
  extends Described<P, S> {
  /** One row by its key: to compute it takes no longer than to ask another thread. */
  isQuick?: true;
  /** A text is the JSON of the object. */
  compute(asked: Asked<P>): Promise<Body<S> | string>;
}
/** What an answer says beside its moment and basis. */
type Body<S extends TSchema> = Omit<Static<S>, 'asOf' | 'basis'>;

/** A list. It is served as JSON, as a table and as lines, in pages or as a whole. */
export interface List<P extends TProperties = TProperties, S extends TSchema = TSchema>
  extends Described<P, S> {
  /** What the answer calls its items. */
  named: string;
  /** Of a page for which no limit is asked. */
  limit: number;
  columns: readonly Column[];
  /** Whether its items are events of the log, which are sent as CloudEvents, too. */
  areEvents?: true;
  /** Computes what all pages share, and gives the function that reads a page. */
  open(asked: Asked<P>): ReadPage | Promise<ReadPage>;
}

export type ReadPage = (asked: PageAsked) => Promise<Page>;

/** Where a page of a list begins, and how long it is at most. */
export interface PageAsked extends PageSize {
  after: string | undefined;
}

/** A page of a list, and what else its answer says. */
export interface Page {
  /** A text is the JSON of an item. */
  items: (object | string)[];
  /** The cursor of the next page. */
  next?: string | undefined;
  /** How many items there are on this page and those after it; asked for with count=true only. */
  total(): number | Promise<number>;
  /** Further members of the JSON. */
  more?(): object | Promise<object>;
  /** Members that move on with the log although nothing else changes, so they are not in the ETag. */
  moments?: object;
}

export type Answer = Single | List;

// The casts forget which parameters an answer takes. They are checked against the schema of this very answer before it is asked.

export const single = <P extends TProperties, S extends TSchema>(
  answer: Single<P, S>,
): Single & { shape: S } =>
  ({ ...answer, parameters: { ...moment, ...answer.parameters } }) as unknown as Single & { shape: S };

/** paging: the parameters that choose a page; none where the list has one page. */
export const list = <P extends TProperties, S extends TSchema>({
  paging,
  ...answer
}: Omit<List<P, S>, 'named' | 'limit'> & {
  paging: { limit?: TSchema; after?: TSchema };
  named?: string;
  limit?: number;
}): List & { shape: S } =>
  ({
    named: 'items',
    limit: limitStandard,
    ...answer,
    parameters: {
      ...moment,
      ...answer.parameters,
      ...countParameter,
      ...paging,
      ...format,
      ...(columnsByParty(answer.columns) && partyRows),
    },
  }) as unknown as List & { shape: S };

/** What an answer is computed from. Throws a Refusal where the initiative was not known at the position. */
export async function askedAt(
  ledger: Ledger,
  at: At,
  visible: Visible,
  parameters: { initiativeId?: string },
): Promise<Asked<TProperties>> {
  const { initiativeId } = parameters;
  const initiative =
    initiativeId === undefined
      ? undefined
      : await initiativeKnownAt(ledger.store, visible, initiativeId, at.position);
  return { ledger, at, visible, parameters, initiative };
}
