import { test } from 'tap';
import { bytewise } from '../../src/views/bytewise.ts';

test('text is in the order of its UTF-8 bytes', async (t) => {
  const units = [
    '',
    'a',
    'b',
    'é',
    'e\u0301',
    '\ud7ff',
    '\ue000',
    '\uffff',
    '\u{10000}',
    '\u{10ffff}',
    '深圳',
  ];
  const texts = units.flatMap((one) => units.flatMap((two) => units.map((three) => one + two + three)));
  const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
  for (let i = 0; i < texts.length; i++) {
    const [one = '', other = ''] = [texts[i], texts[(i * 7919 + 13) % texts.length]];
    if (Math.sign(bytewise(one, other)) !== byBytes(one, other)) t.fail(JSON.stringify([one, other]));
  }
  t.same(texts.toSorted(bytewise), texts.toSorted(byBytes));
});
