import { createHash } from 'node:crypto';

/** Longer lines stand as their hash, so that every engine can keep them in the key of a table. */
const lineMax = 100;

/** A line of facets as a token. No run of characters begins with a line break. */
export const lineToken = (line: string): string =>
  `\n${line.length <= lineMax ? line : createHash('sha256').update(line).digest('hex')}`;

/** A run of characters: the places whose words have it, and the runs that are longer by one character. */
interface Run {
  places: number[];
  longer: Map<number, Run> | undefined;
}

/** The runs of one to three characters in the words (src/shapes/facets.ts) of places. No run goes across lines. */
export class Runs {
  readonly #none: Run = { places: [], longer: undefined };

  /** Places are added in their order. */
  add(words: string, place: number): void {
    let one: Run | undefined;
    let two: Run | undefined;
    for (let i = 0; i < words.length; i++) {
      const character = words.codePointAt(i) ?? 0;
      if (character > 0xffff) i++;
      if (character === lineBreak) {
        [one, two] = [undefined, undefined];
        continue;
      }
      if (two) withPlace(two, character, place);
      two = one && withPlace(one, character, place);
      one = withPlace(this.#none, character, place);
    }
  }

  /** Each with its places. */
  [Symbol.iterator](): Iterator<[token: string, places: number[]]> {
    return within(this.#none, '');
  }
}

const lineBreak = 0x0a;

/** The run with one more character, which a place has. */
function withPlace(run: Run, character: number, place: number): Run {
  run.longer ??= new Map();
  const known = run.longer.get(character);
  if (known === undefined) {
    const made = { places: [place], longer: undefined };
    run.longer.set(character, made);
    return made;
  }
  if (known.places.at(-1) !== place) known.places.push(place);
  return known;
}

function* within({ longer = new Map() }: Run, token: string): Generator<[string, number[]]> {
  for (const [character, run] of longer) {
    const more = token + String.fromCodePoint(character);
    yield [more, run.places];
    yield* within(run, more);
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
