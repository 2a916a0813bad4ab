import fc from 'fast-check';
import { test } from 'tap';
import { FairQueue } from '../../src/store/fair-queue.ts';

const whos = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 40 });

test('each has one item in each round, in their own order, until they have none left', (t) => {
  fc.assert(
    fc.property(whos, (waiting) => {
      const queue = new FairQueue<string>();
      const of = new Map<string, string[]>();
      for (const [i, who] of waiting.entries()) {
        queue.add(who, `${who}${i}`);
        of.set(who, [...(of.get(who) ?? []), `${who}${i}`]);
      }
      const expected: string[] = [];
      for (let round = 0; expected.length < waiting.length; round++)
        for (const items of of.values()) expected.push(...items.slice(round, round + 1));
      const taken: string[] = [];
      for (let next = queue.next; next !== undefined; next = queue.next) {
        taken.push(next);
        if (queue.take() !== next) throw new Error('next is not what is taken');
        if (queue.length !== waiting.length - taken.length) throw new Error('the length is wrong');
      }
      return JSON.stringify(taken) === JSON.stringify(expected) && queue.take() === undefined;
    }),
  );
  const queue = new FairQueue<number>();
  for (const i of [1, 2]) queue.add('a', i);
  t.same([queue.lengthOf('a'), queue.lengthOf('b')], [2, 0]);
  t.end();
});
