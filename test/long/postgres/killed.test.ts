import { test } from 'tap';
import '../../helpers/on-postgres.ts';
import { startCluster } from '../../helpers/postgres.ts';
import { type Kind, runKills } from '../../kills/run.ts';

/** `npm run kills` does it for longer, at random times and on a server that syncs. */
test('two instances and their server are killed under load, and everything acknowledged is there once', async (t) => {
  // What is acknowledged is on disk, whatever the server does by default.
  const cluster = await startCluster(['synchronous_commit=off']);
  t.teardown(() => cluster.end());
  const left: Kind[] = ['instance', 'connection', 'backend', 'instance', 'backend'];
  const { kills, events, streams, journal, checks } = await runKills(t, cluster, {
    instances: 2,
    clients: 12,
    readers: 4,
    seed: 'test',
    async nextKill(journal) {
      await journal.more(25);
      return left.shift();
    },
  });
  t.same(kills, { instance: 2, connection: 1, backend: 2 });
  t.ok(journal.acknowledged.length >= 150 && events > 150, `${events} events were recorded`);
  t.ok(streams > 4, 'streams broke and were resumed');
  for (const { name, wrong } of checks) t.same(wrong, [], name);
});
