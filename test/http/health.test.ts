import { test } from 'tap';
import { Refusal } from '../../src/errors.ts';
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

test('while posts are refused, probes are told the same, and the log says it when it changes', async (t) => {
  let error: Error | undefined = new Refusal('history-fork', 'The log ends at 7.');
  const { app, lines } = await buildShell(t, {
    ready: () => {
      if (error) throw error;
      return [];
    },
  });
  for (let i = 0; i < 5; i++) {
    const { code, detail, status } = (await app.inject('/readyz')).json();
    t.same({ code, detail, status }, { code: 'history-fork', detail: 'The log ends at 7.', status: 503 });
  }
  t.equal(lines.length, 1, 'once, however often it is asked');
  t.match(lines, [{ level: 40, msg: 'not ready', reason: 'history-fork: The log ends at 7.' }]);
  t.notOk(lines[0]?.['err'], 'without a stack, as it is no bug');

  error = Object.assign(new Refusal('storage-unavailable', 'The disk is full.'), {
    cause: new Error('SQLITE_FULL'),
  });
  for (let i = 0; i < 3; i++) t.notMatch((await app.inject('/readyz')).body, 'SQLITE');
  t.match(lines.slice(1), [{ reason: /The disk is full/, err: { message: 'SQLITE_FULL' } }]);
  t.equal(lines.length, 2);
  error = undefined;
  for (let i = 0; i < 3; i++) t.equal((await app.inject('/readyz')).statusCode, 200);
  t.match(lines.slice(2), [{ level: 30, msg: 'ready again' }]);
  t.equal(lines.length, 3);
});
