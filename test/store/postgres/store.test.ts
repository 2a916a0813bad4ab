import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { eventColumns } from '../../../src/db/schema.ts';
import { StoreUnavailable } from '../../../src/store/lock-file.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { corrected, given, initiative, meeting, mou, now, openLedger } from '../../helpers/decide.ts';
import '../../helpers/on-postgres.ts';
import { execute, startCluster } from '../../helpers/postgres.ts';

const serviceRole = readFileSync(
  new URL('../../../migrations/postgres-service-role.sql', import.meta.url),
  'utf8',
);

test('events are never changed and never deleted, also by the owner', async (t) => {
  const ledger = await given(t, mou());
  for (const column of eventColumns.filter((name) => name !== 'fingerprint'))
    await t.rejects(
      execute(ledger.url, `update events set ${column} = ${column} where position = 1`),
      { message: 'events are never changed' },
      column,
    );
  for (const statement of ['delete from events where position = 2', 'delete from events', 'truncate events'])
    await t.rejects(execute(ledger.url, statement), { message: 'events are never deleted' }, statement);
  t.equal(ledger.end(), 2);
});

test('a fingerprint can be emptied and nothing else', async (t) => {
  const ledger = await given(t, mou());
  const change = 'update events set fingerprint = $1 where position = 2';
  for (const value of [randomBytes(32), Buffer.alloc(0)])
    await t.rejects(execute(ledger.url, change, [value]), { message: 'events are never changed' });
  await execute(ledger.url, change, [null]);
  await ledger.refresh();
  t.match(
    ledger.rows('events').map(({ fingerprint }) => fingerprint),
    [Buffer, null],
  );
});

test('tiles and checkpoints are never changed and never deleted', async (t) => {
  const ledger = await given(t, mou({ repeat: 300 }));
  await ledger.store.keepCheckpoint({
    size: 301,
    root_hash: randomBytes(32),
    signed_at: now,
    note: 'n',
    previous: 0,
  });
  for (const table of ['tiles', 'checkpoints']) {
    await t.rejects(
      execute(ledger.url, `update ${table} set ${table === 'tiles' ? 'root = root' : 'note = note'}`),
      {
        message: `${table} are never changed`,
      },
    );
    for (const statement of [`delete from ${table}`, `truncate ${table}`])
      await t.rejects(execute(ledger.url, statement), { message: `${table} are never deleted` }, statement);
  }
});

test('the role of the service can do all that the service does, and not change or delete the log', async (t) => {
  const cluster = await startCluster();
  t.teardown(() => cluster.end());
  const owner = cluster.url('postgres');
  const service = owner.replace('postgres@', 'milestone_ledger_service@');
  await execute(
    owner,
    'do $$ begin create role milestone_ledger_service login; exception when duplicate_object then null; end $$',
  );
  const early = await openStore(service).catch((error: unknown) => error);
  t.ok(early instanceof StoreUnavailable, 'it makes no tables');
  t.match(String(early), /migrate/);
  await (await openStore(owner)).close();
  await execute(owner, serviceRole);
  await execute(owner, serviceRole);

  const ledger = await openLedger(t, () => now, service);
  await ledger.post(initiative());
  await ledger.post(meeting('m', '2023', { coChairs: [{ name: 'Ada Example' }] }), { key: 'k' });
  await ledger.post(mou({ repeat: 300 }));
  await ledger.post(corrected('mou-1', { data: { title: 'T' } }));
  const [{ name } = { name: {} }] = ledger.record('m').data.coChairs;
  const erased = {
    type: 'PersonalDataErased',
    recordId: 'm',
    legalBasis: 'A law',
    commitments: [name.commitment],
  };
  await ledger.post(erased);
  t.equal(ledger.rows('openings').length, 0);
  await ledger.store.keepCheckpoint({
    size: 1,
    root_hash: randomBytes(32),
    signed_at: now,
    note: 'n',
    previous: 0,
  });
  await ledger.store.keepSigningKey({ vkey: 'v', signs_from: 1, signs_until: null });
  await ledger.store.keepSigningKey({ vkey: 'v', signs_from: 1, signs_until: 2 });
  await ledger.store.keepSnapshot({ initiative_id: 'sci', position: 1, tally: Buffer.alloc(1) });
  await ledger.store.forgetAnswers(now + 1);
  await ledger.check();

  for (const statement of [
    `update events set leaf = '{}' where position = 1`,
    'update events set position = 9 where position = 1',
    'delete from events',
    'truncate events',
    'update tiles set root = root',
    'delete from tiles',
    'delete from checkpoints',
    'delete from records',
    'update records set named = 1',
    'drop table events',
    'alter table events disable trigger all',
    'set session_replication_role = replica',
    'create table x (y int)',
  ])
    await t.rejects(execute(service, statement), { code: /^42501$/ }, statement);
});

test('what a server is told about durability does not weaken a 201', async (t) => {
  const ledger = await given(t);
  const name = ledger.url.slice(ledger.url.lastIndexOf('/') + 1);
  await execute(ledger.url, `alter database ${name} set synchronous_commit = off`);
  t.teardown(() => execute(ledger.url, `alter database ${name} reset synchronous_commit`));
  await ledger.close();
  const again = await openLedger(t, () => now, ledger.url);
  await execute(
    ledger.url,
    `create table told (setting text);
    create function tell() returns trigger language plpgsql as $$
      begin insert into told values (current_setting('synchronous_commit')); return new; end $$;
    create trigger tell before update on head for each row execute function tell()`,
  );
  t.teardown(() => execute(ledger.url, 'drop trigger tell on head; drop function tell; drop table told'));
  await again.post(mou());
  t.same(await execute(ledger.url, 'select setting from told'), [{ setting: 'on' }]);
});

test('where one statement of a group fails nothing of it stays, although COMMIT is sent behind it', async (t) => {
  const ledger = await given(t, mou({ recordId: 'a' }));
  // Each statement of a group; by the last one, COMMIT itself.
  const failing = [
    ['idempotency_keys', 'trigger refuse before insert'],
    ['events', 'trigger refuse before insert'],
    ['records', 'trigger refuse before insert'],
    ['records', 'trigger refuse before update'],
    ['openings', 'trigger refuse before insert'],
    ['record_numbers', 'trigger refuse before insert'],
    ['tiles', 'trigger refuse before insert'],
    ['head', 'trigger refuse before update'],
    ['events', 'constraint trigger refuse after insert'],
  ] as const;
  for (const [i, [table, trigger]] of failing.entries()) {
    const before = ledger.end();
    const group = {
      events: [
        meeting(`m-${i}`, '2023', { coChairs: [{ name: 'Ada Example' }] }),
        corrected('a', { data: { title: `T ${i}` } }),
        // Tiles are full at the latest then.
        mou({ repeat: 256 }),
      ],
    };
    const isLast = trigger.startsWith('constraint');
    await execute(
      ledger.url,
      `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'not today'; end $$;
      create ${trigger} on ${table} ${isLast ? 'deferrable initially deferred' : ''} for each row execute function refuse()`,
    );
    try {
      await t.rejects(
        ledger.post(group, { key: `k-${i}` }),
        { code: 'storage-unavailable', cause: { message: 'not today' } },
        `${table}: ${trigger}`,
      );
    } finally {
      await execute(ledger.url, `drop trigger refuse on ${table}; drop function refuse`);
    }
    await ledger.refresh();
    t.equal(ledger.rows('events').length, before);
    t.equal(ledger.rows('idempotency_keys').length, i);
    t.equal((await ledger.post(group, { key: `k-${i}` })).recorded[0]?.position, before + 1);
  }
});

test('an instance that is paused in the middle of a group frees the end of the log, and decides anew', async (t) => {
  const ledger = await given(t);
  const paused = await openStore(`${ledger.url}?idle_in_transaction_session_timeout=200`);
  t.teardown(() => paused.close());
  const begun = Promise.withResolvers<void>();
  const goesOn = Promise.withResolvers<void>();
  const seen: number[] = [];
  const group = paused.group(async ({ head, facts, answered }) => {
    seen.push(head.position);
    begun.resolve();
    await goesOn.promise;
    return (await answered(facts.versions([{ initiativeId: 'sci', recordId: 'a' }]))).length;
  });
  await begun.promise;
  await ledger.post(mou({ recordId: 'a' }));
  goesOn.resolve();
  t.equal(await group, 1);
  t.same(seen, [1, 2]);
});
