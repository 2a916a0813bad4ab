import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { openLedgerApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { restoreLeaves } from '../../../src/copy/restore-leaves.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { emptyDatabase } from '../../helpers/database.ts';
import { initiative, meeting, mou } from '../../helpers/decide.ts';
import '../../helpers/on-postgres.ts';
import { listen } from '../../helpers/shell.ts';
import { StreamReader } from '../../helpers/streaming.ts';
import { until } from '../../helpers/until.ts';

/** So many instances on one database, of which the first one signs; they close themselves. */
async function instances(t: Test, count: number) {
  const url = await emptyDatabase(t);
  const directory = t.testdir();
  const open = async (signerDirectory: string) => {
    const app = await openLedgerApp(readConfig({ DATABASE_URL: url, SIGNER_DIR: signerDirectory }), false);
    t.teardown(() => app.close());
    const post = async (payload: object, headers = {}, initiativeId = 'sci') => {
      const answer = await app.inject({
        method: 'POST',
        url: `/v1/initiatives/${initiativeId}/events`,
        payload,
        headers,
      });
      return { status: answer.statusCode, headers: answer.headers, body: answer.json() };
    };
    const get = async (path: string) => (await app.inject(path)).json();
    return { app, post, get };
  };
  const apps: Awaited<ReturnType<typeof open>>[] = [];
  for (let i = 0; i < count; i++) apps.push(await open(i === 0 ? join(directory, 'signer') : ''));
  const [first, second] = apps;
  if (!first || !second) throw new Error('at least two');
  await first.post(initiative());
  return { url, first, second, apps };
}

test('two instances record at once: one log, and every stream has each position once, in order', async (t) => {
  const { url, apps } = await instances(t, 2);
  const readers = await Promise.all(apps.map(async ({ app }) => StreamReader.open(t, await listen(app))));
  const officer = async (i: number): Promise<number[]> => {
    const positions: number[] = [];
    for (let n = 0; n < 12; n++) {
      const { status, body } = await (apps[(i + n) % apps.length] as (typeof apps)[0]).post({
        events: [mou({ repeat: 1 + ((i + n) % 4) }), mou({ recordId: `o-${i}-${n}` })],
      });
      if (status !== 201) throw new Error(JSON.stringify(body));
      positions.push(...body.recorded.map(({ position }: { position: number }) => position));
    }
    return positions;
  };
  const positions = (await Promise.all(Array.from({ length: 16 }, (_, i) => officer(i)))).flat();
  const all = Array.from({ length: positions.length + 1 }, (_, i) => i + 1);
  t.same(
    positions.sort((a, b) => a - b),
    all.slice(1),
    'each position was given once',
  );
  for (const reader of readers) {
    await reader.until(({ ids }) => ids.length >= all.length);
    t.same(reader.ids, all);
    reader.close();
  }

  const bases = await Promise.all(apps.map(({ get }) => get('/v1/initiatives/sci/summary')));
  t.same(bases[0], bases[1], 'both count alike');
  t.equal(bases[0].counts.mous.total, all.length - 1);

  const store = await openStore(url);
  const other = await openStore(`file:${join(t.testdir(), 'copy.db')}`);
  await restoreLeaves(
    other,
    Buffer.from((await store.leafLines(0, all.length)) ?? [])
      .toString()
      .trimEnd()
      .split('\n')
      .map((leaf) => ({ leaf, openings: [] })),
  );
  t.same((await other.head()).rootHash, (await store.head()).rootHash, 'the root is that of SQLite');
  t.equal(Buffer.from((await store.head()).rootHash).toString('hex'), bases[0].basis.rootHash);
  for (const size of [1, 255, 256, 300, 511, all.length])
    t.same(await other.rootAt(size), await store.rootAt(size), `the root of size ${size}`);
  await other.close();
  await store.close();
});

test('an Idempotency-Key and an eventId hold across instances', async (t) => {
  const { first, second, apps } = await instances(t, 2);
  const headers = { 'idempotency-key': 'k' };
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) => (apps[i % 2] as (typeof apps)[0]).post(mou(), headers)),
  );
  t.equal(answers.filter(({ headers }) => headers['idempotent-replayed'] !== 'true').length, 1);
  t.equal(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1);
  t.match(await second.post(mou({ note: 'n' }), headers), {
    status: 422,
    body: { code: 'idempotency-key-reused' },
  });

  const eventId = randomUUID();
  const [one, two] = await Promise.all([first.post(mou({ eventId })), second.post(mou({ eventId }))]);
  t.same([one.status, two.status].sort(), [200, 201]);
  t.match(await second.post(mou({ eventId, note: 'n' })), { status: 409, body: { code: 'event-exists' } });
});

test('what one instance has answered, every other one shows', async (t) => {
  const { first, second } = await instances(t, 2);
  for (let i = 1; i <= 20; i++) {
    const [writer, reader] = i % 2 === 0 ? [first, second] : [second, first];
    await writer.post(mou({ recordId: `m-${i}` }));
    t.equal((await reader.get('/v1/initiatives/sci/summary')).counts.mous.total, i);
    t.equal((await reader.get(`/v1/initiatives/sci/records/m-${i}`)).version, 1);
  }
});

test('a name that one instance erased is gone from the answers that others keep', async (t) => {
  const { first, second } = await instances(t, 2);
  await first.post(meeting('m', '2023-12-14', { coChairs: [{ name: 'Ada Example' }] }));
  const past = '/v1/initiatives/sci/records/m?asOfPosition=2';
  const events = '/v1/initiatives/sci/events';
  t.match((await second.app.inject(past)).body, 'Ada Example');
  const { items } = await first.get(events);
  const [{ name }] = items[1].event.data.coChairs;
  const { status } = await first.post({
    type: 'PersonalDataErased',
    recordId: 'm',
    commitments: [name.commitment],
    legalBasis: 'Art. 17(1)(a) GDPR',
  });
  t.equal(status, 201);
  t.notMatch((await second.app.inject(past)).body, 'Ada Example');
  t.notMatch((await second.app.inject(events)).body, 'Ada Example');
  const reader = await StreamReader.open(t, await listen(second.app));
  await reader.until(({ ids }) => ids.length === 3);
  t.notMatch(JSON.stringify(reader.events), 'Ada Example');
});

test('the instance that signs signs what others record', async (t) => {
  const { first, second } = await instances(t, 2);
  await second.post(mou({ repeat: 20 }));
  await until(async () => {
    const { body, statusCode } = await second.app.inject('/v1/log/checkpoint');
    return statusCode === 200 && body.split('\n')[1] === '21';
  });
  t.equal((await first.app.inject('/v1/log/checkpoint')).statusCode, 200);
});
