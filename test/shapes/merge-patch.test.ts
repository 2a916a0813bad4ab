import fc from 'fast-check';
import t from 'tap';
import { canonicalJson, type Json } from '../../src/shapes/canonical-json.ts';
import {
  applyChanges,
  diff,
  type FieldChange,
  jsonEqual,
  mergePatch,
  pointerOf,
} from '../../src/shapes/merge-patch.ts';

// RFC 7396, appendix A.
const rfc7396: [original: Json, patch: Json, result: Json][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

const oddKeys = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  '~',
  '/',
  '~1',
  '~01',
  'a/b',
  '0',
  'a',
];
const key = fc.oneof(fc.constantFrom(...oddKeys), fc.string({ maxLength: 2 }));
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>(null, true, 0, 1, '', 'x'),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(key, tie('json'), { maxKeys: 5 }),
  ),
}));
const object = fc.dictionary(key, json, { maxKeys: 6 });
/** Two objects that have much in common: the second is patched from the first. */
const pair = fc.oneof(
  fc.tuple(object, object),
  fc.tuple(object, object).map(([a, patch]): [Json, Json] => [a, mergePatch(a, patch)]),
);

const turnedAround = (changes: FieldChange[]): FieldChange[] =>
  changes.toReversed().map(({ path, from, to }) => ({
    path,
    ...(to !== undefined && { from: to }),
    ...(from !== undefined && { to: from }),
  }));

/** Frozen all the way down, so that a mutation throws. */
function frozen<T extends Json>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

t.test('the cases of RFC 7396, appendix A, come out', async (t) => {
  for (const [original, patch, result] of rfc7396) {
    t.strictSame(mergePatch(frozen(original), frozen(patch)), result, JSON.stringify([original, patch]));
  }
});

t.test('a patch of nothing makes what it says, without its nulls', async (t) => {
  t.strictSame(mergePatch(undefined, { a: 1, b: null, c: { d: null } }), { a: 1, c: {} });
  t.strictSame(
    mergePatch({ a: 1 }, { a: [null, { b: null }] }),
    { a: [null, { b: null }] },
    'kept in arrays',
  );
});

t.test('__proto__ in a patch is a key like any other', async (t) => {
  const patch = JSON.parse(
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  ) as Json;
  const result = mergePatch({ a: 1 }, patch);
  t.equal(
    JSON.stringify(result),
    '{"a":1,"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  );
  t.equal(Object.getPrototypeOf(result), Object.prototype);
  t.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
  t.equal(JSON.stringify(mergePatch(result, JSON.parse('{"__proto__":null,"constructor":null}'))), '{"a":1}');
});

t.test('a diff names each member that was set, replaced or removed', async (t) => {
  const before = { title: 'MOU', zone: 'a', parties: [{ name: 'x' }], amount: { value: 1, currency: 'SGD' } };
  const after = {
    title: 'MoU',
    named: true,
    parties: [{ name: 'y' }],
    amount: { currency: 'SGD', value: 2 },
  };
  t.strictSame(diff(before, after), [
    { path: '/amount/value', from: 1, to: 2 },
    { path: '/named', to: true },
    { path: '/parties', from: [{ name: 'x' }], to: [{ name: 'y' }] },
    { path: '/title', from: 'MOU', to: 'MoU' },
    { path: '/zone', from: 'a' },
  ]);
});

t.test('a diff of whole values has the path that it was given', async (t) => {
  t.strictSame(diff(undefined, { a: 1 }), [{ path: '', to: { a: 1 } }]);
  t.strictSame(diff({ a: 1 }, undefined, '/data'), [{ path: '/data', from: { a: 1 } }]);
  t.strictSame(diff({ a: 1 }, { a: 2 }, '/data'), [{ path: '/data/a', from: 1, to: 2 }]);
  t.strictSame(diff({}, { a: {} }), [{ path: '/a', to: {} }], 'an empty object added');
  t.strictSame(diff({ a: {} }, { a: [] }), [{ path: '/a', from: {}, to: [] }]);
  t.strictSame(diff({ a: null }, {}), [{ path: '/a', from: null }], 'null is a value');
  t.strictSame(diff(undefined, undefined), []);
});

t.test('pointers are escaped as RFC 6901 says', async (t) => {
  t.equal(pointerOf([]), '');
  t.equal(pointerOf(['events', 0, 'a/b', 'm~n', '', '~1']), '/events/0/a~1b/m~0n//~01');
  t.strictSame(diff({}, { '/~': 1, '': 2 }), [
    { path: '/', to: 2 },
    { path: '/~1~0', to: 1 },
  ]);
});

t.test('a diff by item names each item that was replaced, removed or added', async (t) => {
  const byItem = (a: Json[], b: Json[]) => diff(a, b, '', true);
  t.strictSame(byItem([1, 2, 3], [1, 7, 3]), [{ path: '/1', from: 2, to: 7 }]);
  t.strictSame(byItem([1, 2, 3], [3]), [
    { path: '/1', from: 2 },
    { path: '/0', from: 1 },
  ]);
  t.strictSame(byItem([1], [1, 2, 3]), [
    { path: '/1', to: 2 },
    { path: '/2', to: 3 },
  ]);
  t.strictSame(byItem([1, 2, 9], [5, 2, 6, 9]), [
    { path: '/0', from: 1, to: 5 },
    { path: '/2', to: 6 },
  ]);
});

t.test('applying the diff by item of two values gives the second, and turned around the first', async (t) => {
  const few = fc.array(fc.constantFrom<Json>(1, 2, null, { a: [1] }), { maxLength: 6 });
  fc.assert(
    fc.property(few, few, pair, (a, b, [c, d]) => {
      const [before, after] = [frozen({ list: a, more: c }), { list: b, more: d }];
      const changes = diff(before, after, '', true);
      return (
        jsonEqual(applyChanges(before, changes.map(frozen)), after) &&
        jsonEqual(applyChanges(after, turnedAround(changes)), before)
      );
    }),
    { numRuns: 1000 },
  );
  t.pass();
});

t.test('applying the diff of two objects to the first gives the second', async (t) => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const changes = diff(frozen(a), frozen(b));
      return jsonEqual(applyChanges(a, changes.map(frozen)), b);
    }),
    { numRuns: 1000 },
  );
  t.pass();
});

t.test('a diff is empty for equal values only, and turned around it leads back', async (t) => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const changes = diff(a, b);
      const paths = changes.map(({ path }) => path);
      return (
        (changes.length === 0) === jsonEqual(a, b) &&
        new Set(paths).size === paths.length &&
        jsonEqual(applyChanges(b, turnedAround(changes)), a)
      );
    }),
    { numRuns: 500 },
  );
  t.pass();
});

t.test('equal means the same JSON but for the order of keys', async (t) => {
  t.equal(jsonEqual({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }), true);
  const unequal: [Json | undefined, Json | undefined][] = [
    [
      [1, 2],
      [2, 1],
    ],
    [[1], [1, 2]],
    [{}, []],
    [{}, null],
    [null, undefined],
    [0, false],
    ['1', 1],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, { a: 1, b: 1 }],
    [{ constructor: 1 }, {}],
    [JSON.parse('{"__proto__":{}}'), { a: {} }],
  ];
  for (const [a, b] of unequal) {
    t.equal(jsonEqual(a, b), false, JSON.stringify([a, b]));
    t.equal(jsonEqual(b, a), false, JSON.stringify([b, a]));
  }
  fc.assert(fc.property(pair, ([a, b]) => jsonEqual(a, b) === (canonicalJson(a) === canonicalJson(b))));
});

t.test('changes at the top replace the whole, and may not remove it', async (t) => {
  t.strictSame(applyChanges({ a: 1 }, [{ path: '', from: { a: 1 }, to: 2 }]), 2);
  t.throws(() => applyChanges({ a: 1 }, [{ path: '', from: { a: 1 } }]), /whole value/);
});

t.test('what loses its last member stays, empty', async (t) => {
  t.strictSame(applyChanges({ a: { b: 1 } }, [{ path: '/a/b', from: 1 }]), { a: {} });
});

t.test('changes that do not fit are errors', async (t) => {
  t.throws(() => applyChanges({}, [{ path: '/a/b', to: 1 }]), /"a" is missing/);
  t.throws(() => applyChanges({}, [{ path: '/constructor/b', to: 1 }]), /"constructor" is missing/);
  t.throws(() => applyChanges({}, [{ path: '/__proto__/b', to: 1 }]), /"__proto__" is missing/);
  t.throws(() => applyChanges({ a: 1 }, [{ path: '/a/0', to: 2 }]), /not an object/);
  for (const path of ['/a/2', '/a/-', '/a/01', '/a/x', '/a/1/b'])
    t.throws(() => applyChanges({ a: [1] }, [{ path, to: 2 }]), /is no item/, path);
  t.throws(() => applyChanges({ a: [1] }, [{ path: '/a/1', from: 1 }]), /is no item/);
  t.throws(() => applyChanges({ a: 1 }, [{ path: '/a/b', to: 2 }]), /not an object/);
  t.throws(() => applyChanges({}, [{ path: '/a', from: 1 }]), /"a" is missing/);
  t.throws(() => applyChanges({}, [{ path: 'a', to: 1 }]), /not a JSON Pointer/);
});
