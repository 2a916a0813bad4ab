import fc from 'fast-check';
import { test } from 'tap';
import { textCostsOf, textPartsOf } from '../../src/views/text-parts.ts';

test('a slice is divided until no part has more text than is compared at once, and no row is left out', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.constant(0), fc.nat(10_000), fc.nat(10_000_000)), {
        minLength: 1,
        maxLength: 200,
      }),
      async (costs) => {
        const costOf = async ({ from, to }: { from: number; to: number }) =>
          costs.slice(from, to).reduce((sum, cost) => sum + cost, 0);
        let end = 0;
        for await (const part of textPartsOf({ from: 0, to: costs.length }, costOf)) {
          t.equal(part.from, end);
          t.ok(part.to > part.from);
          t.ok(part.to === part.from + 1 || (await costOf(part)) <= 4_000_000);
          end = part.to;
        }
        t.equal(end, costs.length);
      },
    ),
    { numRuns: 30 },
  );
});

test('the longer what is searched for, the less text at once', (t) => {
  t.same(textCostsOf(0, undefined), { facets: 0, words: 0 });
  t.ok(textCostsOf(0, 'a'.repeat(200)).words > 4 * textCostsOf(0, 'ab').words);
  t.ok(textCostsOf(2, undefined).facets > textCostsOf(1, undefined).facets);
  t.end();
});
