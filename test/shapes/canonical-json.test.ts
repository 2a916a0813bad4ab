import { readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { CanonicalJsonError, canonicalDepthMax, canonicalJson } from '../../src/shapes/canonical-json.ts';

const testdata = new URL('../vectors/json-canonicalization/testdata/', import.meta.url);
const vectors = readdirSync(new URL('input/', testdata)).map((file) => file.replace('.json', ''));

t.test('the vectors of the RFC 8785 authors come out byte for byte', async (t) => {
  t.equal(vectors.length, 6);
  for (const name of vectors) {
    const value: unknown = JSON.parse(readFileSync(new URL(`input/${name}.json`, testdata), 'utf8'));
    const bytes = Buffer.from(canonicalJson(value), 'utf8');
    t.equal(bytes.toString('utf8'), readFileSync(new URL(`output/${name}.json`, testdata), 'utf8'), name);
    const hex = readFileSync(new URL(`outhex/${name}.txt`, testdata), 'utf8').replaceAll(/\s/g, '');
    t.equal(bytes.toString('hex'), hex, `${name} in hex`);
  }
});

// RFC 8785, appendix B: the bits of an IEEE 754 double, and how it is written.
const numbers = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
] as const;

t.test('numbers are written as in appendix B of RFC 8785', async (t) => {
  for (const [bits, text] of numbers) {
    t.equal(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE()), text, bits);
  }
});

t.test('keys are sorted by UTF-16 code units, also those that look like integers', async (t) => {
  t.equal(canonicalJson({ 9: 1, 10: 2, b: 3, B: 4, '': 5 }), '{"":5,"10":2,"9":1,"B":4,"b":3}');
  // U+1F600 begins with the unit D83D, which is before U+FB33, although the code point is after it.
  t.equal(canonicalJson({ '\ufb33': 1, '\u{1f600}': 2 }), '{"\u{1f600}":2,"\ufb33":1}');
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${99 - index}`, index]));
  t.same(Object.keys(JSON.parse(canonicalJson(many))), Object.keys(many).sort());
});

t.test('members that are undefined are left out, as by JSON.stringify', async (t) => {
  t.equal(canonicalJson({ b: undefined, a: 1, c: { d: undefined } }), '{"a":1,"c":{}}');
});

t.test('objects without prototype and own keys named __proto__ are plain', async (t) => {
  t.equal(canonicalJson(Object.assign(Object.create(null), { b: 1, a: 2 })), '{"a":2,"b":1}');
  t.equal(canonicalJson(JSON.parse('{"a":1,"__proto__":{"b":2}}')), '{"__proto__":{"b":2},"a":1}');
});

t.test(
  'keys that are numbers stand in the order of their text, which is not that of an object',
  async (t) => {
    t.equal(canonicalJson({ 9: 1, 10: 2 }), '{"10":2,"9":1}');
    t.equal(
      canonicalJson([{ b: { 9: 1, a: 2, 10: 3 }, a: '\\ud800' }]),
      '[{"a":"\\\\ud800","b":{"10":3,"9":1,"a":2}}]',
    );
  },
);

const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown;

t.test('what JSON cannot hold is refused, not converted', async (t) => {
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  const refused: Record<string, unknown> = {
    NaN: Number.NaN,
    Infinity: Number.POSITIVE_INFINITY,
    '-Infinity': Number.NEGATIVE_INFINITY,
    bigint: 1n,
    function: () => 1,
    symbol: Symbol('s'),
    undefined: undefined,
    'a high surrogate alone': 'a\ud800',
    'a low surrogate alone': '\udc00a',
    'reversed surrogates': '\udc00\ud800',
    'a lone surrogate after a pair and a quote': '"\u{1f600}\ud83d',
    Date: new Date(0),
    Map: new Map(),
    Uint8Array: new Uint8Array(1),
    'a boxed string': Object('text'),
    'an instance of a class': new (class Point {})(),
    'an object that inherits': Object.create({ a: 1 }),
    toJSON: { toJSON: () => 1 },
    'a level too many': nested(canonicalDepthMax),
  };
  for (const [name, value] of Object.entries(refused)) {
    // Standing in an array and as a member; undefined is fine as a member.
    t.throws(() => canonicalJson([1, value]), CanonicalJsonError, `${name} in an array`);
    if (name !== 'undefined')
      t.throws(() => canonicalJson({ a: value }), CanonicalJsonError, `${name} in an object`);
    if (name !== 'a level too many')
      t.throws(() => canonicalJson(value), CanonicalJsonError, `${name} at the top`);
  }
  t.throws(() => canonicalJson({ 'a\udfff': 1 }), CanonicalJsonError, 'a lone surrogate in a key');
  t.throws(() => canonicalJson(new Array(2)), CanonicalJsonError, 'a sparse array');
  t.throws(() => canonicalJson(cycle), CanonicalJsonError, 'a cycle');
  t.equal(canonicalJson(nested(canonicalDepthMax)).length, 2 * canonicalDepthMax, 'as deep as allowed');
});

const anyJson = fc.jsonValue({ stringUnit: 'binary', maxDepth: 5 });

t.test('reading canonical text gives the value back', async (t) => {
  fc.assert(
    // Through JSON.stringify first, which turns -0 into 0 like JCS.
    fc.property(anyJson, (value) =>
      isDeepStrictEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value))),
    ),
    { numRuns: 500 },
  );
  t.pass();
});

t.test('the order in which keys were made does not show', async (t) => {
  fc.assert(
    fc.property(anyJson, fc.compareFunc<string>(), (value, compare) => {
      const shuffled = (part: unknown): unknown => {
        if (Array.isArray(part)) return part.map(shuffled);
        if (typeof part !== 'object' || part === null) return part;
        const entries = Object.entries(part).sort(([a], [b]) => compare(a, b));
        return Object.fromEntries(entries.map(([key, member]) => [key, shuffled(member)]));
      };
      return canonicalJson(shuffled(value)) === canonicalJson(value);
    }),
    { numRuns: 500 },
  );
  t.pass();
});

t.test('strings are escaped as JSON.stringify does, or refused if not well-formed', async (t) => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.integer({ min: 0, max: 0xffff }),
          fc.integer({ min: 0xd7ff, max: 0xe000 }),
          fc.constantFrom(34, 92),
        ),
        { maxLength: 6 },
      ),
      (units) => {
        const text = String.fromCharCode(...units);
        if (text.isWellFormed()) return canonicalJson(text) === JSON.stringify(text);
        try {
          canonicalJson(text);
          return false;
        } catch (error) {
          return error instanceof CanonicalJsonError;
        }
      },
    ),
    { numRuns: 1000 },
  );
  for (let unit = 0; unit < 0xd800; unit++) {
    const text = String.fromCharCode(unit);
    if (canonicalJson(text) !== JSON.stringify(text)) t.fail(`U+${unit.toString(16)}`);
  }
  t.pass();
});
