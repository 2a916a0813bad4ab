import type { List, Page, ReadPage } from '../answers/answer.ts';
import { mapInTurns, turn } from '../turns.ts';
import { type At, badQuery } from '../views/at.ts';
import { cloudEventOf, cloudEventsBatch, sourceOf } from './cloud-events.ts';
import { type Asked, type Computed, etagOf, json, wholeText, withProvenance } from './computed.ts';
import { type TableOptions, tableOf } from './csv.ts';

/** What all lists can be asked for; not each has pages. */
export interface ListQuery extends TableOptions {
  format?: 'json' | 'csv' | 'ndjson';
  limit?: number;
  after?: number | string;
  count?: boolean;
  until?: string;
}

export const ndjson = 'application/x-ndjson';

/** Bytes of a page, and of a piece of a whole list, which is read at once. */
const pageBytesMax = 2 * 1024 * 1024;
const pieceBytesMax = 256 * 1024;
/** Items of a piece at most. A list with no more items is sent at once. */
const pieceItemsMax = 200;

export interface ListAsked extends Asked {
  parameters: ListQuery;
  /** Events are wanted as CloudEvents, in a batch. */
  asBatch: boolean;
}

/** Whether the whole list is asked for, and not a page of it. */
export const isWhole = ({ format = 'json', limit }: ListQuery): boolean =>
  format !== 'json' && limit === undefined;

/** A page of a list as JSON, or as a table or lines; of these, without a limit, the whole list. origin: the name of the log. */
export async function computedList(
  { named, limit: limitStandard, columns }: List,
  read: ReadPage,
  { parameters: query, at, asBatch }: ListAsked,
  origin: string,
): Promise<Computed> {
  const { format = 'json', limit, after, count, rows, excel } = query;
  if (format !== 'csv' && rows) throw badQuery('/query/rows', 'goes together with format=csv');
  if (format !== 'csv' && excel) throw badQuery('/query/excel', 'goes together with format=csv');
  const whole = isWhole(query);
  const size = whole
    ? { limit: pieceItemsMax, bytesMax: pieceBytesMax }
    : { limit: limit ?? limitStandard, bytesMax: pageBytesMax };
  const page = await read({ after: after?.toString(), ...size });
  const total = count === true ? await page.total() : undefined;
  const { next } = page;
  const told = { ...(total !== undefined && { total }), ...(next !== undefined && { next }) };
  if (asBatch) {
    const source = sourceOf(origin);
    const asCloudEvent = (item: object | string) => cloudEventOf(source, jsonOf(item));
    const text = `[${(await mapInTurns(page.items, asCloudEvent)).join(',')}]`;
    return { ...wholeText(`${cloudEventsBatch}; charset=utf-8`, text), ...told };
  }
  if (format === 'json') return { ...(await jsonOfPage(named, page, total, at)), ...told };

  const type = format === 'csv' ? 'text/csv' : ndjson;
  const table = format === 'csv' ? tableOf(columns, query) : undefined;
  const rowOf = table ? (item: object | string) => table.rowsOf(objectOf(item)) : lineOf;
  const rowsOf = async ({ items }: Page): Promise<string> => (await mapInTurns(items, rowOf)).join('');
  const text = (table?.heading ?? '') + (await rowsOf(page));
  if (!whole || next === undefined) return { ...wholeText(`${type}; charset=utf-8`, text), ...told };
  // Lines that go on are sent without a charset, as they have always been.
  const streamed = format === 'csv' ? 'text/csv; charset=utf-8' : type;
  return { type: streamed, body: Buffer.from(text), ...told, rest: restAfter(next) };

  async function* restAfter(first: string): AsyncGenerator<Uint8Array, void> {
    for (let after: string | undefined = first; after !== undefined; ) {
      await turn();
      const page = await read({ after, ...size });
      yield Buffer.from(await rowsOf(page));
      after = page.next;
    }
  }
}

/** The rows of a whole list as a table, some at a time. */
export async function* tableRowsOf({ columns }: List, read: ReadPage): AsyncGenerator<string> {
  const { rowsOf } = tableOf(columns);
  for (let after: string | undefined, isLast = false; !isLast; await turn()) {
    const { items, next } = await read({ after, limit: pieceItemsMax, bytesMax: pieceBytesMax });
    yield (await mapInTurns(items, (item) => rowsOf(objectOf(item)))).join('');
    after = next;
    isLast = next === undefined;
  }
}

async function jsonOfPage(
  named: string,
  { items, more, moments }: Page,
  total: number | undefined,
  at: At,
): Promise<Computed> {
  const others = JSON.stringify({ total, ...(await more?.()) });
  const list = `"${named}":[${(await mapInTurns(items, jsonOf)).join(',')}]`;
  const content = others === '{}' ? `${list}}` : `${list},${others.slice(1)}`;
  const before = moments ? `${JSON.stringify(moments).slice(0, -1)},` : '{';
  const body = Buffer.from(withProvenance(`${before}${content}`, at));
  return { type: json, body, etag: etagOf(content) };
}

const jsonOf = (item: object | string): string => (typeof item === 'string' ? item : JSON.stringify(item));

const lineOf = (item: object | string): string => `${jsonOf(item)}\n`;

/** The JSON of an item is an object. */
const objectOf = (item: object | string): object => (typeof item === 'string' ? JSON.parse(item) : item);
