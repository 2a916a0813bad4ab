import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { List, Page, ReadPage } from '../../answers/answer.ts';
import { mapInTurns, turn } from '../../turns.ts';
import type { At, AtQuery } from '../../views/at.ts';
import { asksForCloudEvents, cloudEventOf, cloudEventsBatch, sourceOf } from './cloud-events.ts';
import { csvRow, csvRowOf } from './csv.ts';
import { basisHeaders, etagOf, linkNext, sendPayload, sendTagged } from './payload.ts';
import { ndjson, sendStreamed } from './streamed.ts';

/** What all lists can be asked for; not each has pages. */
export interface ListQuery extends AtQuery {
  format?: 'json' | 'csv' | 'ndjson';
  limit?: number;
  after?: number | string;
  count?: boolean;
}

/** Bytes of a page, and of a piece of a whole list, which is read at once. */
const pageBytesMax = 2 * 1024 * 1024;
const pieceBytesMax = 256 * 1024;
/** Items of a piece at most. A list with no more items is sent at once. */
const pieceItemsMax = 200;

/** Sends a page of a list as JSON, or as a table or lines; of these, without a limit, the whole list. origin: the name of the log. */
export async function sendList(
  request: FastifyRequest<{ Querystring: ListQuery }>,
  reply: FastifyReply,
  at: At,
  { named, limit: limitStandard, columns, areEvents }: List,
  read: ReadPage,
  origin: string,
): Promise<FastifyReply> {
  const { format = 'json', limit, after, count } = request.query;
  if (areEvents) reply.header('vary', 'Accept');
  const whole = format !== 'json' && limit === undefined;
  const size = whole
    ? { limit: pieceItemsMax, bytesMax: pieceBytesMax }
    : { limit: limit ?? limitStandard, bytesMax: pageBytesMax };
  const page = await read({ after: after?.toString(), ...size });
  const total = count === true ? await page.total() : undefined;
  if (total !== undefined) reply.header('total-count', total);
  if (!whole) linkNext(request, reply, page.next, at);
  if (areEvents && request.query.format === undefined && asksForCloudEvents(request)) {
    const source = sourceOf(origin);
    const asCloudEvent = (item: object | string) => cloudEventOf(source, jsonOf(item));
    const text = `[${(await mapInTurns(page.items, asCloudEvent)).join(',')}]`;
    return sendTagged(request, reply.headers(basisHeaders(at)), cloudEventsBatch, etagOf(text), () => text);
  }
  if (format === 'json') return sendPayload(request, reply, await payloadOfList(named, page, total), at);

  reply.headers({ ...basisHeaders(at), 'content-disposition': `attachment; filename="ledger.${format}"` });
  const type = format === 'csv' ? 'text/csv; charset=utf-8' : ndjson;
  const heading = format === 'csv' ? csvRow(columns) : '';
  const rowOf = format === 'csv' ? (item: object | string) => csvRowOf(columns, objectOf(item)) : lineOf;
  const rowsOf = async ({ items }: Page): Promise<string> => (await mapInTurns(items, rowOf)).join('');
  if (!whole || page.next === undefined) {
    const text = heading + (await rowsOf(page));
    return sendTagged(request, reply, type, etagOf(text), () => text);
  }
  return sendStreamed(request, reply, type, () => Readable.from(wholeOf(page)));

  async function* wholeOf(first: Page): AsyncGenerator<string> {
    yield heading + (await rowsOf(first));
    for (let { next } = first; next !== undefined; ) {
      await turn();
      const page = await read({ after: next, ...size });
      yield await rowsOf(page);
      next = page.next;
    }
  }
}

/** The rows of a whole list as a table, some at a time. */
export async function* rowsOf({ columns }: List, read: ReadPage): AsyncGenerator<string> {
  for (let after: string | undefined, isLast = false; !isLast; await turn()) {
    const { items, next } = await read({ after, limit: pieceItemsMax, bytesMax: pieceBytesMax });
    yield (await mapInTurns(items, (item) => csvRowOf(columns, objectOf(item)))).join('');
    after = next;
    isLast = next === undefined;
  }
}

async function payloadOfList(named: string, { items, more, moments }: Page, total: number | undefined) {
  const others = JSON.stringify({ total, ...(await more?.()) });
  const list = `"${named}":[${(await mapInTurns(items, jsonOf)).join(',')}]`;
  const content = others === '{}' ? `${list}}` : `${list},${others.slice(1)}`;
  const before = moments ? `${JSON.stringify(moments).slice(0, -1)},` : '{';
  return { text: `${before}${content}`, etag: etagOf(content) };
}

const jsonOf = (item: object | string): string => (typeof item === 'string' ? item : JSON.stringify(item));

const lineOf = (item: object | string): string => `${jsonOf(item)}\n`;

/** The JSON of an item is an object. */
const objectOf = (item: object | string): object => (typeof item === 'string' ? JSON.parse(item) : item);
