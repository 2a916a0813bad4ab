import type { Json } from './canonical-json.ts';

/** A member set, replaced or removed; `path` is a JSON Pointer (RFC 6901), absent from or to means absent. */
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
 * Gives the changes that turn `before` into `after`: member by member if both are objects, otherwise whole values, arrays too. Keys
 * are in the order of their code units, so the same two values always give the same changes. `path` points at the values.
 */
export function diff(before: Json | undefined, after: Json | undefined, path = ''): FieldChange[] {
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) => diff(member(before, key), member(after, key), path + pointerOf([key])));
  }
  if (jsonEqual(before, after)) return [];
  return [{ path, ...(before !== undefined && { from: before }), ...(after !== undefined && { to: after }) }];
}

/**
 * Applies changes: `applyChanges(a, diff(a, b))` equals b. Nothing is mutated. `from` is for readers and not
 * compared. An object that loses its last member stays, empty.
 *
 * @throws Error if a change doesn't fit: its parent is missing or no object, or what it removes isn't there
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
