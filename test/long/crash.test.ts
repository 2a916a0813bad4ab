import { test } from 'tap';
import { runCrashes } from '../crash/run.ts';

/** `npm run crash` does it fifty times, with more clients. */
test('after kill -9 under load everything acknowledged is there, once, and all else is as it was', async (t) => {
  const { kills, events, journal, checks } = await runCrashes(t, {
    ...{ rounds: 2, clients: 6, seed: 'a test', loadMs: 500 },
  });
  t.equal(kills.underLoad, 2);
  t.ok(journal.acknowledged.length > 12, `${journal.acknowledged.length} requests, ${events} events`);
  for (const { name, wrong } of checks) t.same(wrong, [], name);
});
