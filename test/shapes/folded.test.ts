import fc from 'fast-check';
import { test } from 'tap';
import { folded, foldedForSearch } from '../../src/shapes/folded.ts';

test('spellings of one word are the same text', (t) => {
  for (const [one, ...others] of [
    ['Straße', 'STRASSE', 'strasse', 'STRAẞE'],
    ['İzmir', 'i\u0307zmir', 'İZMİR', 'Izmir', 'izmir'],
    ['ΟΔΟΣ', 'οδος', 'οδοσ', 'Οδός'.normalize('NFD').replace('\u0301', '')],
    ['École', 'E\u0301cole', 'école'],
    ['ﬁnance', 'Finance', 'ｆｉｎａｎｃｅ'],
    [
      'Shenzhen People’s Government',
      "shenzhen people's government",
      'Shenzhen People´s Government',
      'Shenzhen Peopleʼs Government',
    ],
    [
      'Digital  Trade',
      ' digital trade\n',
      'Digital\u00a0Trade',
      'Digital \u3000\t Trade',
      'Digital\u2800Trade',
    ],
    ['e\u00adCommerce', 'ecommerce', '\ufeffecommerce\u200b', 'ecom\u2060merce\ufe0f'],
    ['한국', '한국'.normalize('NFD')],
    ['ガス', 'ｶﾞｽ'],
  ] as [string, ...string[]][]) {
    for (const other of others) t.equal(folded(other), folded(one), `${one} and ${other}`);
  }
  t.end();
});

test('accents tell texts apart, but not for who searches', (t) => {
  for (const [one, other] of [
    ['École', 'Ecole'],
    ['Diyarbakır', 'Diyarbakir'],
    ['Łódź', 'lodz'],
    ['Ångström', 'ANGSTROM'],
    ['ёлка', 'елка'],
    ['אָ', 'א'],
  ] as const) {
    t.not(folded(one), folded(other), one);
    t.equal(foldedForSearch(one), foldedForSearch(other), one);
  }
  for (const [one, other] of [
    ['が', 'か'],
    ['कि', 'की'],
    ['ดี', 'ดู'],
  ] as const) {
    t.not(foldedForSearch(one), foldedForSearch(other), 'marks that make another letter are no accents');
  }
  t.end();
});

const texts = fc.string({ unit: 'binary', maxLength: 30 });
const latin = fc.string({ unit: fc.constantFrom(...'aBßẞİıſςΣÉé´’ \u00a0\u200b\u0301ǆﬁŉΐᾳ') });

test('folding is done once and for all, whatever the text', (t) => {
  fc.assert(
    fc.property(fc.oneof(texts, latin), (text) => {
      t.equal(folded(folded(text)), folded(text));
      t.equal(foldedForSearch(folded(text)), foldedForSearch(text));
      t.equal(foldedForSearch(foldedForSearch(text)), foldedForSearch(text));
      t.equal(folded(text.normalize('NFD')), folded(text));
      t.equal(folded(`\u00ad ${text}\u200b\n`), folded(text));
      t.notMatch(folded(text), /^ | $|\s{2}|[\n\u00ad]/);
    }),
    // An accent on a blank.
    { examples: [['a ess \u0301'], ['a \u0301 b']] },
  );
  t.end();
});

test('each letter is the same text in all its cases', (t) => {
  const apart: string[] = [];
  for (let code = 0; code < 0x2_0000; code++) {
    const letter = String.fromCodePoint(code);
    const cases = [letter.toLowerCase(), letter.toUpperCase()].filter((other) => other !== letter);
    // The upper case of ı is that of i.
    if (letter === 'ı') continue;
    for (const other of cases) if (folded(other) !== folded(letter)) apart.push(`${letter} ${other}`);
  }
  t.same(apart, []);
  t.end();
});
