/**
 * A URL in its usual form (WHATWG URL): scheme and host in lower case, backslashes as slashes, no standard port, other
 * characters percent-encoded, and escapes as RFC 3986 (6.2.2) has them: in upper case, none where none is needed. Path and query keep
 * their case, because another case may name another document. undefined if the text is no URL.
 */
export const usualUrl = (text: string): string | undefined =>
  isUsual.test(text) ? text : URL.parse(text)?.href.replace(/%[0-9a-f]{2}/gi, usualEscape);

function usualEscape(escaped: string): string {
  const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
  return /[\w.~-]/.test(character) ? character : escaped.toUpperCase();
}

/**
 * Most URLs are in this form: a name that is neither a number nor Punycode, a path without dot segments, and nothing that has
 * or needs an escape. To parse one takes ten times as long, and each record that is made has some.
 */
const isUsual =
  /^https?:\/\/(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}(?:\/(?:[\w~!$&()*+,;=:@-][\w.~!$&()*+,;=:@-]*)?)+(?:\?[\w.~!$&()*+,;=:@/?-]*)?$/;
