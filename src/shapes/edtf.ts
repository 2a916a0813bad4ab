/** The days that a date may mean, as YYYY-MM-DD, both inclusive. Only `[..b]` has no earliest. */
export type EdtfSpan = { earliest?: string; latest: string };

/** A span with both ends. Every form but `[..b]` has both. */
export type ClosedSpan = { earliest: string; latest: string };

/** Longer texts are refused unread. The longest valid one (`[2023-12-14..2023-12-15]`) has 24 characters. */
export const edtfLengthMax = 40;

/**
 * Reads a date of the ledger's subset of EDTF (ISO 8601-2:2019; Library of Congress, EDTF levels 0 to 2), years
 * 0001 to 9999:
 *
 * - `2023`, `2023-12`, `2023-12-14`, each with an optional suffix `?`, `~` or `%`;
 * - `a/b`, lasted from a to b, each side as above with a suffix of its own;
 * - `[a..b]` and `[..b]`, one unknown day in between, sides without suffix.
 *
 * The suffix says doubt; it doesn't widen. A span reaches from the first day of its start to the last day of its end,
 * so `2023/2023-05` and `2023-05/2023` are both fine, and each lies within the year. Undefined: not of these forms,
 * not in the calendar (2023-02-30), or reversed, which is when even the start's first day is after the end's last.
 */
export function parseEdtf(text: string): EdtfSpan | undefined {
  if (text.length > edtfLengthMax) return undefined;
  const known = spans.get(text);
  if (known) return known;
  const span = parsed(text);
  if (span) {
    if (spans.size === spansMax) spans.clear();
    spans.set(text, Object.freeze(span));
  }
  return span;
}

/** The last dates that were read: on its way into the log, each date of an event is read many times. */
const spans = new Map<string, EdtfSpan>();
const spansMax = 4_096;

function parsed(text: string): EdtfSpan | undefined {
  if (text.startsWith('[') && text.endsWith(']')) {
    const [start, end, ...more] = text.slice(1, -1).split('..');
    if (start === undefined || end === undefined || more.length > 0) return undefined;
    if (start !== '') return between(parsePlainDate(start), parsePlainDate(end));
    const latest = parsePlainDate(end)?.latest;
    return latest === undefined ? undefined : { latest };
  }

  const [start, end, ...more] = text.split('/');
  if (start === undefined || more.length > 0) return undefined;
  return end === undefined ? parseSuffixed(start) : between(parseSuffixed(start), parseSuffixed(end));
}

/** Reads `2023`, `2023-12` or `2023-12-14`, without suffix; undefined for anything else. */
export function parsePlainDate(text: string): ClosedSpan | undefined {
  const [, year, month, day] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(text) ?? [];
  if (year === undefined || year === '0000') return undefined;
  if (month === undefined) return { earliest: `${year}-01-01`, latest: `${year}-12-31` };
  const lastDay = daysInMonth(Number(year), Number(month));
  if (lastDay === undefined) return undefined;
  if (day === undefined) return { earliest: `${year}-${month}-01`, latest: `${year}-${month}-${lastDay}` };
  if (day === '00' || Number(day) > lastDay) return undefined;
  return { earliest: text, latest: text };
}

/**
 * Whether the dated thing certainly begins after the day: whether the earliest day of the span is after it. A month that has
 * begun is not; `[..b]` never is, because it may have begun at any time.
 */
export function beginsAfter(span: EdtfSpan, day: string): boolean {
  return span.earliest !== undefined && span.earliest > day;
}

/** The year (`2023`) in which the whole span lies; undefined if it may reach into two. */
export function yearOf(span: EdtfSpan): string | undefined {
  const year = span.latest.slice(0, 4);
  return span.earliest?.slice(0, 4) === year ? year : undefined;
}

/** The day so many days later, or earlier if negative. @throws RangeError outside of the years 0001 to 9999 */
export function addDays(day: string, days: number): string {
  // Parsed from text, because Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const date = new Date(`${day}T00:00:00.000Z`);
  date.setUTCDate(date.getUTCDate() + days);
  const text = date.toISOString().slice(0, 10); // Throws a RangeError itself if there is no such date.
  if (parsePlainDate(text) === undefined)
    throw new RangeError(`${day} + ${days} days leaves the years 0001 to 9999`);
  return text;
}

function parseSuffixed(text: string): ClosedSpan | undefined {
  return parsePlainDate(/[?~%]$/.test(text) ? text.slice(0, -1) : text);
}

function between(start: ClosedSpan | undefined, end: ClosedSpan | undefined): ClosedSpan | undefined {
  if (start === undefined || end === undefined) return undefined;
  // Years have four digits, so the order of the texts is that of the days.
  return start.earliest > end.latest ? undefined : { earliest: start.earliest, latest: end.latest };
}

function daysInMonth(year: number, month: number): number | undefined {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
}
