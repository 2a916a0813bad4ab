import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'tap';
import { onlyLong } from '../../helpers/effort.ts';
import { mou, openRegister, registered } from './register.ts';

const letters = 'a'.repeat(9_990);

test('text that repeats itself is searched for without keeping others waiting', onlyLong, async (t) => {
  const { post, get } = await openRegister(t);
  await post('sci', registered());
  for (let n = 0; n < 15; n++)
    await post(
      'sci',
      ...Array.from({ length: 100 }, (_, i) => mou(`m-${n}-${i}`, '2023', { title: letters })),
    );
  const worst = `${'a'.repeat(199)}b`;
  for (const list of ['/v1/records', '/v1/initiatives/sci/mous']) {
    /** The longest time in which nobody else had a turn, as a part of the whole. */
    const shareOf = async (path: string): Promise<number> => {
      let [isRunning, longestMs] = [true, 0];
      const watching = (async () => {
        for (let last = performance.now(); isRunning; ) {
          await turn();
          const now = performance.now();
          [last, longestMs] = [now, Math.max(longestMs, now - last)];
        }
      })();
      const start = performance.now();
      t.same((await get(path)).items, []);
      const tookMs = performance.now() - start;
      isRunning = false;
      await watching;
      return longestMs / tookMs;
    };
    // Once may be bad luck.
    const shares = [];
    for (let i = 0; i < 4; i++) shares.push(await shareOf(`${list}?q=${worst}&count=true`));
    t.ok(Math.min(...shares) < 1 / 3, list, { shares });
  }
  t.equal((await get(`/v1/records?q=${'A'.repeat(200)}&limit=1&count=true`)).total, 1_500);
});
