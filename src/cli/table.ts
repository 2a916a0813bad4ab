/** Rows of text in columns two spaces apart. Columns of numbers align right. */
export function table(head: string[], rows: (string | number)[][]): string[] {
  const lines = [head, ...rows.map((row) => row.map(String))];
  const columns = head.map((_, i) => lines.map((line) => line[i] ?? ''));
  const widths = columns.map((cells) => Math.max(...cells.map(widthOf)));
  const right = columns.map((cells) => cells.slice(1).every((cell) => /^[-+≥≤<>~]?\d*$/.test(cell)));
  return lines.map((line) =>
    line
      .map((cell, i) => {
        const blank = ' '.repeat((widths[i] ?? 0) - widthOf(cell));
        return right[i] ? blank + cell : cell + blank;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Text cut to so many columns. */
export function shortened(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let short = '';
  for (const char of text) {
    if (widthOf(short + char) > width - 1) break;
    short += char;
  }
  return `${short.trimEnd()}…`;
}

/** Columns on a terminal: Chinese characters take two. */
const widthOf = (text: string): number =>
  Array.from(text).reduce((sum, char) => sum + (wide.test(char) ? 2 : 1), 0);
const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/;
