import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import t, { type Test } from 'tap';
import { eventOf, leafOf, type StoredEvent } from '../../src/ledger/stored-event.ts';
import { eventColumns, recordColumns } from '../../src/store/schema.ts';
import { formatCheckpoint } from '../../src/tlog/checkpoint.ts';
import { signNote } from '../../src/tlog/note.ts';
import { formatVerifierKey, newSignerKey } from '../../src/tlog/note-key.ts';
import { type VerifyOptions, verifyLedger } from '../../src/verify/verify.ts';
import { initiative, mou, openLedger } from '../helpers/decide.ts';
import { replay } from '../helpers/replay.ts';
import { checkpointOf, origin, type Sample, sampleLedger, signer, tampered, vkey } from './sample.ts';

const sample = await sampleLedger(t);
const { file, end } = sample;

/** What is found in a changed copy, as `name position`. */
async function found(
  t: Test,
  change: (db: Sqlite.Database) => void,
  options: VerifyOptions = {},
  of: Sample = sample,
): Promise<string[]> {
  const { findings } = await verifyLedger(`file:${tampered(t, of, change)}`, options);
  return findings.map(({ what, position }) => `${what}${position === undefined ? '' : ` ${position}`}`);
}

/** Changes the note of a leaf, of which no column and no read model knows. */
const changeLetter = (db: Sqlite.Database, position: number): void => {
  const { changes } = db
    .prepare('update events set leaf = replace(leaf, \'"note":"Note\', \'"note":"Nota\') where position = ?')
    .run(position);
  if (changes !== 1) throw new Error('no leaf');
};
const get = <R>(db: Sqlite.Database, sql: string): R => db.prepare<[], R>(sql).pluck().get() as R;

t.test('a ledger as it was recorded is clean, and stays as it is', async (t) => {
  t.ok(end > 1_205 && end % 256 > 50, `${end} events`);
  const before = readFileSync(file);
  const { mtimeMs } = statSync(file);
  const files = readdirSync(dirname(file)).sort();
  const steps: number[] = [];
  const whole = await verifyLedger(`file:${file}`, { progress: (events) => steps.push(events) });
  t.same(whole.findings, []);
  const { rootHash } = checkpointOf(file);
  t.match(
    { ...whole, rootHash: whole.rootHash?.toHex() },
    { events: end, size: end, rootHash: rootHash.toString('hex') },
  );
  t.same(steps, [1000, end]);
  t.same((await verifyLedger(`file:${file}`, { hashesOnly: true })).findings, []);
  t.same(readdirSync(dirname(file)).sort(), files, 'no file was made');
  t.ok(readFileSync(file).equals(before) && statSync(file).mtimeMs === mtimeMs, 'the file was not written');
  const db = new Sqlite(file);
  t.ok(get<number>(db, 'select count(*) from count_snapshots') >= 1, 'there are snapshots');
  t.ok(get<number>(db, 'select count(*) from openings') >= 2, 'there are names');
  db.close();
});

t.test('an empty ledger is clean', async (t) => {
  const empty = await openLedger(t);
  await empty.close();
  t.match(await verifyLedger(`file:${empty.file}`), { events: 0, size: 0, findings: [] });
});

t.test('a changed letter in a leaf is found at its position', async (t) => {
  for (const hashesOnly of [true, false]) {
    t.same(await found(t, (db) => changeLetter(db, 300), { hashesOnly }), ['leaf-changed 300']);
    t.same(await found(t, (db) => changeLetter(db, 1000), { hashesOnly }), ['leaf-changed 1000']);
  }
});

t.test(
  'in the unfinished tile a changed leaf is found, and named where something contradicts it',
  async (t) => {
    const last = end - 10;
    t.same(await found(t, (db) => changeLetter(db, last), { hashesOnly: true }), ['leaf-changed']);
    const title = (db: Sqlite.Database): void =>
      void db
        .prepare("update events set leaf = replace(leaf, 'Title', 'Titel') where position = ?")
        .run(last);
    t.same((await found(t, title)).sort(), [`leaf-changed ${last}`, `record-differs ${last}`]);
    const note = await found(t, (db) => changeLetter(db, last));
    t.same(note, [`head-differs ${end}`], 'nothing tells it from a changed head, which the detail says');
  },
);

t.test('leaves that were swapped are found as such', async (t) => {
  const swap = (a: number, b: number) => (db: Sqlite.Database) => {
    const leaf = db.prepare<[number], string>('select leaf from events where position = ?').pluck();
    const [one, other] = [leaf.get(a), leaf.get(b)];
    const set = db.prepare('update events set leaf = ? where position = ?');
    set.run(other, a);
    set.run(one, b);
  };
  t.same(await found(t, swap(300, 301), { hashesOnly: true }), ['leaves-swapped 300']);
  t.same(await found(t, swap(100, 600), { hashesOnly: true }), ['leaves-swapped 100']);
  const whole = await found(t, swap(300, 301));
  t.ok(whole.includes('leaves-swapped 300') && whole.includes('column-differs 301'));
  t.notOk(whole.some((finding) => finding.startsWith('leaf-changed')));
});

t.test('events that are gone are found', async (t) => {
  const without = (position: number) => (db: Sqlite.Database) =>
    void db.prepare('delete from events where position = ?').run(position);
  t.same(await found(t, without(end), { hashesOnly: true }), [`log-shorter ${end}`]);
  t.ok((await found(t, without(end))).includes(`log-shorter ${end}`));
  t.same(await found(t, without(300), { hashesOnly: true }), ['positions-missing 300']);
  t.ok((await found(t, without(300))).includes('positions-missing 300'));
  t.same(await found(t, without(end - 3), { hashesOnly: true }), [`positions-missing ${end - 3}`]);
  const toTile = (db: Sqlite.Database): void => {
    db.prepare('delete from events where position >= 1280 - 256').run();
    db.prepare('delete from records where position >= 1280 - 256').run();
    db.prepare('update head set position = 1280 - 257').run();
  };
  t.ok(
    (await found(t, toTile, { hashesOnly: true })).includes('log-shorter 1024'),
    'a tile says there were more',
  );
});

t.test('a column that says something else than its leaf is named', async (t) => {
  for (const column of eventColumns.filter((one) => !['position', 'leaf', 'fingerprint'].includes(one))) {
    const isNumber = ['version', 'late_days', 'recorded_at'].includes(column);
    const copy = tampered(t, sample, (db) => {
      db.prepare(`update events set ${column} = ? where position = 310`).run(isNumber ? 77 : 'x');
    });
    const { findings } = await verifyLedger(`file:${copy}`);
    const [first] = findings.filter(({ what }) => what === 'column-differs');
    t.match(first, { position: 310, detail: `Column ${column} is` }, column);
    t.notOk(
      findings.some(({ what }) => what === 'leaf-changed'),
      `${column}: the leaf is intact`,
    );
  }
});

t.test('a leaf that is not canonical is found', async (t) => {
  const space = (db: Sqlite.Database): void =>
    void db
      .prepare(`update events set leaf = replace(leaf, '"data":', '"data": ') where position = 310`)
      .run();
  t.same((await found(t, space)).sort(), ['leaf-changed 310', 'not-canonical 310']);
  const broken = (db: Sqlite.Database): void =>
    void db.prepare(`update events set leaf = substr(leaf, 2) where position = 310`).run();
  const all = await found(t, broken);
  t.ok(all.includes('leaf-changed 310') && all.includes('not-canonical 310'), all.join());
});

t.test('a name that does not belong to its commitment is found', async (t) => {
  const at = 2;
  t.same(await found(t, (db) => void db.exec(`update openings set name = 'X' where position = ${at}`)), [
    `opening-wrong ${at}`,
  ]);
  t.same(await found(t, (db) => void db.exec(`update openings set position = 5 where position = ${at}`)), [
    'opening-wrong 5',
  ]);
  t.same(await found(t, (db) => void db.exec(`delete from openings`)), [], 'erased names are none');
});

t.test('a changed read model is found', async (t) => {
  const current = 400;
  for (const column of recordColumns.filter((one) => one !== 'position')) {
    const change = (db: Sqlite.Database): void => {
      const numbers = ['prev_position', 'to_position', 'made', 'version', 'standing', 'named', 'title_key'];
      const value = numbers.includes(column) ? 7 : column === 'state' ? '{"data":{},"sources":[]}' : 'x';
      db.prepare(`update records set ${column} = ? where position = ${current}`).run(value);
    };
    t.same(await found(t, change), [`record-differs ${current}`], column);
  }
  const db = new Sqlite(file);
  const superseded = get<number>(
    db,
    'select min(position) from records where to_position is not null and state is not null',
  );
  db.close();
  for (const set of [
    "state = replace(state, 'Other', 'Another')",
    'to_position = null',
    'to_position = 9',
    "pillar = 'x'",
  ]) {
    const change = (db: Sqlite.Database): void =>
      void db.exec(`update records set ${set} where position = ${superseded}`);
    t.same(await found(t, change), [`record-differs ${superseded}`], set);
  }
  t.ok(
    (await found(t, (db) => void db.exec('delete from records where position = 400'))).includes(
      'record-missing 400',
    ),
  );
  const copyRow = (position: number) => (db: Sqlite.Database) =>
    void db.exec(
      `insert into records select ${position}, ${recordColumns.slice(1).join()} from records where position = 400`,
    );
  t.same(await found(t, copyRow(end + 5)), [`record-extra ${end + 5}`]);
  t.same(await found(t, copyRow(-1)), ['record-extra -1']);
  t.same(await found(t, (db) => void db.exec('update record_numbers set last_number = last_number + 1')), [
    'number-differs',
    'number-differs',
  ]);
  t.same(await found(t, (db) => void db.exec("insert into record_numbers values ('x', 'mou', 1)")), [
    'number-differs',
  ]);
  const snapshot = await found(t, (db) => {
    const first = get<number>(db, 'select min(position) from count_snapshots');
    const tally = get<Buffer>(db, `select tally from count_snapshots where position = ${first}`);
    tally.write('p-7', tally.indexOf('p-1'));
    db.prepare('update count_snapshots set tally = ? where position = ?').run(tally, first);
  });
  t.ok(
    snapshot.length > 0 && snapshot.every((finding) => /^snapshot-differs \d+$/.test(finding)),
    snapshot.join(),
  );
});

t.test('a kept answer that stands for other events is found', async (t) => {
  const change = (set: string) => (db: Sqlite.Database) =>
    void db.exec(`update idempotency_keys set ${set} where id = 1`);
  t.same(await found(t, change('last_position = last_position + 1')), ['kept-answer-differs 3']);
  t.same(await found(t, change('recorded_at = recorded_at + 1')), ['kept-answer-differs 3']);
  t.same(await found(t, change('extra = \'{"items":[[0,9999,0]]}\'')), ['kept-answer-differs 3']);
});

t.test('a changed tile is told from changed leaves', async (t) => {
  const blob = (column: string, at: number) => (db: Sqlite.Database) => {
    const bytes = get<Buffer>(db, `select ${column} from tiles where tile_index = 1`);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    db.prepare(`update tiles set ${column} = ? where tile_index = 1`).run(bytes);
  };
  for (const hashesOnly of [true, false]) {
    t.same(await found(t, blob('hashes', 40), { hashesOnly }), ['tile-differs 512']);
    t.same(await found(t, blob('root', 3), { hashesOnly }), ['tile-differs 512']);
  }
  const whole = (db: Sqlite.Database): void => {
    const { hashes, root } = db
      .prepare<[], { hashes: Buffer; root: Buffer }>('select hashes, root from tiles where tile_index = 2')
      .get() ?? { hashes: Buffer.alloc(0), root: Buffer.alloc(0) };
    db.prepare('update tiles set hashes = ?, root = ? where tile_index = 1').run(hashes, root);
  };
  t.same(await found(t, whole), ['tile-differs 512'], 'consistent in itself; the head tells who is right');
  t.same(await found(t, (db) => void db.exec('delete from tiles where tile_index = 1')), [
    'tile-differs 512',
  ]);
});

t.test('a changed head is found', async (t) => {
  const set = (what: string) => (db: Sqlite.Database) => void db.exec(`update head set ${what}`);
  t.same(await found(t, set('root_hash = zeroblob(32)')), [`head-differs ${end}`]);
  t.same(await found(t, set('recorded_at = 5')), [`head-differs ${end}`]);
  t.ok((await found(t, set(`position = ${end - 1}`))).includes(`head-differs ${end - 1}`));
  t.ok((await found(t, set(`position = ${end + 1}`))).includes(`log-shorter ${end + 1}`));
  t.same(await found(t, (db) => void db.exec('delete from head')), ['head-differs']);
});

t.test('the checkpoints of the database are held against their signatures and the tree', async (t) => {
  const own = checkpointOf(file);
  const keep = (db: Sqlite.Database, size: number, root: Buffer, note: string): void => {
    db.prepare('insert or replace into signing_keys values (?, 0, null)').run(vkey);
    db.prepare('insert into checkpoints values (?, ?, 0, ?)').run(size, root, note);
  };
  t.same(await found(t, (db) => keep(db, end, own.rootHash, own.note)), []);
  const bad = own.note.replace(/.{10}\n$/, 'AAAAAAAA==\n');
  t.same(await found(t, (db) => keep(db, end, own.rootHash, bad)), [`signature-wrong ${end}`]);
  const otherRoot = Buffer.alloc(32);
  t.same(await found(t, (db) => keep(db, end, otherRoot, own.note)), [`checkpoint-differs ${end}`]);
  t.same(await found(t, (db) => keep(db, 700, own.rootHash, own.note)), ['checkpoint-differs 700']);
  const forged = (size: number, name = origin): string =>
    signNote(formatCheckpoint({ origin: name, size: BigInt(size), rootHash: otherRoot }), signer);
  t.same(await found(t, (db) => keep(db, 700, otherRoot, forged(700))), ['tree-differs 700']);
  t.same(await found(t, (db) => keep(db, 700, otherRoot, forged(700, 'x.org'))), ['checkpoint-differs 700']);
  t.same(await found(t, (db) => keep(db, end + 9, otherRoot, forged(end + 9))), [`log-shorter ${end + 9}`]);
  const both = (db: Sqlite.Database): void => {
    keep(db, end, own.rootHash, own.note);
    db.exec('update head set root_hash = zeroblob(32)');
  };
  t.same(await found(t, both), [`head-differs ${end}`], 'it tells that the head was changed, not a leaf');
  const leaf = (db: Sqlite.Database): void => {
    keep(db, end, own.rootHash, own.note);
    changeLetter(db, end - 10);
  };
  t.same((await found(t, leaf)).sort(), ['leaf-changed', `tree-differs ${end}`], 'and the other way round');
});

t.test(
  'a log that was rewritten with its tree is found only with a checkpoint that was kept apart',
  async (t) => {
    const { note } = checkpointOf(file);
    const source = new Sqlite(file);
    const leaves = source.prepare<[], string>('select leaf from events order by position').pluck().all();
    source.close();
    const rewritten = join(t.testdir(), 'rewritten.db');
    const forge = (event: StoredEvent): StoredEvent => ({ ...event, note: 'It was otherwise.' });
    await replay(
      rewritten,
      leaves.map((leaf, i) => ({ leaf: i === 299 ? leafOf(forge(eventOf(leaf))) : leaf, openings: [] })),
    );
    const db = new Sqlite(rewritten);
    db.exec(`update ledger set origin = '${origin}'`);
    db.close();
    t.same((await verifyLedger(`file:${rewritten}`)).findings, [], 'without it, all is in order');
    const checked = async (checkpoint: { note: string; vkey?: string }, of = rewritten) =>
      (await verifyLedger(`file:${of}`, { checkpoint })).findings.map(({ what }) => what);
    t.same(await checked({ note, vkey }), ['tree-differs']);
    t.same(await checked({ note, vkey }, file), [], 'the real log extends it');
    t.same(await checked({ note, vkey: formatVerifierKey(newSignerKey(origin).verifierKey) }, file), [
      'signature-wrong',
    ]);
    t.same(await checked({ note }, file), ['signature-wrong'], 'the database lists no key');
    const later = signNote(
      formatCheckpoint({ origin, size: BigInt(end + 1), rootHash: Buffer.alloc(32) }),
      signer,
    );
    t.same(await checked({ note: later, vkey }, file), ['log-shorter']);
    await t.rejects(checked({ note: 'x', vkey }), { name: 'CannotVerify' });
    await t.rejects(checked({ note, vkey: 'x' }), { name: 'CannotVerify' });
  },
);

t.test('what is no ledger of this version can not be verified', async (t) => {
  const directory = t.testdir({ text: 'This is not a database, but a text of some length. '.repeat(100) });
  const path = (name: string): string => join(directory, name);
  mkdirSync(path('folder'));
  writeFileSync(path('empty'), '');
  const foreign = new Sqlite(path('foreign'));
  foreign.exec('create table a (b)');
  foreign.close();
  for (const name of ['text', 'folder', 'empty', 'foreign', 'absent'])
    await t.rejects(verifyLedger(`file:${path(name)}`), { name: 'CannotVerify' }, name);
  t.notOk(existsSync(path('absent')));
  const newer = tampered(t, sample, (db) => db.exec("insert into kysely_migration values ('0099-x', '')"));
  await t.rejects(verifyLedger(`file:${newer}`), { name: 'CannotVerify', message: /another version/ });
  const torn = tampered(t, sample, (db) => db.exec('alter table records drop column words'));
  await t.resolves(verifyLedger(`file:${torn}`), 'a column that is gone is a difference');
});

t.test('it runs beside a ledger that is recording', async (t) => {
  const { file, post } = await openLedger(t);
  await post(initiative());
  await post({ events: Array.from({ length: 600 }, (_, i) => mou({ recordId: `m-${i}` })) });
  let verifying = true;
  let posted = 0;
  let failed = false;
  const posting = (async () => {
    while (verifying) {
      const correction = {
        type: 'RecordCorrected',
        recordId: `m-${posted % 600}`,
        reason: { code: 'other', text: 'T' },
      };
      const changes = { data: { title: `T${posted}` } };
      await post(
        {
          events: [
            { ...correction, changes },
            mou({ data: { parties: [{ name: `P${posted}`, person: true }] } }),
          ],
        },
        { key: `k-${posted}` },
      );
      posted += 1;
      // As requests come in from outside: without it, the recorder would not end its run.
      await new Promise((resolve) => setImmediate(resolve));
    }
  })().catch((error: unknown) => {
    failed = true;
    t.fail('posting', { error });
  });
  let last = 0;
  for (let round = 0; round < 15; round++) {
    const { findings, events, size } = await verifyLedger(`file:${file}`);
    t.same(findings, []);
    t.ok(events === size && size > last && !failed, `${size} events`);
    last = size;
    const before = posted;
    while (posted === before && !failed) await new Promise((resolve) => setImmediate(resolve));
  }
  verifying = false;
  await posting;
});
