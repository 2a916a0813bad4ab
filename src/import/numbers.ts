/** Which marks the numbers of a table have. */
export interface Marks {
  decimal?: '.' | ',' | undefined;
  thousands?: '.' | ',' | ' ' | "'" | undefined;
}

export type NumberReading = { number: number } | { fault: string };

/**
 * Reads a number. Without a named decimal mark it is a point, but not in a whole number, nor where three digits after it may be thousands:
 * `1.500` has two meanings. canonical: the table is one of ours, in which 1.125 has one meaning.
 */
export function numberOf(text: string, marks: Marks, isWhole: boolean, canonical: boolean): NumberReading {
  const { decimal, thousands } = marks;
  const ask = 'name the decimal mark in the mapping ("decimal": "," or ".", and "thousands")';
  if (decimal === undefined) {
    if (!/^-?\d+(\.\d+)?$/.test(text))
      return { fault: /^-?[\d.,' ]*\d$/.test(text) ? ask : 'must be a number' };
    const isClear = !isThousands.test(text) || (canonical && String(Number(text)) === text);
    return text.includes('.') && (isWhole || !isClear) ? { fault: ask } : { number: Number(text) };
  }
  const sign = /^[-−+]/.test(text) ? 1 : 0;
  const [whole = '', fraction, ...more] = text.slice(sign).replace(blanks, ' ').split(decimal);
  const groups = thousands === undefined ? [whole] : whole.split(thousands);
  const isGrouped =
    groups.length === 1 || groups.every((group, i) => (i === 0 ? /^\d{1,3}$/ : /^\d{3}$/).test(group));
  const digits = groups.join('');
  if (
    more.length > 0 ||
    !isGrouped ||
    !/^\d+$/.test(digits) ||
    (fraction !== undefined && !/^\d+$/.test(fraction))
  )
    return {
      fault: /^[-−+]?\d[\d.,' ]*$/.test(text)
        ? `is not written with the marks that the mapping names`
        : 'must be a number',
    };
  if (isWhole && fraction !== undefined) return { fault: 'must be a whole number' };
  const number = Number(`${digits}.${fraction ?? '0'}`);
  return { number: sign === 1 && text[0] !== '+' ? -number : number };
}

const isThousands = /^-?\d{1,3}\.\d{3}$/;
/** Spreadsheets put spaces that do not break between thousands. */
const blanks = /[\u00a0\u2009\u202f]/g;
