import { test } from 'tap';
import { buildShell } from '../helpers/shell.ts';

test('a process that answers is alive, and a ledger that can be used is ready', async (t) => {
  const { app, lines } = await buildShell(t);
  for (const url of ['/livez', '/readyz']) {
    const answer = await app.inject(url);
    t.equal(answer.statusCode, 200);
    t.same(answer.json(), { status: 'ok' });
  }
  t.same(lines, [], 'and nothing is logged about it');
});

test('a ledger that is not ready says so without the reason, which is logged', async (t) => {
  const { app, lines } = await buildShell(t, {
    ready: async () => {
      throw new Error('disk I/O error');
    },
  });
  const answer = await app.inject('/readyz');
  t.equal(answer.statusCode, 503);
  t.equal(answer.json().code, 'not-ready');
  t.equal(answer.headers['retry-after'], '5');
  t.notMatch(answer.body, 'disk');
  t.match(lines, [{ level: 40, err: { message: 'disk I/O error' } }]);
  t.equal((await app.inject('/livez')).statusCode, 200);
});
