import { test } from 'tap';
import { failures, runFailures } from '../crash/failures.ts';
import { runCrashes } from '../crash/run.ts';

// `npm run crash` does both for longer, with more clients.
const load = { clients: 6, seed: 'a test', loadMs: 500 };

test('after kill -9 of whatever is under way everything acknowledged is there, once, and all else is as it was', async (t) => {
  const { kills, figures } = await runCrashes(t, { ...load, rounds: 10 });
  t.equal(kills.size, 10, 'each kind once');
  t.ok(figures.acknowledged > 30, `${figures.acknowledged} requests, ${figures.events} events`);
  for (const { name, wrong } of figures.checks) t.same(wrong, [], name);
});

test('a disk that is full, that answers EIO, or that loses power in a write costs nothing acknowledged', async (t) => {
  const failed = await runFailures(t, { ...load, rounds: 2 * failures.length, failures });
  if (typeof failed === 'string') {
    t.comment(`not tried: ${failed}`);
    return;
  }
  t.ok(failed.figures.acknowledged > 30);
  t.comment(Object.fromEntries(failed.hits));
  for (const { name, wrong } of failed.figures.checks) t.same(wrong, [], name);
});
