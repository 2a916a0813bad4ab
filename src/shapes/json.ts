import { isUtf8 } from 'node:buffer';
import { type ProblemPart, Refusal } from '../errors.ts';
import { standardLimits } from './limits.ts';
import { pointerOf } from './merge-patch.ts';

/** V8 makes a new table for each different key, so different keys cost a hundred times as much as equal ones. */
const differentKeysMax = 1_000;
const valuesMax = 100_000;

/**
 * Parses JSON (RFC 8259). Throws Refusal `malformed-json`. It is stricter than JSON.parse: UTF-8 only (a leading byte order mark is
 * skipped, as the RFC allows), bounded nesting, no lone surrogates, no NUL, which PostgreSQL can't store, no key twice in an
 * object, and no key that could reach a prototype. what: a name of the bytes for the message.
 */
export function parseJson(bytes: Buffer, what = 'The body', levels = standardLimits.levels): unknown {
  const content = hasByteOrderMark(bytes) ? bytes.subarray(3) : bytes;
  if (content.length === 0) throw new Refusal('malformed-json', `${what} is empty.`);
  if (!isUtf8(content)) throw new Refusal('malformed-json', `${what} is not valid UTF-8.`);
  return parseJsonText(content.toString('utf8'), what, levels);
}

/** Parses text without lone surrogates in the same way. */
export function parseJsonText(text: string, what = 'The body', levels = standardLimits.levels): unknown {
  const keys = keysIn(text, what);
  let value: unknown;
  try {
    // V8 parses without recursion, so depth can't overflow the stack here. Nesting is bounded before anything else reads the value.
    value = JSON.parse(text);
  } catch (error) {
    throw new Refusal('malformed-json', (error as SyntaxError).message);
  }
  const walk = { members: 0, levels, withText: text.includes('\\u') };
  // Valid UTF-8 has no surrogates and valid JSON no bare NUL, so either needs an escape. Few bodies have one.
  const part = hostilePart(value, walk) ?? (keys > walk.members ? repeatedKey(text) : undefined);
  if (part !== undefined) throw new Refusal('malformed-json', part.detail, { errors: [part] });
  return value;
}

/** The first part that parseJson would refuse, of a value that was read in another way. */
export const jsonFault = (value: unknown): ProblemPart | undefined =>
  hostilePart(value, { members: 0, levels: standardLimits.levels, withText: true });

function hasByteOrderMark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

const [quote, colon, comma, backslash] = [0x22, 0x3a, 0x2c, 0x5c];

/** Counts the keys in JSON by their colons. Throws a Refusal if parsing would take long. */
function keysIn(text: string, what: string): number {
  let [keys, commas] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) i = endOfString(text, i);
    else if (code === colon) keys += 1;
    else if (code === comma) commas += 1;
  }
  if (commas >= valuesMax) throw new Refusal('malformed-json', `${what} has more than ${valuesMax} values.`);
  if (keys > differentKeysMax && !areFew(text))
    throw new Refusal('malformed-json', `${what} has more than ${differentKeysMax} different keys.`);
  return keys;
}

/** The place of the quotation mark that ends a string, or the end of the text if none does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}

/** Whether the text has few enough different keys. */
function areFew(text: string): boolean {
  const different = new Set<string>();
  let key = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) {
      const end = endOfString(text, i);
      key = text.slice(i, end);
      i = end;
    } else if (code === colon && different.add(key).size > differentKeysMax) return false;
  }
  return true;
}

/** The first key of valid JSON that stands twice in its object. */
function repeatedKey(text: string): ProblemPart | undefined {
  /** The objects and arrays around the place: the keys of an object so far, and the token that leads further in. */
  const around: { keys: Set<string> | undefined; token: string | number }[] = [];
  let string = '';
  for (let i = 0; i < text.length; i++) {
    const [character, inside] = [text[i], around.at(-1)];
    if (character === '"') {
      const end = endOfString(text, i);
      string = text.slice(i, end + 1);
      i = end;
    } else if (character === '{') around.push({ keys: new Set(), token: '' });
    else if (character === '[') around.push({ keys: undefined, token: 0 });
    else if (character === '}' || character === ']') around.pop();
    else if (character === ',' && typeof inside?.token === 'number') inside.token += 1;
    else if (character === ':' && inside?.keys) {
      const key = JSON.parse(string) as string; // A string of valid JSON.
      inside.token = key;
      if (inside.keys.has(key)) {
        const pointer = pointerOf(around.map(({ token }) => token));
        return { pointer, detail: `The key ${JSON.stringify(key)} stands twice in one object.` };
      }
      inside.keys.add(key);
    }
  }
  return undefined;
}

/** members: the number of members that were visited. levels: at most. withText: whether texts are checked too. */
interface Walk {
  members: number;
  levels: number;
  withText: boolean;
}

/** The first part of the value that must be refused. Its pointer is built on the way back, so a good body is cheap. */
function hostilePart(value: unknown, walk: Walk, levelsLeft = walk.levels): ProblemPart | undefined {
  if (typeof value === 'string') return walk.withText ? hostileText(value) : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  if (levelsLeft === 0)
    return { pointer: '', detail: `The body is nested more than ${walk.levels} levels deep.` };
  // Arrays are handled apart for speed only.
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const part = hostilePart(value[i], walk, levelsLeft - 1);
      if (part !== undefined) return inside(i, part);
    }
    return undefined;
  }
  for (const key in value) {
    const child = (value as Record<string, unknown>)[key];
    walk.members += 1;
    const part = hostileKey(key, child, walk.withText) ?? hostilePart(child, walk, levelsLeft - 1);
    if (part !== undefined) return inside(key, part);
  }
  return undefined;
}

function hostileKey(key: string, child: unknown, withText: boolean): ProblemPart | undefined {
  const hasPrototype = () => typeof child === 'object' && child !== null && Object.hasOwn(child, 'prototype');
  if (key === '__proto__' || (key === 'constructor' && hasPrototype()))
    return { pointer: '', detail: `The key "${key}" is not allowed.` };
  return withText ? hostileText(key) : undefined;
}

function hostileText(text: string): ProblemPart | undefined {
  if (text.includes('\0')) return { pointer: '', detail: 'Text may not hold the character NUL.' };
  if (!text.isWellFormed()) return { pointer: '', detail: 'Text may not hold half of a surrogate pair.' };
  return undefined;
}

function inside(key: string | number, { pointer, detail }: ProblemPart): ProblemPart {
  return { pointer: pointerOf([key]) + pointer, detail };
}
