import fc from 'fast-check';
import { type Test, test } from 'tap';
import type { Query } from '../../../src/shapes/asking.ts';
import { connectionsTo, isOutage } from '../../../src/store/postgres/connection.ts';
import { flush } from '../../../src/store/postgres/flush.ts';
import { execute, newName, sharedCluster } from '../../helpers/postgres.ts';

/** The connection that writes to a database of its own, with an empty table. */
async function writer(t: Test) {
  const cluster = await sharedCluster();
  const name = newName();
  await execute(cluster.url('postgres'), `create database ${name}`);
  const url = cluster.url(name);
  await execute(url, 'create table pairs (k bigint primary key, v text)');
  const connections = connectionsTo(url);
  const client = await connections.writer();
  t.teardown(async () => {
    client.release();
    await connections.end();
    await execute(cluster.url('postgres'), `drop database ${name} with (force)`);
  });
  return { client, url };
}

const query = (text: string, ...values: unknown[]): Query => ({ text, values });
const insert = (k: number, v: string | null): Query =>
  query('insert into pairs values ($1, $2) returning v', k, v);
const all = query('select k, v from pairs order by k');

test('statements are executed in order, each as the ones before left the tables', async (t) => {
  const { client } = await writer(t);
  for (let i = 0; i < 3; i++) {
    const answers = await flush(client, [
      query('begin'),
      insert(1, 'one'),
      all,
      insert(2, null),
      all,
      query('update pairs set v = $1', 'two'),
      all,
      query('rollback'),
      all,
    ]);
    t.same(
      answers.map(({ rows, command }) => [command, rows]),
      [
        ['BEGIN', []],
        ['INSERT 0 1', [{ v: 'one' }]],
        ['SELECT 1', [{ k: 1, v: 'one' }]],
        ['INSERT 0 1', [{ v: null }]],
        [
          'SELECT 2',
          [
            { k: 1, v: 'one' },
            { k: 2, v: null },
          ],
        ],
        ['UPDATE 2', []],
        [
          'SELECT 2',
          [
            { k: 1, v: 'two' },
            { k: 2, v: 'two' },
          ],
        ],
        ['ROLLBACK', []],
        ['SELECT 0', []],
      ],
      i === 0 ? 'before they are prepared' : 'and when they are',
    );
  }
});

test('behind a statement that fails none is executed, also no COMMIT, and all can be sent again', async (t) => {
  const { client, url } = await writer(t);
  const good = [insert(1, 'one'), query('update pairs set v = $1', 'two')];
  for (const bad of [
    // In the text, in a value, in what it does.
    query('select nothing from pairs'),
    query('select $1::bigint', 'no number'),
    insert(1, 'again'),
  ])
    for (const place of [1, 2]) {
      const group = [
        query('begin'),
        ...good.slice(0, place),
        bad,
        ...good.slice(place),
        query('commit'),
        all,
      ];
      await t.rejects(flush(client, group), { name: 'error' }, bad.text);
      t.same(await execute(url, 'select * from pairs'), []);
      await flush(client, [query('rollback')]);
    }
  const answers = await flush(client, [query('begin'), ...good, query('commit'), all]);
  t.same(answers.at(-1)?.rows, [{ k: 1, v: 'two' }]);
});

test('one statement that fails as it was prepared for other tables is prepared anew when it is sent again', async (t) => {
  const { client, url } = await writer(t);
  const whole = query('select * from pairs');
  t.same(await flush(client, [whole]), [{ rows: [], command: 'SELECT 0' }]);
  await execute(url, `alter table pairs add column w text; insert into pairs values (1, 'v', 'w')`);
  await t.rejects(flush(client, [whole]), { code: '0A000' });
  t.same((await flush(client, [whole]))[0]?.rows, [{ k: 1, v: 'v', w: 'w' }]);
});

test('a connection that is lost fails what was sent over it, and what is sent after', async (t) => {
  const { client, url } = await writer(t);
  const slow = flush(client, [query('select pg_sleep(60)'), all]);
  const failed = slow.catch((error: unknown) => error);
  await execute(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`,
  );
  t.ok(isOutage(await failed));
  t.ok(isOutage(await flush(client, [all]).catch((error: unknown) => error)));
});

test('what takes too long fails after the time that it was given', async (t) => {
  const { client } = await writer(t);
  await t.rejects(flush(client, [query('select pg_sleep(60)')], 50), { message: 'Query read timeout' });
  client.connection.stream.destroy();
});

test('every value comes back as it was sent', async (t) => {
  const { client } = await writer(t);
  const text = fc.string({ unit: fc.constantFrom(...'ab,{}"\\\' \n', 'é', '漢', '𝒳', 'NULL') });
  await fc.assert(
    fc.asyncProperty(
      fc.option(text),
      fc.array(text),
      fc.maxSafeInteger(),
      fc.uint8Array(),
      async (one, list, number, bytes) => {
        const [answer] = await flush(client, [
          query(
            'select $1::text as one, to_json($2::text[])::text as list, $3::bigint as number, $4::bytea as bytes',
            one,
            list,
            number,
            bytes,
          ),
        ]);
        t.same(answer?.rows, [{ one, list: JSON.stringify(list), number, bytes: Buffer.from(bytes) }]);
      },
    ),
  );
});
