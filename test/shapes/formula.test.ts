import fc from 'fast-check';
import { test } from 'tap';
import { escapedFormula, unescapedFormula } from '../../src/shapes/formula.ts';

const unit = fc.constantFrom(..."'=+-@＝\t\n\r \u00a0\u200b\ufefft1");

test('no text is lost by being kept from becoming a formula, and none becomes one', (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit, maxLength: 6 }), fc.string({ unit: 'binary' })), (text) => {
      const escaped = escapedFormula(text);
      t.equal(unescapedFormula(escaped), text);
      t.notMatch(escaped, /^[\s\u200b\ufeff]*[=+\-@＝]/);
    }),
  );
  t.end();
});

test('what is no formula stays as it is', (t) => {
  for (const text of ['', 'a=1', "'s-Gravenhage", '1-2', '(=1)', '深圳', '—', '…', 'a\n=1'])
    t.equal(escapedFormula(text), text);
  t.end();
});
