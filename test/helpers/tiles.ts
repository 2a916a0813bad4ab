import { tileWidth } from '../../src/tlog/edge.ts';
import { FormatError } from '../../src/tlog/format.ts';
import type { TileName } from '../../src/tlog/tiles.ts';

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

const levelMax = 63;

const isIntegerIn = (number: number, min: number, max: number): boolean =>
  Number.isSafeInteger(number) && number >= min && number <= max;

/**
 * The entries of a bundle, as views into it. Throws a FormatError if it ends within an entry, has none or more than 256,
 * or has another number than the given width.
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
