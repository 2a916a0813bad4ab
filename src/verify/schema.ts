import { aroundDifference } from '../shapes/shown.ts';

/** The objects of a database, by what they are called in words: the definition of each, in one form. */
export type Objects = ReadonlyMap<string, string>;

/**
 * What the database is made of, against what the migrations make: tables and columns, constraints and indexes, and the
 * triggers that guard the log. What is right for its rows may do something else with the next.
 */
export function schemaDifferences(present: Objects, made: Objects): string[] {
  const differing = [...made].flatMap(([name, definition]) => {
    const found = present.get(name);
    if (found === undefined) return `${name} is missing.`;
    if (found === definition) return [];
    const [is, must] = aroundDifference(found, definition);
    return `${name} is ${is}; the migrations make it ${must}.`;
  });
  const extra = [...present.keys()].filter((name) => !made.has(name));
  return [...differing, ...extra.map((name) => `${name} is there, and no migration makes it.`)];
}
