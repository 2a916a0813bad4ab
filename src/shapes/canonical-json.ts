export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The value has no canonical form. */
export class CanonicalJsonError extends Error {
  override name = 'CanonicalJsonError';
}

/** Arrays and objects may be nested this deep. A cycle exceeds it. */
export const canonicalDepthMax = 64;

/**
 * The canonical text of a JSON value by RFC 8785 (JCS); its UTF-8 bytes are what gets hashed. As in JSON.stringify,
 * members that are undefined or keyed by symbols are left out. Everything else that JSON cannot hold is refused, never
 * converted: a value that was changed on its way into a hash could not be verified by anyone who holds the original.
 *
 * @throws CanonicalJsonError
 */
export function canonicalJson(value: unknown): string {
  const ordered = inOrder(value, 0);
  const text = ordered === undefined ? undefined : JSON.stringify(ordered);
  // JSON.stringify escapes only lone surrogates as \\ud. For a text that merely looks like it, the slow way gives the same.
  return text === undefined || text.includes('\\ud') ? write(value, 0) : text;
}

/** Whether a text is the canonical one of a value that was parsed from it. */
export const isCanonical = (text: string, value: unknown): boolean => canonicalJson(value) === text;

/**
 * Gives the value with the keys of its objects in order, or the same value if they are. JSON.stringify then makes the canonical
 * text in half the time of `write`. undefined: only `write` can make the text, or refuse the value.
 */
function inOrder(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : undefined;
    case 'object':
      if (value === null) return null;
      if (depth === canonicalDepthMax) return undefined;
      return Array.isArray(value) ? itemsInOrder(value, depth + 1) : membersInOrder(value, depth + 1);
    default:
      return undefined;
  }
}

function itemsInOrder(items: unknown[], depth: number): unknown[] | undefined {
  let ordered: unknown[] | undefined;
  for (let index = 0; index < items.length; index++) {
    const item = inOrder(items[index], depth);
    if (item === undefined) return undefined;
    if (item !== items[index]) ordered ??= items.slice(0, index);
    ordered?.push(item);
  }
  return ordered ?? items;
}

function membersInOrder(object: object, depth: number): object | undefined {
  if (!isPlain(object)) return undefined;
  const keys = Object.keys(object);
  let ordered: Record<string, unknown> | undefined;
  if (!isSorted(keys)) {
    // A copy would put keys that are numbers first, and take __proto__ for its prototype.
    if (keys.some((key) => key < ':' || key === '__proto__')) return undefined;
    sortKeys(keys);
    ordered = {};
  }
  for (const key of keys) {
    const member = object[key];
    if (member === undefined) continue;
    const item = inOrder(member, depth);
    if (item === undefined) return undefined;
    if (item !== member) ordered ??= { ...object };
    if (ordered) ordered[key] = item;
  }
  return ordered ?? object;
}

function isSorted(keys: string[]): boolean {
  for (let index = 1; index < keys.length; index++)
    if ((keys[index - 1] as string) > (keys[index] as string)) return false; // Inside the bounds.
  return true;
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return writeString(value);
    case 'number':
      // RFC 8785 section 3.2.2.3 is ECMAScript's own Number::toString, by which -0 is written 0.
      if (!Number.isFinite(value)) throw new CanonicalJsonError(`${value} is not a JSON number`);
      return `${value}`;
    case 'boolean':
      return `${value}`;
    case 'object':
      if (value === null) return 'null';
      if (depth === canonicalDepthMax)
        throw new CanonicalJsonError(`more than ${canonicalDepthMax} levels, or a cycle`);
      // Array.from gives the holes of a sparse array (as undefined), which are refused.
      if (Array.isArray(value)) return `[${Array.from(value, (item) => write(item, depth + 1)).join(',')}]`;
      return `{${writeMembers(value, depth + 1).join(',')}}`;
    default:
      throw new CanonicalJsonError(`a value of type ${typeof value} is not JSON`);
  }
}

function writeMembers(object: object, depth: number): string[] {
  if (!isPlain(object)) throw new CanonicalJsonError('an object that is not plain is not JSON');
  return sortKeys(Object.keys(object)).flatMap((key) =>
    object[key] === undefined ? [] : `${writeString(key)}:${write(object[key], depth)}`,
  );
}

/** JSON.stringify escapes as RFC 8785 section 3.2.2.2 does, except that it takes lone surrogates, which JCS refuses. */
function writeString(text: string): string {
  if (!text.isWellFormed()) throw new CanonicalJsonError('text with a lone surrogate is not Unicode');
  return JSON.stringify(text);
}

/** Only own enumerable keys of such an object are read. */
function isPlain(object: object): object is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null;
}

/**
 * By UTF-16 code units (RFC 8785 section 3.2.3), as `<` and the default sort() compare. Few keys are sorted by
 * insertion, which measured faster than sort(); the bound keeps large objects from taking quadratic time.
 */
export function sortKeys(keys: string[]): string[] {
  if (keys.length > 32) return keys.sort();
  for (let index = 1; index < keys.length; index++) {
    const key = keys[index] as string; // Inside the bounds.
    let place = index;
    for (; place > 0 && (keys[place - 1] as string) > key; place--) keys[place] = keys[place - 1] as string;
    keys[place] = key;
  }
  return keys;
}
