import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import type { KyselyPlugin } from 'kysely';
import t from 'tap';
import { FoldedTally } from '../../src/projections/folded-tally.ts';
import { bytesOfTally, StoredTally } from '../../src/projections/stored-tally.ts';
import {
  ChangingTally,
  dayNumber,
  dayText,
  everything,
  type Fits,
  type Tally,
  TallySum,
  tallyOf,
  textOfKeys,
} from '../../src/projections/tally.ts';
import { itemsOf } from '../../src/rules.ts';
import type { Change } from '../../src/shapes/change.ts';
import { type ByName, byName, dimensions } from '../../src/shapes/dimensions.ts';
import { openStore } from '../../src/store/open-store.ts';
import { Recorder } from '../../src/store/recorder.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { changesOf, KeptCounts, ScopeCounts } from '../../src/views/counts.ts';
import { cellsByDays, DaySums, lastDayOf } from '../../src/views/day-sums.ts';
import { type Breakdown, breakdown, sharesOf } from '../../src/views/summary.ts';
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
  const counts = new ScopeCounts(store, (error) => failures.push(error));
  const recorder = new Recorder(store, Date.now, (changes) => counts.observe(changes));
  const post = (initiativeId: string, body: object) =>
    recorder.record({
      initiativeId,
      principal: 'test',
      authority: 'operator',
      items: itemsOf(body),
      dryRun: false,
    });

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

  const cold = new ScopeCounts(store, (error) => failures.push(error));
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
  const restarted = new ScopeCounts({ ...store, db: store.db.withPlugin(counting) }, (error) =>
    failures.push(error),
  );
  for (const position of [1, end, end - 1, 2500, end]) {
    read = 0;
    await restarted.at('one', position, hexOf);
    t.ok(read < 2_048, `as of ${position}, ${read} rows are read`);
  }
  t.same(failures, []);
});

t.test('a tally survives being stored, and is the same whatever the order of its changes', async (t) => {
  const record = {
    kind: 'mou',
    standing: 1,
    named: 1,
    meeting_id: 'm',
    keys: '{"pillar":["p/q"],"sector":["ü"]}',
    earliest: null,
    latest: '2022-01-01',
  };
  const other = {
    ...record,
    kind: 'project',
    keys: '{"sector":["ü"]}',
    earliest: '2021-01-01',
    latest: '2021-12-31',
  };
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

t.test('a record of several keys counts once under each, and not under none', async (t) => {
  const tally = new ChangingTally(true);
  const both = { ...lateOne(dayOf(1)), keys: '{"pillar":["a","b"]}' };
  tally.change(undefined, both);
  tally.change(undefined, { ...both, keys: '{"pillar":["b"]}' });
  tally.change(undefined, { ...both, keys: null });
  const shares = (tally: Tally) => sharesOf(tally).byPillar.map(({ key, mous }) => [key, mous]);
  const three = [
    ['a', 1],
    ['b', 2],
    [null, 1],
  ];
  t.same(shares(tally), three);
  t.same(shares(new StoredTally(bytesOfTally(tally))), three);
  tally.change(both, { ...both, keys: null });
  t.same(shares(tally), [
    ['b', 1],
    [null, 2],
  ]);
});

const records = fc.array(
  fc.record({
    kind: fc.constantFrom('mou', 'project', 'meeting'),
    standing: fc.constantFrom(1, 1, 0),
    named: fc.constantFrom(0, 1),
    meeting_id: fc.constantFrom(null, 'm'),
    keys: fc
      .record(
        { pillar: fc.constant(['p']), sector: fc.constantFrom(['s'], ['t']) },
        { requiredKeys: ['sector'] },
      )
      .map(textOfKeys),
    earliest: fc.constantFrom(null, ...Array.from({ length: 40 }, (_, i) => dayOf(i * 10))),
    latest: fc.nat(200).map((i) => dayOf(390 + i)),
  }),
  { maxLength: 300 },
);

t.test('what is stored with what changed is cut as both together', (t) => {
  fc.assert(
    fc.property(records, records, fc.nat(700), fc.nat(700), (before, after, one, other) => {
      const [all, changed] = [new ChangingTally(true), new ChangingTally(true)];
      for (const record of before) all.change(undefined, record);
      for (const record of after) changed.change(undefined, record);
      // Taken away from what is in the other one, so that some counts are negative.
      for (const record of before.slice(0, 100)) changed.change(record, { ...record, keys: null, named: 1 });
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
      const stored = new StoredTally(bytesOfTally(changed, new StoredTally(bytesOfTally(all))));
      for (const fits of questions)
        for (const [dimension, key] of [
          ['all', ''],
          ['sector', 's'],
          ['pillar', 'p'],
          ['meeting', 'm'],
          ['zone', 'z'],
        ] as const) {
          t.strictSame(stored.cut(dimension, key, fits), sum.cut(dimension, key, fits));
          t.strictSame(stored.total(dimension, key), sum.total(dimension, key));
        }
      t.equal(hexOf(stored), hexOf(sum));
    }),
    { numRuns: 20 },
  );
  t.end();
});

t.test('sums by day say what a tally says, cell by cell', (t) => {
  fc.assert(
    fc.property(
      records,
      records,
      fc.array(fc.nat(700), { minLength: 1, maxLength: 8 }),
      (before, after, asked) => {
        const [all, more] = [new ChangingTally(true), new ChangingTally(true)];
        for (const record of before) all.change(undefined, record);
        for (const record of after) more.change(undefined, record);
        const tally = new TallySum(new StoredTally(bytesOfTally(all)), more);
        const days = asked.map((i) => dayNumber(dayOf(i)));
        const years = [2009, 2010, 2011, 2012];
        const asking = new Set([...days, ...years.flatMap((year) => [lastDayOf(year - 1), lastDayOf(year)])]);
        const sums = new DaySums(
          cellsByDays(
            tally,
            'all',
            '',
            [...asking].sort((a, b) => a - b),
          ),
        );
        for (const day of days) {
          t.same(sums.upTo(day), tally.counts('all', '', dayText(day)));
          t.same(
            sums.after(day),
            tally.cut('all', '', ({ earliest }) => (earliest > day ? 'total' : undefined)).total,
          );
          for (const year of years) {
            const [first, last] = [year * 10_000 + 101, Math.min(year * 10_000 + 1231, day)];
            const fits: Fits = ({ earliest, latest }) => {
              if (first > last || earliest > last || latest < first) return undefined;
              return earliest >= first && latest <= last ? 'total' : 'possible';
            };
            t.same(sums.inYear(year, day), tally.cut('all', '', fits), `${year} by ${day}`);
          }
        }
      },
    ),
    { numRuns: 30 },
  );
  t.end();
});

/** The slow and obvious way. */
function breakdownOf(tally: Tally, until: string): Omit<Breakdown, ByName> {
  const cut = dayNumber(until);
  const some = tally.cells('all', '').filter(({ earliest }) => earliest <= cut);
  const cells = some.filter(({ latest }) => latest <= cut);
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
  const days = cells.flatMap(({ earliest, latest }) => (earliest === latest ? latest : []));
  const [first, last] = [Math.min(...days), Math.max(...days)];
  const firstPossible = Math.min(...some.map(({ earliest }) => earliest));
  const lastPossible = Math.max(...some.map(({ latest }) => Math.min(latest, cut)));
  return {
    byYear: byYear.filter(({ mous, projects }) => mous !== 0 || projects !== 0),
    ...(days.length > 0 && { firstOccurrence: dayText(first), lastOccurrence: dayText(last) }),
    ...(firstPossible < first && { firstPossible: firstPossible === 0 ? null : dayText(firstPossible) }),
    ...(lastPossible > last && { lastPossible: dayText(lastPossible) }),
  };
}

const lateOne = (latest: string, earliest: string | null = null) => ({
  kind: 'mou' as const,
  standing: 1 as const,
  named: 1 as const,
  meeting_id: null,
  keys: '{"sector":["s"]}',
  earliest,
  latest,
});
const lateOnes = Array.from({ length: 40 }, (_, i) => lateOne(dayOf(400 + i)));

t.test('years, and the first and the last day, are those of the cells', (t) => {
  fc.assert(
    fc.property(records, fc.nat(300), fc.nat(700), fc.nat(12), (vague, kept, day, often) => {
      // Some dates are a day.
      const before = vague.map((record, i) =>
        i % 13 < often
          ? {
              ...record,
              earliest: dayOf(i % 11 < 6 ? 395 + i : 20 + i),
              latest: dayOf(i % 11 < 6 ? 395 + i : 20 + i),
            }
          : record,
      );
      const [all, changed] = [new ChangingTally(true), new ChangingTally(true)];
      for (const record of before) all.change(undefined, record);
      for (const record of before.slice(kept)) changed.change(record, { ...record, standing: 0 });
      const stored = new StoredTally(bytesOfTally(changed, new StoredTally(bytesOfTally(all))));
      const until = dayOf(day);
      const found = breakdown(stored, until);
      const expected = breakdownOf(new TallySum(all, changed), until);
      const names = dimensions.map(({ name }) => byName(name));
      t.same(found, { ...Object.fromEntries(names.map((name) => [name, found[name]])), ...expected });
      t.same(names.flatMap((name) => found[name]).length > 0, expected.byYear.length > 0);
    }),
    {
      numRuns: 100,
      // In the second block the first day is of a span that ends late, among others of which no first day is known.
      examples: [[[...lateOnes, lateOne('2012-01-01', '2010-05-05')], 300, 800, 0]],
    },
  );
  t.end();
});

t.test('a snapshot is used as long as it is there', async (t) => {
  const sample = await sampleLedger(t);
  const store = await openStore(sample.url);
  t.teardown(() => store.close());
  const at = (position: number) =>
    new ScopeCounts(store, (error) => t.fail('counts', { error })).at('sci', position, hexOf);
  const folded = tallyOf('sci');
  for (const { before, after } of await changesOf(store.db, 'sci', 0, sample.end, 100_000))
    folded.change(before, after);
  t.equal(await at(sample.end), hexOf(folded));

  const writer = new Sqlite(sample.file);
  t.teardown(() => writer.close());
  t.equal(writer.prepare('update count_snapshots set tally = ?').run(Buffer.alloc(0)).changes, 2);
  t.not(await at(sample.end), hexOf(folded), 'it is read, or this would not be seen');
  writer.prepare('delete from count_snapshots').run();
  t.equal(await at(sample.end), hexOf(folded));
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
  const counts = new ScopeCounts({ ...store, db: store.db.withPlugin(watched) }, (error) =>
    t.fail(String(error)),
  );
  let changes: Change[] = [];
  const recorder = new Recorder(store, Date.now, (recorded) => {
    changes = recorded;
  });
  const post = (body: object) =>
    recorder.record({
      initiativeId: 'one',
      principal: 'test',
      authority: 'operator',
      items: itemsOf(body),
      dryRun: false,
    });
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

t.test('scopes in which nothing is counted are dropped from memory too', async (t) => {
  const kept = new KeptCounts();
  for (let i = 0; i < 100_000; i++)
    kept.keep(`i-${i}`, { position: 1, counts: new FoldedTally(`i-${i}`), live: 0 });
  t.ok(kept.size < 70_000, `${kept.size}`);
  t.ok(kept.get('i-99999'));
  t.notOk(kept.get('i-0'));
});
