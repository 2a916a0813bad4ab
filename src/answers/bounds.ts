import { firstWithin } from '../views/slices.ts';

/** A list that is only a part of an answer, and has no pages, ends at so many bytes. */
export const partBytesMax = 1024 * 1024;

/** The first of some items, as many as their JSON fits into; at least one. */
export const firstAsJson = <T>(items: readonly T[], bytesMax = partBytesMax): T[] =>
  firstWithin(items, bytesMax, (item) => Buffer.byteLength(JSON.stringify(item)));
