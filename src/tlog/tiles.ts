import { tileWidth } from './edge.ts';
import { FormatError } from './format.ts';

/** The most bytes that an entry can have: its length is a number of 16 bits. */
export const entryBytesMax = 0xffff;

/** What a path of C2SP tlog-tiles names: a tile of hashes at a level, or a bundle of entries. */
export interface TileName {
  level: number | 'entries';
  /** Of the tile within its level, at most 2^53 - 1. */
  index: number;
  /** 256, or 1 to 255 for a partial tile. */
  width: number;
}

/** `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`, without a slash before it: C2SP tlog-tiles, "Merkle Tree". */
export function formatTilePath({ level, index, width }: TileName): string {
  if (!isIntegerIn(index, 0, Number.MAX_SAFE_INTEGER)) throw new RangeError(`no tile has the index ${index}`);
  if (!isIntegerIn(width, 1, tileWidth)) throw new RangeError(`no tile has the width ${width}`);
  if (level !== 'entries' && !isIntegerIn(level, 0, levelMax))
    throw new RangeError(`no tile has the level ${level}`);
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? [];
  const path = [
    'tile',
    level,
    ...groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)),
  ].join('/');
  return width === tileWidth ? path : `${path}.p/${width}`;
}

/** The reverse of formatTilePath. Throws a FormatError for whatever that would not have written. */
export function parseTilePath(path: string): TileName {
  const [, level, groups, width] =
    /^tile\/(\d{1,2}|entries)\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path) ?? [];
  if (level === undefined || groups === undefined) throw new FormatError('not the path of a tile');
  const name: TileName = {
    level: level === 'entries' ? level : Number(level),
    index: Number(groups.replaceAll(/[x/]/g, '')),
    width: width === undefined ? tileWidth : Number(width),
  };
  if (!isCanonical(name, path)) throw new FormatError('not the canonical path of a tile');
  return name;
}

/** Leading zeroes, a partial tile of full or no width, a level or an index too high: all are seen by writing it again. */
function isCanonical(name: TileName, path: string): boolean {
  try {
    return formatTilePath(name) === path;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const levelMax = 63;

const isIntegerIn = (number: number, min: number, max: number): boolean =>
  Number.isSafeInteger(number) && number >= min && number <= max;

/**
 * An entry bundle, of 1 to 256 entries: each its length, a big-endian number of 16 bits, and its bytes. C2SP tlog-tiles,
 * "Log entries". Throws a RangeError for an entry of more than 65,535 bytes.
 */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (!isIntegerIn(entries.length, 1, tileWidth)) throw new RangeError('a bundle has 1 to 256 entries');
  const bundle = new Uint8Array(entries.reduce((bytes, entry) => bytes + 2 + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > entryBytesMax) throw new RangeError(`an entry has more than ${entryBytesMax} bytes`);
    bundle.set([entry.length >> 8, entry.length & 0xff], at);
    bundle.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bundle;
}

/**
 * The entries of a bundle, as views into it. Throws a FormatError if it ends within an entry, has none or more than 256,
 * or not as many as its width, where that is given.
 */
export function decodeEntryBundle(bundle: Uint8Array, width?: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bundle.length && entries.length <= tileWidth) {
    const [high, low] = bundle.subarray(at, at + 2);
    if (high === undefined || low === undefined) throw new FormatError('the bundle ends within a length');
    const end = at + 2 + high * 256 + low;
    if (end > bundle.length) throw new FormatError('the bundle ends within an entry');
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  if (!isIntegerIn(entries.length, 1, tileWidth)) throw new FormatError('a bundle has 1 to 256 entries');
  if (width !== undefined && entries.length !== width)
    throw new FormatError(`the bundle has ${entries.length} entries, not ${width}`);
  return entries;
}
