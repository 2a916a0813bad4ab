/**
 * JSON without what people leave in it: comments from `//` to the end of the line, and commas before a closing bracket. Blanks replace
 * them, so that places in the text stay as they are.
 */
export const withoutComments = (json: string): string =>
  json
    .replace(stringOrComment, (found) => (found.startsWith('/') ? ' '.repeat(found.length) : found))
    .replace(stringOrLastComma, (found) => (found === ',' ? ' ' : found));

/** A string that does not end is left to the parser of JSON. */
const stringOrComment = /"(?:[^"\\\r\n]|\\.)*"?|\/\/[^\r\n]*/g;
const stringOrLastComma = /"(?:[^"\\\r\n]|\\.)*"?|(?<=[^{[,\s]\s*),(?=\s*[}\]])/g;
