import { folded } from '../../shapes/folded.ts';
import { isVisible } from '../../shapes/visible.ts';
import { DateReader } from '../dates.ts';
import type { Header } from '../header.ts';

/** A column of a table that is being looked at. */
export interface Column {
  /** How a mapping names it: its header, or its place where it has none or shares it. */
  name: string;
  /** Its header as it is compared. */
  header: string;
  place: number;
  /** Each text in it, and how often. */
  values: Map<string, number>;
  /** Rows in which it has a text. */
  filled: number;
  /** Rows in all. */
  rows: number;
  dates: DateGuess | undefined;
}

/** The formats in which the dates of a column are written. */
export interface DateGuess {
  formats: string[];
  /** A text that two of the formats read differently, and what they make of it. */
  unclear: string | undefined;
  /** Texts that no format reads, the most frequent first. */
  others: string[];
  hasTwoDigitYears: boolean;
}

export function columnsOf(header: Header, rows: string[][], from1904: boolean): Column[] {
  return header.texts.map((text, place) => {
    const values = new Map<string, number>();
    let filled = 0;
    for (const cells of rows) {
      const value = cells[place] ?? '';
      if (!isVisible(value)) continue;
      filled += 1;
      values.set(value, (values.get(value) ?? 0) + 1);
    }
    const isOwn = text !== '' && header.texts.indexOf(text) === header.texts.lastIndexOf(text);
    const base = {
      name: isOwn ? text : `#${place + 1}`,
      header: folded(text),
      place,
      values,
      filled,
      rows: rows.length,
    };
    return { ...base, dates: datesOf(values, from1904) };
  });
}

/** Words by which people say that there is nothing. */
export const emptyWords = new Set(
  [
    'n/a',
    'na',
    '#n/a',
    'n.a.',
    '-',
    '–',
    '—',
    '?',
    'none',
    'nil',
    'null',
    'unknown',
    'unbekannt',
    'k.a.',
    'k. a.',
    'keine',
    'tbd',
  ].map(folded),
);
/** And that there is no end. */
export const endlessWords = new Set(
  [
    'unlimited',
    'auto renew',
    'auto-renew',
    'automatic',
    'indefinite',
    'open',
    'open-ended',
    'permanent',
    'unbefristet',
    'unbegrenzt',
    'perpetual',
  ].map(folded),
);

/** Formats that are tried. Two with the same signs in another order are rivals. */
const candidates = [
  'dd/mm/yyyy',
  'mm/dd/yyyy',
  'dd.mm.yyyy',
  'mm.dd.yyyy',
  'dd-mm-yyyy',
  'mm-dd-yyyy',
  'yyyy/mm/dd',
  'yyyy.mm.dd',
  'd mmm yyyy',
  'd-mmm-yyyy',
  'd. mmm yyyy',
  'mmm d, yyyy',
  'mmm d yyyy',
  'd-mmm-yy',
  'd mmm yy',
  'dd/mm/yy',
  'mm/dd/yy',
  'dd.mm.yy',
  'mm/yyyy',
  'mmm yyyy',
  'yyyy',
  'serial',
  'edtf',
];
/** Different texts of a column that are tried. */
const valuesMax = 2_000;
/** Two digits are read as the years from this one on, until somebody says otherwise. */
export const yearsFromGuess = 1950;

function datesOf(values: Map<string, number>, from1904: boolean): DateGuess | undefined {
  const texts = [...values]
    .filter(([text]) => !emptyWords.has(folded(text)) && !endlessWords.has(folded(text)))
    .slice(0, valuesMax);
  const total = texts.reduce((sum, [, count]) => sum + count, 0);
  if (texts.filter(([text]) => /\d/.test(text) && text.length < 30).length < texts.length / 2)
    return undefined;
  const isoDays = new DateReader([], undefined);
  let left = texts.filter(([text]) => !('date' in isoDays.read(text)));
  const formats: string[] = [];
  let unclear: string | undefined;
  const readers = candidates.map((name) => {
    const format = name === 'serial' && from1904 ? 'serial1904' : name;
    return { format, reader: new DateReader([format], yearsFromGuess) };
  });
  while (left.length > 0) {
    const fits = readers.map(({ format, reader }) => ({
      format,
      texts: left.filter(([text]) => isLikely(format, text) && 'date' in reader.read(text)),
    }));
    const weight = (one: { texts: [string, number][] }): number =>
      one.texts.reduce((sum, [, count]) => sum + count, 0);
    const best = fits.reduce((a, b) => (weight(b) > weight(a) ? b : a));
    if (best.texts.length === 0) break;
    formats.push(best.format);
    const rival = fits.find((one) => isRival(one.format, best.format) && weight(one) === weight(best));
    if (rival) {
      const both = new DateReader([best.format, rival.format], yearsFromGuess);
      unclear ??= best.texts.map(([text]) => text).find((text) => 'fault' in both.read(text));
      if (unclear !== undefined) formats.push(rival.format);
    }
    const read = new Set(best.texts);
    left = left.filter((one) => !read.has(one));
    // A rival that reads some of the others would make all of them unclear.
    for (const { format } of fits)
      if (isRival(format, best.format))
        readers.splice(
          readers.findIndex((one) => one.format === format),
          1,
        );
  }
  const unread = left.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0 || unread > total / 2) return undefined;
  return {
    formats,
    unclear,
    others: left.sort(([, m], [, n]) => n - m).map(([text]) => text),
    hasTwoDigitYears: formats.some((format) => /(^|[^y])yy$/.test(format)),
  };
}

/** Any number could be a year or a day; these are the likely ones. */
function isLikely(format: string, text: string): boolean {
  if (format === 'yyyy') return /^(1[0-9]|20)\d\d$/.test(text);
  if (format.startsWith('serial')) return /^[2-6]\d{4}$/.test(text);
  return format !== 'edtf' || text.length > 4;
}

const isRival = (a: string, b: string): boolean =>
  a !== b &&
  /^[dmy]{2}[/.-][dmy]{2}[/.-]y/.test(a) &&
  a[2] === b[2] &&
  a.slice(5) === b.slice(5) &&
  a.length === b.length;
