import { join } from 'node:path';
import { pino } from 'pino';
import { test } from 'tap';
import { openLedgerApp } from '../../../src/app.ts';
import { replaceLost } from '../../../src/cli/rotate-key.ts';
import { readConfig } from '../../../src/config.ts';
import { emptyDatabase } from '../../helpers/database.ts';
import { initiative, mou } from '../../helpers/decide.ts';
import '../../helpers/on-postgres.ts';

test('of two instances with directories of their own one signs, and the other does not start', async (t) => {
  const url = await emptyDatabase(t);
  const directory = t.testdir();
  const open = async (signer: string) => {
    const app = await openLedgerApp(
      readConfig({ DATABASE_URL: url, SIGNER_DIR: join(directory, signer) }),
      false,
    );
    t.teardown(() => app.close());
    return app;
  };
  const opened = await Promise.allSettled(['one', 'two', 'three'].map(open));
  const [app, ...more] = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  t.same(more, [], 'also where all of them start at once on an empty database');
  for (const one of opened)
    if (one.status === 'rejected') t.match(one.reason.message, /does not hold .*, the key that signs/);
  if (!app) throw new Error('one of them starts');
  t.equal((await app.inject('/v1/log/keys')).json().items.length, 1);

  const post = async (payload: object) =>
    (await app.inject({ method: 'POST', url: '/v1/initiatives/sci/events', payload })).json();
  const first = (await post(initiative())).recorded[0];
  t.equal((await app.inject(`/v1/events/${first.eventId}/proof`)).statusCode, 200);
  await replaceLost(
    readConfig({ DATABASE_URL: url, SIGNER_DIR: join(directory, 'new') }),
    Date.now(),
    () => {},
  );
  const next = (await post(mou())).recorded[0];
  t.match(
    (await app.inject(`/v1/events/${next.eventId}/proof`)).json(),
    { code: 'checkpoint-not-found', detail: /no longer signs/ },
    'an instance whose directory was replaced while it ran signs no more',
  );
  const other = await open('new');
  t.equal((await other.inject(`/v1/events/${next.eventId}/proof`)).statusCode, 200);
});

test('the start names the database without who connects, and how', async (t) => {
  const url = new URL(await emptyDatabase(t));
  url.username ||= 'postgres';
  url.password = 'secret';
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => lines.push(line) });
  const app = await openLedgerApp(readConfig({ DATABASE_URL: url.href, SIGNER_DIR: '' }), log);
  await app.close();
  const opened = lines.find((line) => line.includes('"engine"')) ?? '{}';
  t.match(JSON.parse(opened), { engine: 'PostgreSQL', ledger: /^postgres(ql)?:\/\/[^@?]+$/, position: 0 });
  t.notMatch(lines.join(''), 'secret');
});
