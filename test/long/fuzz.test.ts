import { test } from 'tap';
import { runFuzz } from '../fuzz/run.ts';

/** `npm run fuzz` sends twenty thousand. */
test('whatever is sent by whomever, the answer is as documented, and what is refused changes nothing', async (t) => {
  const { answers, wrong } = await runFuzz(t, { requests: 2_000, seed: 'a test' });
  t.same(wrong, []);
  t.comment(Object.fromEntries(answers));
  for (const name of ['admin 200', 'admin 201', 'recorder 400', 'reader 403', 'nobody 401', 'wrong 401'])
    t.ok((answers.get(name) ?? 0) > 0, name);
});
