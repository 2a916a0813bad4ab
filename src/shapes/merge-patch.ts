import type { Json } from './canonical-json.ts';

/**
 * A member or an item of a list set, replaced or removed; `path` is a JSON Pointer (RFC 6901), absent from or to means absent. An item
 * without `from` comes before the one at its path.
 */
export type FieldChange = { path: string; from?: Json; to?: Json };

type JsonObject = { [key: string]: Json };

/**
 * Applies a JSON Merge Patch (RFC 7396, section 2). Nothing is mutated; the result may share parts with both inputs.
 * Nulls of the patch remove members, at any depth, except that those inside arrays are kept, as the RFC says: who must
 * not store nulls checks the result against a schema.
 */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  // A map and fromEntries define own members only, so `__proto__` is a key like any other.
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/**
 * Gives the changes that turn `before` into `after`: member by member if both are objects, otherwise whole values, arrays too unless
 * `byItem`. Keys are in the order of their code units, so the same two values always give the same changes. `path` points at the
 * values.
 */
export function diff(
  before: Json | undefined,
  after: Json | undefined,
  path = '',
  byItem = false,
): FieldChange[] {
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) =>
      diff(member(before, key), member(after, key), path + pointerOf([key]), byItem),
    );
  }
  if (jsonEqual(before, after)) return [];
  if (byItem && Array.isArray(before) && Array.isArray(after)) return itemChanges(before, after, path);
  return [changeAt(path, before, after)];
}

/**
 * Changes of the items between those that both lists begin and end with: replaced in place, then the rest removed from the last to
 * the first, or added from the first to the last, so that each path holds where the change is applied.
 */
function itemChanges(before: Json[], after: Json[], path: string): FieldChange[] {
  const shorter = Math.min(before.length, after.length);
  let first = 0;
  while (first < shorter && jsonEqual(before[first], after[first])) first++;
  let last = 0;
  while (last < shorter - first && jsonEqual(before.at(-1 - last), after.at(-1 - last))) last++;
  const [removed, added] = [
    before.slice(first, before.length - last),
    after.slice(first, after.length - last),
  ];
  const changes: FieldChange[] = [];
  for (const [i, from] of removed.entries())
    if (i < added.length && !jsonEqual(from, added[i]))
      changes.push(changeAt(`${path}/${first + i}`, from, added[i]));
  for (let i = removed.length - 1; i >= added.length; i--)
    changes.push(changeAt(`${path}/${first + i}`, removed[i], undefined));
  for (let i = removed.length; i < added.length; i++)
    changes.push(changeAt(`${path}/${first + i}`, undefined, added[i]));
  return changes;
}

const changeAt = (path: string, from: Json | undefined, to: Json | undefined): FieldChange => ({
  path,
  ...(from !== undefined && { from }),
  ...(to !== undefined && { to }),
});

/**
 * Applies changes: `applyChanges(a, diff(a, b))` equals b. Nothing is mutated. `from` is for readers and not
 * compared. An object that loses its last member stays, empty.
 *
 * @throws Error if a change doesn't fit: its parent is missing or holds no such place, or what it removes isn't there
 */
export function applyChanges(value: Json, changes: FieldChange[]): Json {
  return changes.reduce((result, change) => {
    const changed = applyAt(result, segmentsOf(change.path), change);
    if (changed === undefined) throw new Error('a change may not remove the whole value');
    return changed;
  }, value);
}

/** The JSON Pointer (RFC 6901, section 3) with these segments; '' points at the whole. */
export function pointerOf(segments: (string | number)[]): string {
  return segments
    .map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

/** Whether two values are the same JSON; the order of keys doesn't matter. */
export function jsonEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => jsonEqual(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && jsonEqual(a[key], b[key]))
  );
}

/** Descends to the parent of the last segment and gives back changed copies of the objects on the way. */
function applyAt(value: Json, [key, ...rest]: string[], change: FieldChange): Json | undefined {
  if (key === undefined) return change.to;
  if (Array.isArray(value)) return applyToItem(value, key, rest, change);
  if (!isObject(value)) throw new Error(`${change.path}: a parent is not an object`);
  const before = member(value, key);
  if (before === undefined && (rest.length > 0 || change.to === undefined)) {
    throw new Error(`${change.path}: ${JSON.stringify(key)} is missing`);
  }
  const members = new Map(Object.entries(value));
  const after = rest.length > 0 && before !== undefined ? applyAt(before, rest, change) : change.to;
  if (after === undefined) members.delete(key);
  else members.set(key, after);
  return Object.fromEntries(members);
}

function applyToItem(value: Json[], key: string, rest: string[], change: FieldChange): Json[] {
  const index = /^(0|[1-9][0-9]*)$/.test(key) ? Number(key) : Number.NaN;
  const isAdded = rest.length === 0 && change.from === undefined;
  if (!(index < value.length + (isAdded ? 1 : 0))) throw new Error(`${change.path}: ${key} is no item`);
  if (isAdded) return value.toSpliced(index, 0, ...(change.to === undefined ? [] : [change.to]));
  const after = rest.length > 0 ? applyAt(value[index] ?? null, rest, change) : change.to;
  return after === undefined ? value.toSpliced(index, 1) : value.with(index, after);
}

/** The segments of a JSON Pointer. */
export function segmentsOf(pointer: string): string[] {
  const [start, ...segments] = pointer.split('/');
  if (start !== '') throw new Error(`${JSON.stringify(pointer)} is not a JSON Pointer`);
  // ~1 first: ~01 stands for ~1 (RFC 6901, section 4).
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own member only: `constructor` and `__proto__` are there if the JSON had them. */
function member(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
