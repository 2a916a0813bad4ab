import Sqlite from 'better-sqlite3';
import t, { type Test } from 'tap';
import { recordColumns } from '../../../src/db/schema.ts';
import { itemsOf } from '../../../src/rules.ts';
import { Upkeep } from '../../../src/store/rebuild/upkeep.ts';
import { Recorder } from '../../../src/store/recorder.ts';
import { openSqlite } from '../../../src/store/sqlite/open-sqlite.ts';
import type { Rebuilt } from '../../../src/store/store.ts';
import { verifyLedger } from '../../../src/verify/verify.ts';
import { ScopeCounts } from '../../../src/views/counts.ts';
import { readModels } from '../../../src/views/read-models.ts';
import { checkStore } from '../../helpers/check-store.ts';
import { corrected, mou } from '../../helpers/decide.ts';
import { onlyLong } from '../../helpers/effort.ts';
import { type Sample, sampleLedger, tampered } from '../../verify/sample.ts';

const all = ['records', 'counts'];
const sample = await sampleLedger(t);

/** The columns of a row that is copied under another position and record id. */
const copied = recordColumns.filter((column) => column !== 'position' && column !== 'record_id').join();

/** Rebuilds in a ledger that nobody else has open. */
async function rebuild(file: string, names = all): Promise<Rebuilt[]> {
  const store = await openSqlite(file);
  try {
    return await new Upkeep(store, readModels).run(names, () => {});
  } finally {
    await store.close();
  }
}

/** The tables, indexes and rows that are there. */
function content(file: string, tables = ['records', 'record_numbers', 'count_snapshots', 'view_versions']) {
  const db = new Sqlite(file, { readonly: true });
  try {
    const names = db.prepare('select name from sqlite_schema order by name').pluck().all();
    return { names, rows: tables.map((table) => db.prepare(`select * from ${table} order by 1, 2`).all()) };
  } finally {
    db.close();
  }
}

const changed = (t: Test, statements: string, from: Sample = sample): string =>
  tampered(t, from, (db) => db.exec(statements));

t.test('read models that are what the log makes them are not swapped', async (t) => {
  const file = changed(t, '');
  const before = content(file);
  const progress: number[] = [];
  const store = await openSqlite(file);
  const rebuilt = await new Upkeep(store, readModels).run(all, ({ events, of }) => {
    t.equal(of, sample.end);
    progress.push(events);
  });
  t.equal(store.swaps(), 0);
  await store.close();
  t.same(rebuilt, [
    { view: 'records', swapped: false, differences: 0, first: [] },
    { view: 'counts', swapped: false, differences: 0, first: [] },
  ]);
  t.equal(progress.at(-1), sample.end);
  t.same(content(file), before);
  checkStore(file);
});

t.test('what is told of a row is told as of one position, also where it was superseded since', async (t) => {
  const file = changed(t, '');
  const store = await openSqlite(file);
  const recorder = new Recorder(store, Date.now);
  // The row before is compared long before this event is rebuilt.
  const items = itemsOf(corrected('r-4', { data: { title: 'later' } }));
  await recorder.record({
    initiativeId: 'sci',
    principal: 'officer',
    authority: 'operator' as const,
    items,
    dryRun: false,
  });
  await recorder.stop();
  await store.close();
  const db = new Sqlite(file);
  db.exec(`update records set named = 0 where record_id = 'r-4' and version = 1`);
  db.close();
  const [records] = await rebuild(file);
  t.equal(records?.differences, 1);
  t.equal(records?.first[0]?.detail, 'column named is 0, the log makes it 1');
  checkStore(file);
});

t.test('an empty ledger is rebuilt too', async (t) => {
  const file = `${t.testdir()}/ledger.db`;
  t.match(await rebuild(file), [
    { view: 'records', swapped: false, differences: 0 },
    { view: 'counts', swapped: false, differences: 0 },
  ]);
  checkStore(file);
});

t.test('what was changed is told with its position and repaired', async (t) => {
  const before = content(changed(t, ''));
  const file = changed(
    t,
    `update records set named = 0, keys = 'x' where position = 10;
     update records set to_position = 7 where position = 11;
     update records set to_position = null where position = (select min(prev_position) from records);
     update records set to_position = 1000000 where position = 12;
     update records set state = replace(state, 'Other', 'Odder') where position =
       (select min(position) from records where state like '%Other%');
     delete from records where position = 100;
     insert into records (position, record_id, ${copied}) select 5000, 'mou-5000', ${copied} from records where position = 101;
     update record_numbers set last_number = 3 where kind = 'mou';
     insert into record_numbers values ('sci', 'claim', 9);
     update count_snapshots set tally = x'00' where initiative_id = 'sci' and position =
       (select min(position) from count_snapshots);
     insert into count_snapshots values ('nobody', 300, x'00');`,
  );
  const [records, counts] = await rebuild(file);
  const told = (rebuilt: Rebuilt | undefined) =>
    rebuilt?.first.map(({ table, position, detail }) => `${table} ${position}: ${detail}`) ?? [];
  const lines = told(records).join('\n');
  for (const line of [
    'records 10: column named is 0, the log makes it 1, column keys is "x", the log makes it "{\\"pillar\\":[\\"p-3\\"]}"',
    'records 11: column to_position is 7, the log makes it empty',
    'records 12: column to_position is 1000000, the log makes it empty',
    'records 100: the row is missing',
    'records 5000: the row belongs to no event',
    'record_numbers undefined: sci/claim: column last_number is 9, the log makes it empty',
  ])
    t.ok(lines.includes(line), line, { lines });
  t.match(lines, /^records \d+: column to_position is empty, the log makes it 203$/m);
  t.match(lines, /^records \d+: column state is ".*Odder.*, the log makes it ".*Other/m);
  t.match(lines, /^record_numbers undefined: sci\/mou: column last_number is 3, the log makes it \d+$/m);
  t.match(records, { view: 'records', swapped: true, differences: 9 });
  t.match(counts, { view: 'counts', swapped: true, differences: 2 });
  t.match(told(counts).join('\n'), /of "sci" are not those.*\n.*counts of "nobody" are kept/);

  checkStore(file);
  t.same((await verifyLedger(`file:${file}`)).findings, []);
  t.same(content(file).rows, before.rows);

  const indexes = (): unknown[] =>
    content(file).names.filter((name) => String(name).startsWith('records_by'));
  const renamed = indexes();
  t.match(await rebuild(file), [{ swapped: false }, { swapped: false }]);
  const db = new Sqlite(file);
  db.exec('update records set title_key = -1');
  db.close();
  const [again] = await rebuild(file);
  t.match(again, { swapped: true, differences: sample.end });
  t.equal(again?.first.length, 100, 'no more than the first are told');
  t.same(indexes().length, renamed.length);
  t.notSame(indexes(), renamed);
  t.same(content(file), before, 'every second swap brings the names of the indexes back');
});

t.test('only the read models that are asked for are swapped', onlyLong, async (t) => {
  const file = changed(
    t,
    "update records set title_key = -1 where position = 9; update count_snapshots set tally = x'00'",
  );
  t.match(await rebuild(file, ['counts']), [{ view: 'counts', swapped: true }]);
  t.match(await rebuild(file), [
    { view: 'records', swapped: true, differences: 1 },
    { view: 'counts', swapped: false, differences: 0 },
  ]);
  checkStore(file);
});

t.test('what other code wrote is swapped uncompared, and its version noted', async (t) => {
  const file = changed(t, 'update view_versions set version = 0; delete from count_snapshots');
  t.same(await rebuild(file), [
    { view: 'records', swapped: true, first: [] },
    { view: 'counts', swapped: true, first: [] },
  ]);
  checkStore(file);
  t.match(content(file, ['count_snapshots']).rows, [
    [
      { initiative_id: '', position: 1_024 },
      { initiative_id: 'sci', position: 1_024 },
    ],
  ]);
  t.same((await verifyLedger(`file:${file}`)).findings, [], 'snapshots are made where they are due');
});

t.test(
  'a leaf that can not be folded stops it with position and cause, and nothing is changed',
  async (t) => {
    const poison: [statement: string, position: number, cause: RegExp][] = [
      ["update events set leaf = 'nonsense' where position = 40", 40, /position 40 does not fit: .*JSON/],
      ["update events set leaf = 'null' where position = 41", 41, /position 41 does not fit/],
      [
        'update events set leaf = replace(leaf, \'"type":"\', \'"type":"Un\') where position = 42',
        42,
        /unknown/,
      ],
      ["update events set record_id = 'other' where position = 43", 43, /its columns say otherwise/],
      ['delete from events where position = 44', 44, /position 44 is missing/],
    ];
    for (const [statement, position, cause] of poison) {
      const file = changed(t, `update records set title_key = -1 where position = 9; ${statement}`);
      const before = content(file);
      await t.rejects(rebuild(file), { position, message: cause }, statement);
      t.same(content(file), before);
    }
  },
);

t.test('after a swap nothing is counted from what was there before', onlyLong, async (t) => {
  const file = changed(
    t,
    'delete from count_snapshots; update records set standing = 0 where position > 100',
  );
  const store = await openSqlite(file);
  const counts = new ScopeCounts(store, (error) => t.fail('a snapshot', { error }));
  const mous = () =>
    counts.at('sci', sample.end, (tally) => {
      const { total } = tally.counts('all', '');
      return total.mous + total.projects;
    });
  const wrong = await mous();
  await new Upkeep(store, readModels).run(all, () => {});
  t.equal(store.swaps(), 1);
  t.ok(wrong < 100);
  t.equal(await mous(), 1_200);
  await store.close();
  checkStore(file);
});

t.test('a snapshot that is kept while a rebuild runs is no difference', onlyLong, async (t) => {
  const file = changed(t, '');
  const store = await openSqlite(file);
  const counts = new ScopeCounts(store, (error) => t.fail('a snapshot', { error }));
  const recorder = new Recorder(store, Date.now, (changes) => counts.observe(changes));
  const posting = {
    initiativeId: 'sci',
    principal: 'officer',
    authority: 'operator' as const,
    items: itemsOf(mou({ repeat: 1000 })),
    dryRun: false,
  };
  let recorded: Promise<unknown> | undefined;
  const rebuilt = await new Upkeep(store, readModels).run(all, () => {
    recorded ??= recorder.record(posting).then(() => counts.settled());
  });
  await recorded;
  t.match(rebuilt, [{ swapped: false }, { swapped: false }]);
  const kept = () => content(file, ['count_snapshots']).rows[0]?.length ?? 0;
  t.ok(kept() > (content(sample.file, ['count_snapshots']).rows[0]?.length ?? 0), 'one was kept');
  t.match(await new Upkeep(store, readModels).run(all, () => {}), [{ swapped: false }, { swapped: false }]);
  await store.close();
  checkStore(file);
});

t.test('a snapshot that was lost is no difference', async (t) => {
  const file = changed(t, "delete from count_snapshots where initiative_id = ''");
  const before = content(file);
  t.match(await rebuild(file, ['counts']), [{ swapped: false, differences: 0 }]);
  t.same(content(file, ['count_snapshots']).rows, before.rows.slice(2, 3));
  t.same((await verifyLedger(`file:${file}`)).findings, []);
});

t.test('counts that are kept for a position without an event go', onlyLong, async (t) => {
  const file = changed(
    t,
    `insert into count_snapshots select initiative_id, ${sample.end + 4}, tally from count_snapshots where initiative_id = '';
      insert into count_snapshots select initiative_id, ${sample.end + 5}, tally from count_snapshots where initiative_id = 'sci'`,
  );
  const detail = /are kept, but no event of it has this position/;
  t.match(await rebuild(file, ['counts']), [
    { swapped: true, differences: 2, first: [{ detail }, { detail }] },
  ]);
  t.same(content(file, ['count_snapshots']).rows, content(sample.file, ['count_snapshots']).rows);
});

t.test('a rebuild that is ended leaves what the next one removes', onlyLong, async (t) => {
  const file = changed(t, '');
  const store = await openSqlite(file);
  const upkeep = new Upkeep(store, readModels);
  const running = upkeep.run(all, () => void upkeep.stop());
  t.throws(() => upkeep.run(all, () => {}), { code: 'rebuild-running' });
  await t.rejects(running, { code: 'shutting-down' });
  t.throws(() => upkeep.run(all, () => {}), { code: 'shutting-down' });
  await upkeep.stop();
  await store.close();
  t.ok(content(file).names.includes('records_rebuilt'));
  t.same((await verifyLedger(`file:${file}`)).findings, [], 'which is nothing wrong');
  t.match(await rebuild(file), [{ swapped: false }, { swapped: false }]);
  checkStore(file);
});
