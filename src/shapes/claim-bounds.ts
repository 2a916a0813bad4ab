import type { ClaimData } from './record.ts';

/** The counts that a claim allows, both inclusive. */
export interface Bounds {
  low: number;
  high: number;
}

/**
 * "nearly 200" allows 180 to 200, "about 200" 180 to 220: the words reach a tenth of the value. Below ten a tenth is nothing, so
 * a small figure means its value.
 */
export function boundsOf({ qualifier, value }: Pick<ClaimData, 'qualifier' | 'value'>): Bounds {
  const tenth = Math.floor(value / 10);
  switch (qualifier) {
    case 'exact':
      return { low: value, high: value };
    case 'atLeast':
      return { low: value, high: Infinity };
    case 'moreThan':
      return { low: value + 1, high: Infinity };
    case 'atMost':
      return { low: -Infinity, high: value };
    case 'lessThan':
      return { low: -Infinity, high: value - 1 };
    case 'nearly':
      return { low: value - tenth, high: value };
    case 'about':
      return { low: value - tenth, high: value + tenth };
  }
}
