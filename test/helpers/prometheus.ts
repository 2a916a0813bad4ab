/** What a scrape says, by the text format of Prometheus (version 0.0.4). */
export interface Scrape {
  /** By metric. */
  types: Map<string, string>;
  /** By series, as it is written: `name{label="value"}`. */
  series: Map<string, number>;
}

const name = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const labels = '(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*",?)*';
const sample = new RegExp(`^(${name})(?:\\{(${labels})\\})? (\\S+)$`);

/** Throws where a line is not of the format, a series comes twice, or a sample is of no metric that was declared. */
export function scraped(text: string): Scrape {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const types = new Map<string, string>();
  const series = new Map<string, number>();
  const helps = new Set<string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, help] = /^# HELP (\S+) ./.exec(line) ?? [];
    const [, typed, type] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line) ?? [];
    if (help !== undefined) {
      if (helps.has(help)) throw new Error(`twice: ${line}`);
      helps.add(help);
    } else if (typed !== undefined && type !== undefined) types.set(typed, type);
    else {
      const [, metric, , value] = sample.exec(line) ?? [];
      if (metric === undefined) throw new Error(`no line of the format: ${line}`);
      const of = types.has(metric) ? metric : metric.replace(/_(bucket|sum|count)$/, '');
      if (!types.has(of)) throw new Error(`of no metric: ${line}`);
      const key = line.slice(0, line.lastIndexOf(' '));
      if (series.has(key)) throw new Error(`twice: ${line}`);
      const number = Number(value);
      if (Number.isNaN(number)) throw new Error(`no number: ${line}`);
      series.set(key, number);
    }
  }
  return { types, series };
}
