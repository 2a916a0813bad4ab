import { tileWidth } from './edge.ts';
import { FormatError } from './format.ts';

/** An entry has at most so many bytes, because its length is a number of 16 bits. */
const entryBytesMax = 0xffff;

/** The target of a path of C2SP tlog-tiles: a tile of hashes at a level, or a bundle of entries. */
export interface TileName {
  level: number | 'entries';
  /** Of the tile within its level, at most 2^53 - 1. */
  index: number;
  /** 256, or 1 to 255 for a partial tile. */
  width: number;
}

/** `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`, without a slash before it, and each number in its one form. */
const tilePath =
  /^tile\/(\d|[1-5]\d|6[0-3]|entries)\/((?!x000)(?:x\d{3}\/){0,5}\d{3})(?:\.p\/([1-9]\d?|1\d\d|2[0-4]\d|25[0-5]))?$/;

/** Reads a path of C2SP tlog-tiles, "Merkle Tree". Throws a FormatError for any other. */
export function parseTilePath(path: string): TileName {
  const [, level, groups, width] = tilePath.exec(path) ?? [];
  if (level === undefined || groups === undefined) throw new FormatError('not the path of a tile');
  const index = Number(groups.replaceAll(/[x/]/g, ''));
  if (!Number.isSafeInteger(index)) throw new FormatError('not the path of a tile');
  return {
    level: level === 'entries' ? level : Number(level),
    index,
    width: width === undefined ? tileWidth : Number(width),
  };
}

/**
 * An entry bundle, of 1 to 256 entries: each its length, a big-endian number of 16 bits, and its bytes. C2SP tlog-tiles,
 * "Log entries". Throws a RangeError for an entry of more than 65,535 bytes.
 */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length < 1 || entries.length > tileWidth) throw new RangeError('a bundle has 1 to 256 entries');
  const parts = entries.flatMap((entry) => {
    if (entry.length > entryBytesMax) throw new RangeError(`an entry has more than ${entryBytesMax} bytes`);
    return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry];
  });
  return Buffer.concat(parts);
}
