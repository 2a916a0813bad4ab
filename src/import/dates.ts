import { addDays, parseEdtf, parsePlainDate } from '../shapes/edtf.ts';

/** What a text means as a date: an EDTF date, or why none. */
export type DateReading = { date: string } | { fault: string };

type Part = 'd' | 'm' | 'mmm' | 'y' | 'yy';
interface Format {
  name: string;
  /** The date in EDTF; undefined if the text is not in this format, or not in the calendar. */
  read(text: string): string | undefined;
}

/**
 * Reads dates in one or several formats. A date of which two formats make different days is a fault. A whole ISO day is read in any
 * case, because sheets and programs write it and it has one meaning. A time of day behind the day is dropped.
 */
export class DateReader {
  readonly #formats: Format[];

  /** yearsFrom: the first of the hundred years that two digits may mean. The names are valid (`dateFormatFault`). */
  constructor(names: readonly string[], yearsFrom: number | undefined) {
    this.#formats = names.map((name) => ({ name, read: readerOf(name, yearsFrom ?? 0) }));
  }

  read(text: string): DateReading {
    const day = text.trim().replace(timeOfDay, '');
    if (isoDay.test(day) && parsePlainDate(day)) return { date: day };
    const readings = this.#formats.flatMap(({ name, read }) => {
      const date = read(day);
      return date === undefined ? [] : [{ name, date }];
    });
    const [first] = readings;
    if (!first)
      return { fault: `is not in the format ${this.#formats.map(({ name }) => name).join(' or ')}` };
    const other = readings.find(({ date }) => date !== first.date);
    if (!other) return { date: first.date };
    return {
      fault: `means ${first.date} in the format ${first.name} and ${other.date} in the format ${other.name}: which is it? Leave one of them in the mapping`,
    };
  }
}

/** What is wrong with the name of a format; undefined: nothing. */
export function dateFormatFault(name: string, yearsFrom: number | undefined): string | undefined {
  if (Object.hasOwn(wholes, name)) return undefined;
  const parts = partsOf(name);
  if (!parts)
    return 'is no date format: it is edtf, serial, serial1904, or made of d, dd, m, mm, mmm, mmmm, yy and yyyy, each of day, month and year once, with . / - , or a space between';
  if (parts.includes('yy') && yearsFrom === undefined)
    return 'has years of two digits: yearsFrom says which they are; with 1950 they are 1950 to 2049';
  return undefined;
}

const isoDay = /^\d{4}-\d\d-\d\d$/;
const timeOfDay = /(?<=\d)[T ]\d\d?:\d\d(:\d\d(\.\d+)?)?Z?$/;

/** Formats that have no parts. */
const wholes = {
  edtf: (text: string): string | undefined => (parseEdtf(text) ? text : undefined),
  serial: (text: string): string | undefined => serialDay(text, false),
  serial1904: (text: string): string | undefined => serialDay(text, true),
};

/** The day that a number stands for in a spreadsheet; it counts from 1900, and in some files of old Macs from 1904. */
export function serialDay(text: string, from1904: boolean): string | undefined {
  if (!/^\d{1,7}(\.\d+)?$/.test(text)) return undefined;
  const days = Math.floor(Number(text));
  // 60 is the 29th of February 1900, which never was; the days before it are one off. The last is the 31st of December 9999.
  if (from1904 ? days > 2_957_003 : days < 1 || days === 60 || days > 2_958_465) return undefined;
  if (from1904) return addDays('1904-01-01', days);
  return addDays(days < 60 ? '1899-12-31' : '1899-12-30', days);
}

function readerOf(name: string, yearsFrom: number): Format['read'] {
  if (Object.hasOwn(wholes, name)) return wholes[name as keyof typeof wholes]; // Just looked up.
  const parts = partsOf(name) ?? [];
  const pattern = new RegExp(`^${name.toLowerCase().replace(part, patternOf)}$`);
  return (text) => {
    const [found, ...values] = pattern.exec(text.toLowerCase().replace(/\s+/g, ' ')) ?? [];
    if (found === undefined) return undefined;
    const partNamed = (...names: Part[]): string | undefined =>
      values[parts.findIndex((one) => names.includes(one))];
    const twoDigits = partNamed('yy');
    const year = twoDigits === undefined ? partNamed('y') : fullYear(Number(twoDigits), yearsFrom);
    const word = partNamed('mmm');
    const month = word === undefined ? partNamed('m') : monthOf(word);
    // A word that is no month gives a text that is no date.
    const date = [year, month, partNamed('d')].flatMap((value) => value?.padStart(2, '0') ?? []).join('-');
    return parsePlainDate(date) && date;
  };
}

const part = /d{1,2}|m{1,4}|y{4}|y{2}|\./g;
const patternOf = (token: string): string => {
  if (token === '.') return '\\.';
  if (token === 'yyyy') return '(\\d{4})';
  if (token === 'yy') return '(\\d{2})';
  return token.length > 2 ? '([a-z]+)\\.?' : '(\\d{1,2})';
};

/** The parts of a format in their order; undefined if it is none: a year, with a month only, or with month and day. */
function partsOf(name: string): Part[] | undefined {
  const text = name.toLowerCase();
  if (!/^[dmy](?:[dmy]|[ ./,-]{1,2}(?=[dmy]))*$/.test(text)) return undefined;
  const tokens = text.match(/d+|m+|y+/g) ?? [];
  const parts = tokens.map((token) => kinds.get(token));
  if (parts.includes(undefined)) return undefined;
  const letters = tokens.map((token) => token[0]);
  const isOnce = new Set(letters).size === letters.length;
  const isWhole = letters.includes('y') && (letters.includes('m') || !letters.includes('d'));
  return isOnce && isWhole ? parts.flatMap((one) => one ?? []) : undefined;
}

const kinds = new Map<string, Part>([
  ['d', 'd'],
  ['dd', 'd'],
  ['m', 'm'],
  ['mm', 'm'],
  ['mmm', 'mmm'],
  ['mmmm', 'mmm'],
  ['yy', 'yy'],
  ['yyyy', 'y'],
]);

const fullYear = (digits: number, from: number): string =>
  String(from + ((((digits - from) % 100) + 100) % 100)).padStart(4, '0');

const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/** The number of a month in English, whole or by its first three letters; Sept is usual, too. */
function monthOf(word: string): string | undefined {
  const i = months.findIndex((month) => word === month || word === month.slice(0, 3));
  return i === -1 ? (word === 'sept' ? '9' : 'none') : String(i + 1);
}
