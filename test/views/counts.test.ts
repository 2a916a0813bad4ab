import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import type { KyselyPlugin } from 'kysely';
import t from 'tap';
import type { Change } from '../../src/ledger/change.ts';
import { itemsOf } from '../../src/ledger/posting.ts';
import { openStore } from '../../src/store/open-store.ts';
import { Recorder } from '../../src/store/recorder.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { Counts, changesOf } from '../../src/views/counts.ts';
import { bytesOfTally, StoredTally } from '../../src/views/stored-tally.ts';
import { type Breakdown, breakdown } from '../../src/views/summary.ts';
import {
  ChangingTally,
  dayNumber,
  dayText,
  everything,
  type Fits,
  type Tally,
  TallySum,
  tallyOf,
} from '../../src/views/tally.ts';
import { dayOf, sampleLedger } from '../verify/sample.ts';

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

  let read = 0;
  const counting: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      read += result.rows.length;
      return result;
    },
  };
  const restarted = new Counts({ ...store, db: store.db.withPlugin(counting) }, (error) =>
    failures.push(error),
  );
  for (const position of [1, end, end - 1, 2500, end]) {
    read = 0;
    await restarted.at('one', position, hexOf);
    t.ok(read < 600, `as of ${position}, ${read} rows are read`);
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

const records = fc.array(
  fc.record({
    kind: fc.constantFrom('mou', 'project', 'meeting'),
    standing: fc.constantFrom(1, 1, 0),
    named: fc.constantFrom(0, 1),
    meeting_id: fc.constantFrom(null, 'm'),
    pillar: fc.constantFrom(null, 'p'),
    zone: fc.constant(null),
    sector: fc.constantFrom('s', 't'),
    instrument: fc.constant(null),
    earliest: fc.constantFrom(null, ...Array.from({ length: 40 }, (_, i) => dayOf(i * 10))),
    latest: fc.nat(200).map((i) => dayOf(390 + i)),
  }),
  { maxLength: 300 },
);

t.test('what is stored is cut as what it was made from, also where it holds what changed', (t) => {
  fc.assert(
    fc.property(records, records, fc.nat(700), fc.nat(700), (before, after, one, other) => {
      const [all, changed] = [new ChangingTally(true), new ChangingTally(true)];
      for (const record of before) all.change(undefined, record);
      for (const record of after) changed.change(undefined, record);
      // Taken away from what is in the other one, so that some counts are negative.
      for (const record of before.slice(0, 100))
        changed.change(record, { ...record, sector: null, named: 1 });
      const [day, end] = [dayNumber(dayOf(one)), dayNumber(dayOf(other))];
      const questions: Fits[] = [
        ({ earliest, latest }) => (latest <= day ? 'total' : earliest <= day ? 'possible' : undefined),
        ({ earliest, latest }) => (earliest > day && latest <= end ? 'total' : undefined),
        ({ earliest, latest }) =>
          earliest >= day && latest <= end
            ? 'total'
            : earliest <= end && latest >= day
              ? 'possible'
              : undefined,
      ];
      const sum = new TallySum(all, changed);
      const stored = [all, changed, sum].map((tally) => new StoredTally(bytesOfTally(tally)));
      for (const fits of questions)
        for (const [dimension, key] of [
          ['all', ''],
          ['sector', 's'],
          ['pillar', 'p'],
          ['meeting', 'm'],
          ['zone', 'z'],
        ] as const)
          for (const [i, tally] of [all, changed, sum].entries()) {
            t.strictSame(stored[i]?.cut(dimension, key, fits), tally.cut(dimension, key, fits));
            t.strictSame(stored[i]?.total(dimension, key), tally.total(dimension, key));
          }
      t.equal(hexOf(new TallySum(...stored.slice(0, 2))), hexOf(sum));
    }),
    { numRuns: 20 },
  );
  t.end();
});

/** The slow and obvious way. */
function breakdownOf(
  tally: Tally,
  until: string,
): Pick<Breakdown, 'byYear' | 'firstOccurrence' | 'lastOccurrence'> {
  const cells = tally.cells('all', '').filter(({ latest }) => latest <= dayNumber(until));
  const yearOf = (day: number) => dayText(day).slice(0, 4);
  const keys = cells.map(({ earliest, latest }) =>
    yearOf(earliest) === yearOf(latest) ? yearOf(latest) : null,
  );
  const byYear = [...new Set(keys)]
    .toSorted((a, b) => (a ?? '9999').localeCompare(b ?? '9999'))
    .map((key) => {
      const counts = cells.filter((_, i) => keys[i] === key).map((cell) => cell.counts);
      const sum = (of: 'mous' | 'projects') => counts.reduce((sum, one) => sum + one[of], 0);
      return { key, mous: sum('mous'), projects: sum('projects') };
    });
  const firsts = cells.map(({ earliest, latest }) => earliest || latest);
  return {
    byYear: byYear.filter(({ mous, projects }) => mous !== 0 || projects !== 0),
    ...(firsts.length > 0 && {
      firstOccurrence: dayText(Math.min(...firsts)),
      lastOccurrence: dayText(Math.max(...cells.map(({ latest }) => latest))),
    }),
  };
}

const lateOne = (latest: string, earliest: string | null = null) => ({
  kind: 'mou' as const,
  standing: 1 as const,
  named: 1 as const,
  meeting_id: null,
  pillar: null,
  zone: null,
  sector: 's' as const,
  instrument: null,
  earliest,
  latest,
});
const lateOnes = Array.from({ length: 40 }, (_, i) => lateOne(dayOf(400 + i)));

t.test('years, and the first and the last day, are those of the cells', (t) => {
  fc.assert(
    fc.property(records, fc.nat(300), fc.nat(700), (before, kept, day) => {
      const [all, changed] = [new ChangingTally(true), new ChangingTally(true)];
      for (const record of before) all.change(undefined, record);
      for (const record of before.slice(kept)) changed.change(record, { ...record, standing: 0 });
      const stored = [all, changed].map((tally) => new StoredTally(bytesOfTally(tally)));
      const until = dayOf(day);
      t.match(breakdown(new TallySum(...stored), until), breakdownOf(new TallySum(all, changed), until));
    }),
    {
      numRuns: 100,
      // In the second block the first day is of a span that ends late, among others of which no first day is known.
      examples: [[[...lateOnes, lateOne('2012-01-01', '2010-05-05')], 300, 800]],
    },
  );
  t.end();
});

t.test('what changed since an earlier snapshot is used as long as that one is there', async (t) => {
  const sample = await sampleLedger(t);
  const store = await openStore(sample.url);
  t.teardown(() => store.close());
  const snapshots = await store.db.selectFrom('count_snapshots').selectAll().orderBy('position').execute();
  const later = snapshots.findLast(({ initiative_id, since }) => initiative_id === 'sci' && since > 0);
  if (!later) return t.fail('there is no snapshot of what changed');
  const earlier = snapshots.find(({ position }) => position === later.since);
  t.ok(earlier && later.tally.length < earlier.tally.length / 2, 'it is the smaller one');
  const at = (position: number) =>
    new Counts(store, (error) => t.fail('counts', { error })).at('sci', position, hexOf);
  const folded = tallyOf('sci');
  for (const { before, after } of await changesOf(store.db, 'sci', 0, later.position, 100_000))
    folded.change(before, after);
  t.equal(await at(later.position), hexOf(folded));

  const writer = new Sqlite(sample.file);
  t.teardown(() => writer.close());
  const empty = Buffer.alloc(0);
  writer.prepare('update count_snapshots set tally = ? where position = ?').run(empty, later.position);
  t.not(await at(later.position), hexOf(folded), 'it is read, or this would not be seen');
  writer.prepare('delete from count_snapshots where position = ?').run(later.since);
  t.equal(await at(later.position), hexOf(folded));
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
