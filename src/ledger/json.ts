import { isUtf8 } from 'node:buffer';
import { type ProblemPart, Refusal } from '../errors.ts';

export const nestingMax = 32;

/**
 * JSON (RFC 8259) from bytes, or a Refusal `malformed-json`. Stricter than JSON.parse: UTF-8 only (a leading byte
 * order mark is skipped, as the RFC allows), bounded nesting, no lone surrogates, no NUL, which PostgreSQL cannot
 * store, and no keys that could reach a prototype. what: the bytes, in the words of a refusal.
 */
export function parseJson(bytes: Buffer, what = 'The body'): unknown {
  const content = hasByteOrderMark(bytes) ? bytes.subarray(3) : bytes;
  if (content.length === 0) throw new Refusal('malformed-json', `${what} is empty.`);
  if (!isUtf8(content)) throw new Refusal('malformed-json', `${what} is not valid UTF-8.`);
  const text = content.toString('utf8');
  let value: unknown;
  try {
    // V8 parses without recursion: depth cannot overflow the stack here, and is bounded before anything else looks.
    value = JSON.parse(text);
  } catch (error) {
    throw new Refusal('malformed-json', (error as SyntaxError).message);
  }
  // Valid UTF-8 holds no surrogates and valid JSON no bare NUL: either needs an escape. Few bodies have one.
  const part = hostilePart(value, text.includes('\\u'), nestingMax);
  if (part !== undefined) throw new Refusal('malformed-json', part.detail, { errors: [part] });
  return value;
}

/** What no JSON from outside may hold, however it was read: see parseJson. */
export const jsonFault = (value: unknown): ProblemPart | undefined => hostilePart(value, true, nestingMax);

function hasByteOrderMark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/** The first part of the value that is not to be taken. Its pointer grows on the way back, so a good body is cheap. */
function hostilePart(value: unknown, withText: boolean, levelsLeft: number): ProblemPart | undefined {
  if (typeof value === 'string') return withText ? hostileText(value) : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  if (levelsLeft === 0)
    return { pointer: '', detail: `The body is nested more than ${nestingMax} levels deep.` };
  // Arrays and objects are told apart for speed only.
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const part = hostilePart(value[i], withText, levelsLeft - 1);
      if (part !== undefined) return inside(i, part);
    }
    return undefined;
  }
  for (const key in value) {
    const child = (value as Record<string, unknown>)[key];
    const part = hostileKey(key, child, withText) ?? hostilePart(child, withText, levelsLeft - 1);
    if (part !== undefined) return inside(key, part);
  }
  return undefined;
}

function hostileKey(key: string, child: unknown, withText: boolean): ProblemPart | undefined {
  if (key === '__proto__' || (key === 'constructor' && hasPrototype(child))) {
    return { pointer: '', detail: `The key "${key}" is not allowed.` };
  }
  return withText ? hostileText(key) : undefined;
}

function hasPrototype(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
}

function hostileText(text: string): ProblemPart | undefined {
  if (text.includes('\0')) return { pointer: '', detail: 'Text may not hold the character NUL.' };
  if (!text.isWellFormed()) return { pointer: '', detail: 'Text may not hold half of a surrogate pair.' };
  return undefined;
}

function inside(key: string | number, { pointer, detail }: ProblemPart): ProblemPart {
  return { pointer: `/${escapeToken(String(key))}${pointer}`, detail };
}

/** One reference token of a JSON Pointer (RFC 6901, section 3). */
export function escapeToken(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}
