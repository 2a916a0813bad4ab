/** A value for a report, shortened. */
export function shown(value: unknown): string {
  const text = value === null || value === undefined ? 'empty' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** Two values for a report, from shortly before their first difference. */
export function aroundDifference(is: unknown, must: unknown): [is: string, must: string] {
  if (typeof is !== 'string' || typeof must !== 'string') return [shown(is), shown(must)];
  let same = 0;
  while (same < is.length && is[same] === must[same]) same += 1;
  if (same < 20) return [shown(is), shown(must)];
  const from = (text: string): string => shown(`…${text.slice(same - 10, same + 40)}`);
  return [from(is), from(must)];
}
