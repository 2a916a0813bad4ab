/**
 * Whether two different words look like one word mistyped: one letter or two are missing, added, replaced or changed places; in a
 * word of up to five letters only one. Words that differ in digits only are two words, such as `stations-2023` and `stations-2024`.
 */
export function isCloseTo(a: string, b: string): boolean {
  const max = Math.max(a.length, b.length) > 5 ? 2 : 1;
  if (Math.abs(a.length - b.length) > max || withoutDigits(a) === withoutDigits(b)) return false;
  return distance(a, b) <= max;
}

const withoutDigits = (word: string): string => word.replaceAll(/[0-9]/g, '');

/** Optimal string alignment: insertions, deletions, replacements, and neighbours that changed places. */
function distance(a: string, b: string): number {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const steps = [
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      ];
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        steps.push((before[j - 2] ?? 0) + 1);
      row.push(Math.min(...steps));
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
