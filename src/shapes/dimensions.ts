import { folded } from './folded.ts';
import { isMilestone, type LedgerRecord } from './record.ts';

/** A way to divide counts and to filter lists. A record counts once under each of its keys. */
interface Dimension {
  name: string;
  keysOf: (record: LedgerRecord) => string[];
}

/**
 * All dimensions, a line each. The column `keys` of `records`, the tallies, `by…` in summaries and changes, the filters of lists,
 * the columns of tables and the OpenAPI document follow from it. Whoever changes it raises the versions of both read models.
 */
export const dimensions = [
  { name: 'pillar', keysOf: (record) => textOf(record, 'pillar') },
  { name: 'zone', keysOf: (record) => textOf(record, 'zone') },
  { name: 'sector', keysOf: (record) => textOf(record, 'sector') },
  { name: 'instrument', keysOf: (record) => textOf(record, 'instrument') },
  { name: 'country', keysOf: ({ data }) => countriesIn(data) },
] as const satisfies readonly Dimension[];

export type DimensionName = (typeof dimensions)[number]['name'];

/** The keys of a record by dimension; a dimension in which it has none is absent. */
export type Keys = Partial<Record<DimensionName, readonly string[]>>;

export function keysOf(record: LedgerRecord): Keys {
  const keys: Keys = {};
  for (const { name, keysOf } of dimensions) {
    const some = keysOf(record);
    if (some.length > 0) keys[name] = some.length === 1 ? some : onePerSpelling(some);
  }
  return keys;
}

/** An object with a member for each dimension. */
export const forEachDimension = <N extends string, V>(
  nameOf: (dimension: DimensionName) => N,
  memberOf: (dimension: DimensionName) => V,
): Record<N, V> =>
  // N are the names of all dimensions.
  Object.fromEntries(dimensions.map(({ name }) => [nameOf(name), memberOf(name)])) as Record<N, V>;

/** What answers call the counts by the keys of a dimension: byPillar. */
export type ByName = `by${Capitalize<DimensionName>}`;

export const byName = (dimension: DimensionName): ByName =>
  // What Capitalize does to the type, this does to the text.
  `by${dimension.slice(0, 1).toUpperCase()}${dimension.slice(1)}` as ByName;

function countriesIn(data: LedgerRecord['data']): string[] {
  const countries: string[] = [];
  if ('parties' in data)
    for (const { country } of data.parties ?? []) if (country !== undefined) countries.push(country);
  return countries;
}

/** The first of those that are the same when folded. */
function onePerSpelling(keys: string[]): string[] {
  const known = new Set<string>();
  return keys.filter((key) => known.size < known.add(folded(key)).size);
}

function textOf(record: LedgerRecord, member: 'pillar' | 'zone' | 'sector' | 'instrument'): string[] {
  const text = isMilestone(record) ? record.data[member] : undefined;
  return text === undefined ? [] : [text];
}
