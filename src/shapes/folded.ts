/**
 * Folds text for filters, groups, ordinals and warnings: two spellings of one word become the same text. Compatible characters,
 * case (also ß as ss), apostrophes, blanks and invisible characters make no difference; accents do. It is NFKC_Casefold
 * (Unicode 3.13) except for apostrophes, blanks and the dot of İ. It is computed here, so that every engine gives the same.
 */
export function folded(text: string): string {
  // Of most texts only the case changes.
  if (plain.test(text)) return text.toLowerCase();
  const even = text.replace(apostrophes, "'");
  if (plain.test(even)) return even.toLowerCase();
  return caseFolded(even.normalize('NFKC').replace(invisible, ''))
    .normalize('NFKC')
    .replace(apostrophes, "'")
    .replace(blanks, ' ')
    .trim();
}

/** Folds text for `q`: also without accents. */
export function foldedForSearch(text: string): string {
  const without = folded(text);
  if (ascii.test(without)) return without;
  return (
    without
      .normalize('NFD')
      .replace(accents, '')
      .replace(crossed, (letter) => uncrossed.get(letter) ?? letter)
      .normalize('NFC')
      // An accent on a blank leaves a blank beside others.
      .replace(blanks, ' ')
      .trim()
  );
}

/**
 * Text of which folding changes only the case, with single spaces between words: most of ASCII (a grave accent is read as an
 * apostrophe), Latin letters in NFC, Cyrillic, Chinese, Japanese, Korean.
 */
const plain =
  /^[!-_a-~À-ÖØ-Þà-öø-ÿА-я–—“”、。《-』ぁ-ゖァ-ヺー一-鿿가-힣]+(?: [!-_a-~À-ÖØ-Þà-öø-ÿА-я–—“”、。《-』ぁ-ゖァ-ヺー一-鿿가-힣]+)*$/;
const ascii = /^[\0-\x7f]*$/;

/** Looked for before and after NFKC: before it some are spaces with an accent, and after it a part of ŉ is one. */
const apostrophes = /[`´\u1fef\u1ffdʹʻʼʽʾʿˈ‘’‛′‵՚ꞌ＇]/g;
/** Also soft hyphens, joiners, byte order marks and variation selectors. */
const invisible = /\p{Default_Ignorable_Code_Point}+/gu;
/** U+2800 is a Braille pattern without dots. */
const blanks = /[\p{White_Space}\u2800]+/gu;

/** Marks above and below letters. The marks of Kana (U+3099, U+309A) and of Indic scripts are no accents: without them it is another word. */
const accents =
  /[[\p{Mn}&&[\p{Script=Inherited}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}]]--[\u3099-\u309a]]+/gv;
/** Letters that have no accent in Unicode, although people without the right keyboard type them as plain letters. */
const uncrossed = new Map([
  ['ı', 'i'],
  ['ł', 'l'],
  ['ø', 'o'],
  ['đ', 'd'],
  ['ħ', 'h'],
  ['ŧ', 't'],
]);
const crossed = /[ıłøđħŧ]/g;

/**
 * Full case folding, by way of the upper case: ß and ẞ have that of ss, and all forms of a letter have one. Only ı, whose
 * upper case is that of i, is a letter of its own; the final sigma depends on what stands behind it; and the dot of İ would
 * stay on the i, so that İzmir and İZMİR were two words.
 */
const caseFolded = (text: string): string =>
  text
    .toLowerCase()
    .split('ı')
    .map((part) => part.toUpperCase().toLowerCase())
    .join('ı')
    .replaceAll('ς', 'σ')
    .replaceAll('i\u0307', 'i');
