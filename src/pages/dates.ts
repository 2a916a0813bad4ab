import { w } from './words.ts';

/** A date of the ledger (a subset of EDTF) as people write it: `14 December 2023`, `December 2023`, `between 2020 and 2021`. */
export function dateInWords(edtf: string): string {
  const [, start, end] = /^\[(.*)\.\.(.*)\]$/.exec(edtf) ?? [];
  if (end !== undefined) return start ? w.between(plain(start), plain(end)) : w.byThen(plain(end));
  const [from = '', to] = edtf.split('/');
  return to === undefined ? doubted(from) : w.fromTo(doubted(from), doubted(to));
}

/** A day, YYYY-MM-DD, in words. */
export const dayInWords = (day: string): string => plain(day);

/** An instant (RFC 3339) in words, in UTC. */
export function instantInWords(instant: string): string {
  const iso = new Date(instant).toISOString();
  return `${plain(iso.slice(0, 10))}, ${iso.slice(11, 16)} UTC`;
}

const doubted = (date: string): string =>
  w.doubted(date.at(-1) ?? '', plain(date.slice(0, -1))) ?? plain(date);

function plain(date: string): string {
  const [year = '', month, day] = date.split('-');
  return [day && Number(day), month && w.months[Number(month) - 1], Number(year)].filter(Boolean).join(' ');
}
