import { join } from 'node:path';
import { test } from 'tap';
import { openLedgerApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { directoryFor, emptyDatabase } from '../../helpers/database.ts';
import { initiative } from '../../helpers/decide.ts';
import { poster } from '../../helpers/ledger.ts';
import '../../helpers/on-postgres.ts';
import { sharedCluster } from '../../helpers/postgres.ts';
import { scraped } from '../../helpers/prometheus.ts';
import { proxyTo } from '../../helpers/proxy.ts';
import { until } from '../../helpers/until.ts';

test('while PostgreSQL is away or silent, a scrape says so, and what was known before', async (t) => {
  const url = await emptyDatabase(t);
  const proxy = await proxyTo(t, await sharedCluster());
  const app = await openLedgerApp(
    readConfig({
      DATABASE_URL: proxy.url(url.slice(url.lastIndexOf('/') + 1)),
      SIGNER_DIR: join(directoryFor(t), 'signer'),
    }),
    false,
  );
  t.teardown(() => app.close());
  await poster(app)(initiative());
  const scrape = async () => scraped(await app.metrics.scrape()).series;
  await until(async () => (await scrape()).get('milestone_ledger_unsigned_events') === 0);
  const before = await scrape();
  t.equal(before.get('milestone_ledger_ready'), 1);
  t.equal(before.get('milestone_ledger_log_events'), 1);
  t.ok((before.get('milestone_ledger_database_connections') ?? 0) >= 1);
  t.ok([...before.keys()].some((key) => /engine="PostgreSQL"/.test(key)));
  for (const name of ['database_bytes', 'disk_free_bytes', 'reading_threads', 'backup_failed'])
    t.notOk(before.has(`milestone_ledger_${name}`), `${name} is of SQLite`);

  await proxy.shut();
  const away = await scrape();
  t.equal(away.get('milestone_ledger_ready'), 0);
  t.equal(away.get('milestone_ledger_not_ready{code="storage-unavailable"}'), 1);
  t.equal(away.get('milestone_ledger_log_events'), 1);
  t.ok((away.get('milestone_ledger_checkpoint_age_seconds') ?? -1) >= 0, 'the age goes on');

  await proxy.open();
  await until(async () => (await scrape()).get('milestone_ledger_ready') === 1);
  proxy.silence();
  const silent = await scrape();
  t.equal(silent.get('milestone_ledger_ready'), 0);
  t.equal(silent.get('milestone_ledger_log_events'), 1);
  // What waits for the silent server ends.
  await proxy.shut();
  await proxy.open();
});
