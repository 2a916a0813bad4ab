import fc from 'fast-check';
import { test } from 'tap';
import { usualUrl } from '../../src/shapes/web-url.ts';
import { effort, moreInLong } from '../helpers/effort.ts';

test('a URL has one usual form, which only case of scheme and host, escapes and slashes lead to', (t) => {
  for (const [text, usual] of [
    ['HTTP://Example.ORG', 'http://example.org/'],
    ['https://example.org:443/A?b=C#D', 'https://example.org/A?b=C#D'],
    ['http://example.org\\a\\B', 'http://example.org/a/B'],
    ['https://example.org/a/../b/./c', 'https://example.org/b/c'],
    ['https://bücher.example/ä', 'https://xn--bcher-kva.example/%C3%A4'],
    ['https://example.org/%c3%a4%7e%2fa', 'https://example.org/%C3%A4~%2Fa'],
    ['http://1.2/', 'http://1.0.0.2/'],
    ['http://', undefined],
    ['no url', undefined],
  ] as const)
    t.equal(usualUrl(text), usual, text);
  t.end();
});

const parts = fc.array(
  fc.constantFrom(..."aZ0/.-_~?#%:@&=+,;!$()*'[]|^", 'www.', 'xn--', '..', '%2e', '.org', 'é', ' ', '1.2'),
  { maxLength: 12 },
);

test('what is told quickly to be in its usual form is in it', moreInLong, (t) => {
  const differ: string[] = [];
  fc.assert(
    fc.property(
      fc.constantFrom('http://', 'https://a.example', 'https://a.example/'),
      parts,
      (start, rest) => {
        const text = start + rest.join('');
        const usual = usualUrl(text);
        const { href } = URL.parse(text) ?? {};
        const isOne = href === undefined ? usual === undefined : usualUrl(href) === usual;
        if (!isOne || (usual !== undefined && usualUrl(usual) !== usual)) differ.push(text);
      },
    ),
    { numRuns: effort(2_000, 20_000) },
  );
  t.same(differ, []);
  t.end();
});
