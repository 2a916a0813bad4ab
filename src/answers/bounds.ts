import { badQuery } from '../views/at.ts';
import { firstWithin } from '../views/slices.ts';
import type { Page, PageAsked } from './answer.ts';

/** A list that is only a part of an answer, and has no pages, ends at so many bytes. */
export const partBytesMax = 1024 * 1024;

/** The first of some items, as many as their JSON fits into; at least one. */
export const firstAsJson = <T>(items: readonly T[], bytesMax = partBytesMax): T[] =>
  firstWithin(items, bytesMax, (item) => Buffer.byteLength(JSON.stringify(item)));

/** Where a page begins in a list that is held as a whole: behind the item that `after` names. */
export function placeAfter<T>(
  items: readonly T[],
  after: string | undefined,
  idOf: (item: T) => string,
): number {
  if (after === undefined) return 0;
  const place = items.findIndex((item) => idOf(item) === after);
  if (place === -1) throw badQuery('/query/after', 'names nothing that is in this list');
  return place + 1;
}

/** A page of a list that is held as a whole. `show` may show fewer items than it is given. */
export async function pageOfWhole<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  { after, limit, bytesMax }: PageAsked,
  show: (page: readonly T[], bytesMax: number, from: number) => Promise<object[]>,
): Promise<Page> {
  const from = placeAfter(items, after, idOf);
  const shown = await show(items.slice(from, from + limit), bytesMax, from);
  const end = from + shown.length;
  const last = items[end - 1];
  return {
    items: shown,
    next: end < items.length && last ? idOf(last) : undefined,
    total: () => items.length - from,
  };
}
