import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { MaybePromise } from '../ledger/facts.ts';
import type { At, AtQuery } from '../views/at.ts';
import { basisHeaders, etagOf, linkNext, sendPayload, sendTagged } from './answers.ts';
import { csvOf } from './csv.ts';
import { ndjson, sendStreamed, turn } from './streamed.ts';

/** What all lists can be asked for; not each has pages. */
export interface ListQuery extends AtQuery {
  format?: 'json' | 'csv' | 'ndjson';
  limit?: number;
  after?: number | string;
  count?: boolean;
}

/** Where a page of a list begins, and how long it is at most. */
export interface PageAsked {
  after: string | undefined;
  limit: number | undefined;
}

/** A page of a list, and what else its answer says. */
export interface ListAnswer {
  /** A text is the JSON of an item. */
  items: (object | string)[];
  /** What the answer calls them, if not items. */
  named?: string;
  /** The cursor of the next page. */
  next?: string | undefined;
  /** How many items there are on this page and those after it; asked for with count=true only. */
  total?: () => MaybePromise<number>;
  /** Further members of the JSON. */
  more?: () => MaybePromise<object>;
  /** Members that move on with the log although nothing else changes, so they are not in the ETag. */
  moments?: object;
}

export type ReadPage = (asked: PageAsked) => Promise<ListAnswer>;

/** Items that are read at once where a whole list is sent: one that has no more is sent at once, too. */
const pageItems = 200;

/** Sends a page of a list as JSON, or as a table or lines; of these, without a limit, the whole list. */
export async function sendList(
  request: FastifyRequest<{ Querystring: ListQuery }>,
  reply: FastifyReply,
  at: At,
  columns: readonly string[],
  read: ReadPage,
): Promise<FastifyReply> {
  const { format = 'json', limit, after, count } = request.query;
  const whole = format !== 'json' && limit === undefined;
  const page = await read({ after: after?.toString(), limit: whole ? pageItems : limit });
  const total = count === true ? await page.total?.() : undefined;
  if (total !== undefined) reply.header('total-count', total);
  if (!whole) linkNext(request, reply, page.next, at);
  if (format === 'json') return sendPayload(request, reply, await payloadOfList(page, total), at);

  reply.headers({ ...basisHeaders(at), 'content-disposition': `attachment; filename="ledger.${format}"` });
  const type = format === 'csv' ? 'text/csv; charset=utf-8' : ndjson;
  const textOf = format === 'csv' ? tableOf(columns) : linesOf;
  const first = textOf(page.items, true);
  if (!whole || page.next === undefined) return sendTagged(request, reply, type, etagOf(first), () => first);
  return sendStreamed(request, reply, type, () => Readable.from(wholeOf(first, page.next)));

  async function* wholeOf(first: string, second: string | undefined): AsyncGenerator<string> {
    yield first;
    for (let next = second; next !== undefined; ) {
      await turn();
      const page: ListAnswer = await read({ after: next, limit: pageItems });
      yield textOf(page.items, false);
      next = page.next;
    }
  }
}

async function payloadOfList(
  { items, named = 'items', more, moments }: ListAnswer,
  total: number | undefined,
) {
  const others = JSON.stringify({ ...(total === undefined ? {} : { total }), ...(await more?.()) });
  const list = `"${named}":[${items.map(jsonOf).join(',')}]`;
  const content = others === '{}' ? `${list}}` : `${list},${others.slice(1)}`;
  const before = moments ? `${JSON.stringify(moments).slice(0, -1)},` : '{';
  return { text: `${before}${content}`, etag: etagOf(content) };
}

const jsonOf = (item: object | string): string => (typeof item === 'string' ? item : JSON.stringify(item));

const tableOf =
  (columns: readonly string[]) =>
  (items: ListAnswer['items'], withColumns: boolean): string =>
    csvOf(
      columns,
      // The JSON of an item is an object.
      items.map((item) => (typeof item === 'string' ? (JSON.parse(item) as object) : item)),
      withColumns,
    );

const linesOf = (items: ListAnswer['items']): string => items.map((item) => `${jsonOf(item)}\n`).join('');
