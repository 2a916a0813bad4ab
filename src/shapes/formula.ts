/**
 * Text that a spreadsheet may take for a formula, also after characters that it does not show. An apostrophe keeps it a text. A text
 * that already begins with an apostrophe gets another one, or the first would be lost.
 */
const formula =
  /^'*[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\u2800]*[=+\-@＝＋－＠﹢﹣﹦﹫]|^'*[\t\r\n]/u;

export const escapedFormula = (text: string): string => (formula.test(text) ? `'${text}` : text);

/** The text before a spreadsheet or one of our tables escaped it. */
export const unescapedFormula = (text: string): string =>
  text.startsWith("'") && formula.test(text.slice(1)) ? text.slice(1) : text;
