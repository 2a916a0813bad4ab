import { test } from 'tap';
import { itemsOf } from '../../../src/rules.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { Recorder } from '../../../src/store/recorder.ts';
import { claim, corrected, evidence, initiative, meeting, mou, now } from '../../helpers/decide.ts';
import '../../helpers/on-postgres.ts';
import { execute, startCluster } from '../../helpers/postgres.ts';

// Nothing else makes plans anew here: no table is analysed.
test('a plan that was made for a small ledger is not kept while it grows', async (t) => {
  const cluster = await startCluster(['autovacuum=off']);
  t.teardown(() => cluster.end());
  const url = cluster.url('postgres');
  const store = await openStore(url, { clock: () => now, serverClock: () => now });
  const recorder = new Recorder(store, () => now);
  const post = (body: object, key?: string) =>
    recorder.record({
      initiativeId: 'sci',
      principal: 'officer',
      authority: 'operator',
      dryRun: false,
      items: itemsOf(body),
      ...(key !== undefined && { idempotency: { key, fingerprint: Buffer.alloc(32) } }),
    });
  const officer = async (id: number): Promise<void> => {
    const eventId = `018cd97e-9200-7000-8000-${`${id}`.padStart(12, '0')}`;
    await post(meeting(`m-${id}`, '2023-12-14', { name: `M ${id}` }), `key ${id}`);
    await post(mou({ eventId, recordId: `r-${id}`, data: { title: `T ${id}`, meetingId: `m-${id}` } }));
    await post(mou({ data: { title: `T ${id}`, meetingId: `m-${id}`, externalId: `E ${id}` } }));
    await post(claim({ scope: `meeting:m-${id}`, value: 1 }));
    await post(corrected(`r-${id}`, { data: { title: `T ${id + 1}` } }));
    await post(evidence(`r-${id}`, 'Gazette'));
  };
  await post(initiative());
  for (let id = 0; id < 10; id++) await officer(id);
  for (let i = 0; i < 5; i++) await post(mou({ repeat: 1000 }));
  for (let id = 10; id < 60; id++) await officer(id);
  const { position: end } = await store.head();
  await store.close();
  // A session has told the server what it read when it has ended, and that is what stopping it waits for.
  await cluster.stop('fast');
  await cluster.start();
  const [found] = await execute(
    url,
    `select sum(seq_tup_read)::int as read from pg_stat_user_tables where relname in ('events', 'records')`,
  );
  const { read } = found as { read: number };
  t.ok(read < 10 * end, `${read} rows were read without an index, of ${end}`);
});
