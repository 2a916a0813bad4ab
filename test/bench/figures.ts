/** Of sorted values; 0 where there are none. */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

export const median = (values: readonly number[]): number =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );

export const whole = (value: number): string => Math.round(value).toLocaleString('en');
export const fixed = (value: number, digits = 2): string => value.toFixed(digits);
export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** The ratio of two series measured in turns: of their medians, and the range of the rounds' own ratios. */
export function ratioOf(of: readonly number[], to: readonly number[]): { ratio: number; range: string } {
  const each = of.map((value, round) => value / (to[round] ?? Number.NaN));
  return {
    ratio: median(of) / median(to),
    range: `${fixed(Math.min(...each))}..${fixed(Math.max(...each))}`,
  };
}

/** Beside a ratio: what it should be at least, and whether it is. */
export const verdict = (ratio: number, target: number): string =>
  `>= ${target}: ${ratio >= target ? 'met' : 'below target'}`;

/** Beside a ratio: what it should be at most, and whether it is. */
export const atMost = (ratio: number, target: number): string =>
  `<= ${target}: ${ratio <= target ? 'met' : 'above target'}`;

/** Text columns to the left, figures to the right. */
export function printTable(head: string[], rows: string[][], textColumns = 0): void {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]?.length ?? 0)));
  const line = (row: string[]): string =>
    row
      .map((cell, i) => (i < textColumns ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ');
  console.log(`\n${line(head).trimEnd()}\n${widths.map((width) => '-'.repeat(width)).join('  ')}`);
  for (const row of rows) console.log(line(row).trimEnd());
}
