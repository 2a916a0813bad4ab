import { join } from 'node:path';
import type { KyselyPlugin } from 'kysely';
import t from 'tap';
import type { Change } from '../../src/ledger/change.ts';
import { itemsOf } from '../../src/ledger/posting.ts';
import { Recorder } from '../../src/store/recorder.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { Counts, changesOf } from '../../src/views/counts.ts';
import { bytesOfTally, StoredTally } from '../../src/views/stored-tally.ts';
import { ChangingTally, everything, type Tally, TallySum, tallyOf } from '../../src/views/tally.ts';

const milestones = (initiative: number, batch: number) =>
  Array.from({ length: 500 }, (_, i) => ({
    type: i % 3 === 0 ? 'ProjectLaunched' : 'MoUSigned',
    recordId: `r-${batch}-${i}`,
    occurredOn: `20${10 + (i % 10)}-0${1 + (batch % 9)}`,
    data: { pillar: `p${(i + initiative) % 5}`, ...(i % 2 ? { title: `T${i}` } : {}) },
  }));
const hexOf = (tally: Tally): string => Buffer.from(bytesOfTally(tally)).toString('hex');
const corrections = (batch: number) =>
  Array.from({ length: 100 }, (_, i) => ({
    type: 'RecordCorrected',
    recordId: `r-${batch}-${i}`,
    changes: { data: { pillar: null } },
    reason: { code: 'other', text: 'A test.' },
  }));

t.test('counts as of any position are those folded from the beginning, by way of few changes', async (t) => {
  const failures: unknown[] = [];
  const store = await openSqlite(join(t.testdir(), 'ledger.db'));
  t.teardown(() => store.close());
  const counts = new Counts(store, (error) => failures.push(error));
  const recorder = new Recorder(store, Date.now, (changes) => counts.observe(changes));
  const post = (initiativeId: string, body: object) =>
    recorder.record({ initiativeId, principal: 'test', items: itemsOf(body), dryRun: false });

  const initiatives = ['one', 'two', 'three'];
  for (const initiativeId of initiatives)
    await post(initiativeId, { type: 'InitiativeRegistered', data: { name: 'X' } });
  for (let batch = 0; batch < 6; batch++) {
    for (const [i, initiativeId] of initiatives.slice(0, batch % 2 === 0 ? 3 : 1).entries()) {
      await post(initiativeId, { events: milestones(i, batch) });
      if (i === 0) await post(initiativeId, { events: corrections(batch) });
    }
  }
  await counts.settled();
  t.same(failures, []);
  const { position: end } = await store.head();

  const snapshots = await store.db.selectFrom('count_snapshots').selectAll().execute();
  for (const scope of [everything, 'one']) {
    const own = snapshots.filter(({ initiative_id }) => initiative_id === scope);
    t.ok(own.length >= (scope === everything ? 1 : 2), `${scope || 'all'} has snapshots`);
  }

  const cold = new Counts(store, (error) => failures.push(error));
  for (const scope of [everything, ...initiatives, 'unknown']) {
    const changes = await changesOf(store.db, scope, 0, end, 100_000);
    // The end first, so that later ones are read behind what is kept in memory.
    for (const position of [end, 1, 999, 1000, 1001, 2500, 4000, end - 1, end, 0]) {
      const folded = tallyOf(scope);
      for (const { position: at, before, after } of changes) if (at <= position) folded.change(before, after);
      for (const one of [counts, cold]) {
        const found = await one.at(scope, position, hexOf);
        if (found !== hexOf(folded)) t.fail(`${scope || 'all'} as of ${position} differs`);
      }
    }
  }
  t.same(failures, []);
});

t.test('a tally survives being stored, and is the same whatever the order of its changes', async (t) => {
  const record = {
    kind: 'mou',
    standing: 1,
    named: 1,
    meeting_id: 'm',
    pillar: 'p/q',
    zone: null,
    sector: 'ü',
    instrument: null,
    earliest: null,
    latest: '2022-01-01',
  };
  const other = { ...record, kind: 'project', pillar: null, earliest: '2021-01-01', latest: '2021-12-31' };
  const [forth, back] = [new ChangingTally(true), new ChangingTally(true)];
  forth.change(undefined, record);
  forth.change(undefined, other);
  forth.change(record, other);
  back.change(undefined, other);
  back.change(undefined, other);
  t.equal(hexOf(forth), hexOf(back));
  const stored = new StoredTally(bytesOfTally(back));
  t.equal(hexOf(stored), hexOf(back));
  for (const [dimension, key] of [
    ['all', ''],
    ['sector', 'ü'],
    ['pillar', 'p/q'],
    ['meeting', 'm'],
  ] as const) {
    t.same([...stored.cells(dimension, key)], back.cells(dimension, key));
    t.same(stored.total(dimension, key), back.total(dimension, key));
  }
  t.same(stored.keys('zone'), []);
  back.change(other, { ...other, standing: 0 });
  back.change(other, { ...other, standing: 0 });
  t.equal(hexOf(back), '', 'nothing is left of what was taken away');
  t.equal(back.size, 0);
  const undone = new ChangingTally(true);
  undone.change(other, { ...other, standing: 0 });
  undone.change(other, { ...other, standing: 0 });
  const nothing = new TallySum(stored, undone);
  t.same([...nothing.cells('all', '')], [], 'nor in a sum');
  t.equal(nothing.total('all', '').projects, 0);
  t.equal(hexOf(nothing), '');
});

t.test('what is observed while it is being read from the log counts once', async (t) => {
  const store = await openSqlite(join(t.testdir(), 'ledger.db'));
  t.teardown(() => store.close());
  let during = (): void => {};
  const watched: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      during();
      during = () => {};
      return result;
    },
  };
  const counts = new Counts({ ...store, db: store.db.withPlugin(watched) }, (error) => t.fail(String(error)));
  let changes: Change[] = [];
  const recorder = new Recorder(store, Date.now, (recorded) => {
    changes = recorded;
  });
  const post = (body: object) =>
    recorder.record({ initiativeId: 'one', principal: 'test', items: itemsOf(body), dryRun: false });
  const mous = async (): Promise<number> =>
    counts.at('one', (await store.head()).position, (tally) => tally.total('all', '').mous);

  await post({ type: 'InitiativeRegistered', data: { name: 'X' } });
  counts.observe(changes);
  t.equal(await mous(), 0);
  await post({ type: 'MoUSigned', occurredOn: '2023', repeat: 5 });
  during = () => counts.observe(changes);
  t.equal(await mous(), 5);
  t.equal(await mous(), 5);
});
