import { createHash } from 'node:crypto';

/** Longer lines stand as their hash, so that every engine can keep them in the key of a table. */
const lineMax = 100;

/** A line of facets as a token. No run of characters begins with a line break. */
export const lineToken = (line: string): string =>
  `\n${line.length <= lineMax ? line : createHash('sha256').update(line).digest('hex')}`;

/** The runs of one to three characters in words (src/shapes/facets.ts), each at least once. No run goes across lines. */
export function* runsIn(words: string): Generator<string> {
  let [before, last] = ['', ''];
  for (const character of words) {
    if (character === '\n') {
      [before, last] = ['', ''];
      continue;
    }
    yield character;
    if (last !== '') yield last + character;
    if (before !== '') yield before + last + character;
    [before, last] = [last, character];
  }
}

/** The longest run that is a token. */
const runMax = 3;
/** A word that has more runs is chosen by as many of them, spread over it: they leave few records that lack the others. */
const runsMax = 16;

/** Tokens that every text has which contains a word. `isExact`: every text that has them contains the word. */
export function runsOfWord(word: string): { tokens: string[]; isExact: boolean } {
  const characters = [...word];
  if (characters.length <= runMax) return { tokens: [word], isExact: true };
  const runs = characters.slice(runMax - 1).map((_, i) => characters.slice(i, i + runMax).join(''));
  const step = Math.max(1, runs.length / runsMax);
  const tokens = Array.from(
    { length: Math.min(runs.length, runsMax) },
    (_, i) => runs[Math.floor(i * step)] ?? '',
  );
  return { tokens: [...new Set(tokens)], isExact: false };
}
