import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import t, { type Test } from 'tap';
import { restoreLeaves } from '../../src/copy/restore-leaves.ts';
import { type Database, type EventRow, eventColumns, recordColumns } from '../../src/db/schema.ts';
import { eventOf, leafOf, type StoredEvent } from '../../src/shapes/stored-event.ts';
import { isPostgres, openStore } from '../../src/store/open-store.ts';
import { formatCheckpoint } from '../../src/tlog/checkpoint.ts';
import { signNote } from '../../src/tlog/note.ts';
import { formatVerifierKey, newSignerKey } from '../../src/tlog/note-key.ts';
import { withStoredLedger } from '../../src/verify/stored-ledger.ts';
import { type VerifyOptions, verifyLedger } from '../../src/verify/verify.ts';
import { emptyDatabase } from '../helpers/database.ts';
import { initiative, mou, openLedger } from '../helpers/decide.ts';
import { type Change, changed, inDatabase } from './owned.ts';
import { checkpointOf, origin, type Sample, sampleLedger, signer, vkey } from './sample.ts';

const sample = await sampleLedger(t);
const { url, file, end } = sample;
const isFile = !isPostgres(url);

/** What is found in a changed copy, as `name position`. */
async function found(
  t: Test,
  change: Change,
  options: VerifyOptions = {},
  of: Sample = sample,
): Promise<string[]> {
  const { findings } = await verifyLedger(await changed(t, of, change), options);
  return findings.map(({ what, position }) => `${what}${position === undefined ? '' : ` ${position}`}`);
}

const running =
  (sql: string, ...values: unknown[]): Change =>
  (db) =>
    db.run(sql, ...values);

/** Changes the note of a leaf, of which no column and no read model knows. */
const changeLetter =
  (position: number): Change =>
  async (db) => {
    const sql = `update events set leaf = replace(leaf, '"note":"Note', '"note":"Nota') where position = $1`;
    if ((await db.run(sql, position)) !== 1) throw new Error('no leaf');
  };

const count = async (table: string): Promise<number> =>
  (await inDatabase(url, (db) => db.get<{ n: number }>(`select count(*) as n from ${table}`))).n;

t.test('a ledger as it was recorded is clean', async (t) => {
  t.ok(end > 1_205 && end % 256 > 50, `${end} events`);
  const steps: number[] = [];
  const whole = await verifyLedger(url, { progress: (events) => steps.push(events) });
  t.same(whole.findings, []);
  const { rootHash } = await checkpointOf(url);
  t.match(
    { ...whole, rootHash: whole.rootHash?.toHex() },
    { events: end, size: end, rootHash: rootHash.toString('hex') },
  );
  t.same(steps, [1000, end]);
  t.same((await verifyLedger(url, { hashesOnly: true })).findings, []);
  t.ok((await count('count_snapshots')) >= 1, 'there are snapshots');
  t.ok((await count('openings')) >= 2, 'there are names');
});

t.test('its file stays as it is', { skip: !isFile }, async (t) => {
  const before = readFileSync(file);
  const { mtimeMs } = statSync(file);
  const files = readdirSync(dirname(file)).sort();
  await verifyLedger(url);
  t.same(readdirSync(dirname(file)).sort(), files, 'no file was made');
  t.ok(readFileSync(file).equals(before) && statSync(file).mtimeMs === mtimeMs, 'the file was not written');
});

t.test('an empty ledger is clean', async (t) => {
  const empty = await openLedger(t);
  await empty.close();
  t.match(await verifyLedger(empty.url), { events: 0, size: 0, findings: [] });
});

t.test('a changed letter in a leaf is found at its position', async (t) => {
  for (const hashesOnly of [true, false]) {
    t.same(await found(t, changeLetter(300), { hashesOnly }), ['leaf-changed 300']);
    t.same(await found(t, changeLetter(1000), { hashesOnly }), ['leaf-changed 1000']);
  }
});

t.test(
  'in the unfinished tile a changed leaf is found, and named where something contradicts it',
  async (t) => {
    const last = end - 10;
    t.same(await found(t, changeLetter(last), { hashesOnly: true }), ['leaf-changed']);
    const title = running(
      "update events set leaf = replace(leaf, 'Title', 'Titel') where position = $1",
      last,
    );
    t.same((await found(t, title)).sort(), [`leaf-changed ${last}`, `record-differs ${last}`]);
    const note = await found(t, changeLetter(last));
    t.same(note, [`head-differs ${end}`], 'nothing tells it from a changed head, which the detail says');
  },
);

t.test('leaves that were swapped are found as such', async (t) => {
  const swap =
    (a: number, b: number): Change =>
    async (db) => {
      const leafAt = async (position: number): Promise<string> =>
        (await db.get<{ leaf: string }>(`select leaf from events where position = ${position}`)).leaf;
      const [one, other] = [await leafAt(a), await leafAt(b)];
      await db.run('update events set leaf = $1 where position = $2', other, a);
      await db.run('update events set leaf = $1 where position = $2', one, b);
    };
  t.same(await found(t, swap(300, 301), { hashesOnly: true }), ['leaves-swapped 300']);
  t.same(await found(t, swap(100, 600), { hashesOnly: true }), ['leaves-swapped 100']);
  const whole = await found(t, swap(300, 301));
  t.ok(whole.includes('leaves-swapped 300') && whole.includes('column-differs 301'));
  t.notOk(whole.some((finding) => finding.startsWith('leaf-changed')));
});

t.test('events that are gone are found', async (t) => {
  const without = (position: number) => running('delete from events where position = $1', position);
  t.same(await found(t, without(end), { hashesOnly: true }), [`log-shorter ${end}`]);
  t.ok((await found(t, without(end))).includes(`log-shorter ${end}`));
  t.same(await found(t, without(300), { hashesOnly: true }), ['positions-missing 300']);
  t.ok((await found(t, without(300))).includes('positions-missing 300'));
  t.same(await found(t, without(end - 3), { hashesOnly: true }), [`positions-missing ${end - 3}`]);
  const toTile: Change = async (db) => {
    await db.run('delete from events where position >= 1280 - 256');
    await db.run('delete from records where position >= 1280 - 256');
    await db.run('update head set position = 1280 - 257');
  };
  t.ok(
    (await found(t, toTile, { hashesOnly: true })).includes('log-shorter 1024'),
    'a tile says there were more',
  );
});

t.test('a column that says something else than its leaf is named', async (t) => {
  for (const column of eventColumns.filter((one) => !['position', 'leaf', 'fingerprint'].includes(one))) {
    const isNumber = ['version', 'late_days', 'recorded_at'].includes(column);
    const value = isNumber ? 77 : 'x';
    const change = running(`update events set ${column} = $1 where position = 310`, value);
    const { findings } = await verifyLedger(await changed(t, sample, change));
    const [first] = findings.filter(({ what }) => what === 'column-differs');
    t.match(first, { position: 310, detail: `Column ${column} is` }, column);
    t.notOk(
      findings.some(({ what }) => what === 'leaf-changed'),
      `${column}: the leaf is intact`,
    );
  }
});

t.test('a leaf that is not canonical is found', async (t) => {
  const space = running(`update events set leaf = replace(leaf, '"data":', '"data": ') where position = 310`);
  t.same((await found(t, space)).sort(), ['leaf-changed 310', 'not-canonical 310']);
  const broken = running('update events set leaf = substr(leaf, 2) where position = 310');
  const all = await found(t, broken);
  t.ok(all.includes('leaf-changed 310') && all.includes('not-canonical 310'), all.join());
});

t.test('a name that does not belong to its commitment is found', async (t) => {
  const at = 2;
  t.same(await found(t, running(`update openings set name = 'X' where position = ${at}`)), [
    `opening-wrong ${at}`,
  ]);
  t.same(await found(t, running(`update openings set position = 5 where position = ${at}`)), [
    'opening-wrong 5',
  ]);
  const gone = await found(t, running('delete from openings where position = 2'));
  t.same(gone, ['opening-missing 2'], 'no event erased it');
});

t.test('a changed read model is found', async (t) => {
  const current = 400;
  for (const column of recordColumns.filter((one) => one !== 'position')) {
    const numbers = ['prev_position', 'to_position', 'made', 'version', 'standing', 'named', 'title_key'];
    const value = numbers.includes(column) ? 7 : column === 'state' ? '{"data":{},"sources":[]}' : 'x';
    const change = running(`update records set ${column} = $1 where position = ${current}`, value);
    t.same(await found(t, change), [`record-differs ${current}`], column);
  }
  const { superseded } = await inDatabase(url, (db) =>
    db.get<{ superseded: number }>(
      'select min(position) as superseded from records where to_position is not null and state is not null',
    ),
  );
  for (const set of [
    "state = replace(state, 'Other', 'Another')",
    'to_position = null',
    'to_position = 9',
    "keys = 'x'",
  ]) {
    const change = running(`update records set ${set} where position = ${superseded}`);
    t.same(await found(t, change), [`record-differs ${superseded}`], set);
  }
  t.ok((await found(t, running('delete from records where position = 400'))).includes('record-missing 400'));
  const copyRow = (position: number) =>
    running(
      `insert into records (${recordColumns.join()}) select ${position}, ${recordColumns.slice(1).join()} from records where position = 400`,
    );
  t.same(await found(t, copyRow(end + 5)), [`record-extra ${end + 5}`]);
  t.same(await found(t, copyRow(-1)), ['record-extra -1']);
  t.same(await found(t, running('update record_numbers set last_number = last_number + 1')), [
    'number-differs',
    'number-differs',
  ]);
  t.same(await found(t, running("insert into record_numbers values ('x', 'mou', 1)")), ['number-differs']);
  const snapshot = await found(t, async (db) => {
    const { position, tally } = await db.get<{ position: number; tally: Buffer }>(
      'select position, tally from count_snapshots order by position, initiative_id limit 1',
    );
    tally.write('p-7', tally.indexOf('p-1'));
    await db.run('update count_snapshots set tally = $1 where position = $2', tally, position);
  });
  t.ok(
    snapshot.length > 0 && snapshot.every((finding) => /^snapshot-differs \d+$/.test(finding)),
    snapshot.join(),
  );
});

t.test('a kept answer that stands for other events is found', async (t) => {
  const change = (set: string) => running(`update idempotency_keys set ${set} where first_position = 3`);
  t.same(await found(t, change('last_position = last_position + 1')), ['kept-answer-differs 3']);
  t.same(await found(t, change('recorded_at = recorded_at + 1')), ['kept-answer-differs 3']);
  t.same(await found(t, change('extra = \'{"items":[[0,9999,0]]}\'')), ['kept-answer-differs 3']);
});

t.test('a changed tile is told from changed leaves', async (t) => {
  const blob =
    (column: 'hashes' | 'root', at: number): Change =>
    async (db) => {
      const row = await db.get<Record<typeof column, Buffer>>(
        `select ${column} from tiles where tile_index = 1`,
      );
      const bytes = row[column];
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      await db.run(`update tiles set ${column} = $1 where tile_index = 1`, bytes);
    };
  for (const hashesOnly of [true, false]) {
    t.same(await found(t, blob('hashes', 40), { hashesOnly }), ['tile-differs 512']);
    t.same(await found(t, blob('root', 3), { hashesOnly }), ['tile-differs 512']);
  }
  const whole: Change = async (db) => {
    const { hashes, root } = await db.get<{ hashes: Buffer; root: Buffer }>(
      'select hashes, root from tiles where tile_index = 2',
    );
    await db.run('update tiles set hashes = $1, root = $2 where tile_index = 1', hashes, root);
  };
  t.same(await found(t, whole), ['tile-differs 512'], 'consistent in itself; the head tells who is right');
  t.same(await found(t, running('delete from tiles where tile_index = 1')), ['tile-differs 512']);
});

t.test('a changed head is found', async (t) => {
  const set = (what: string) => running(`update head set ${what}`);
  const noRoot = running('update head set root_hash = $1', Buffer.alloc(32));
  t.same(await found(t, noRoot), [`head-differs ${end}`]);
  t.same(await found(t, set('recorded_at = 5')), [`head-differs ${end}`]);
  t.ok((await found(t, set(`position = ${end - 1}`))).includes(`head-differs ${end - 1}`));
  t.ok((await found(t, set(`position = ${end + 1}`))).includes(`log-shorter ${end + 1}`));
  t.same(await found(t, running('delete from head')), ['head-differs']);
});

t.test('the checkpoints of the database are held against their signatures and the tree', async (t) => {
  const own = await checkpointOf(url);
  const keep =
    (size: number, root: Buffer, note: string): Change =>
    async (db) => {
      await db.run('insert into signing_keys values ($1, 0, null)', vkey);
      await db.run(
        'insert into checkpoints (size, root_hash, signed_at, note) values ($1, $2, 0, $3)',
        size,
        root,
        note,
      );
    };
  t.same(await found(t, keep(end, own.rootHash, own.note)), []);
  const bad = own.note.replace(/.{10}\n$/, 'AAAAAAAA==\n');
  t.same(await found(t, keep(end, own.rootHash, bad)), [`signature-wrong ${end}`]);
  const otherRoot = Buffer.alloc(32);
  t.same(await found(t, keep(end, otherRoot, own.note)), [`checkpoint-differs ${end}`]);
  t.same(await found(t, keep(700, own.rootHash, own.note)), ['checkpoint-differs 700']);
  const forged = (size: number, name = origin): string =>
    signNote(formatCheckpoint({ origin: name, size: BigInt(size), rootHash: otherRoot }), signer);
  t.same(await found(t, keep(700, otherRoot, forged(700))), ['tree-differs 700']);
  t.same(await found(t, keep(700, otherRoot, forged(700, 'x.org'))), ['checkpoint-differs 700']);
  t.same(await found(t, keep(end + 9, otherRoot, forged(end + 9))), [`log-shorter ${end + 9}`]);
  const both: Change = async (db) => {
    await keep(end, own.rootHash, own.note)(db);
    await db.run('update head set root_hash = $1', Buffer.alloc(32));
  };
  t.same(await found(t, both), [`head-differs ${end}`], 'it tells that the head was changed, not a leaf');
  const leaf: Change = async (db) => {
    await keep(end, own.rootHash, own.note)(db);
    await changeLetter(end - 10)(db);
  };
  t.same((await found(t, leaf)).sort(), ['leaf-changed', `tree-differs ${end}`], 'and the other way round');
});

t.test(
  'a log that was rewritten with its tree is found only with a checkpoint that was kept apart',
  async (t) => {
    const { note } = await checkpointOf(url);
    const { leaves, openings } = await withStoredLedger(url, async (ledger) => ({
      leaves: await ledger.read<EventRow>('select leaf from events order by position'),
      openings: await ledger.read<Database['openings']>('select * from openings'),
    }));
    const rewritten = await emptyDatabase(t);
    const forge = (event: StoredEvent): StoredEvent => ({ ...event, note: 'It was otherwise.' });
    const store = await openStore(rewritten, { origin });
    await restoreLeaves(
      store,
      leaves.map(({ leaf }, i) => ({
        leaf: i === 299 ? leafOf(forge(eventOf(leaf))) : leaf,
        openings: openings.filter(({ position }) => position === i + 1),
      })),
    );
    await store.close();
    t.same((await verifyLedger(rewritten)).findings, [], 'without it, all is in order');
    const checked = async (checkpoint: { note: string; vkey?: string }, of = rewritten) =>
      (await verifyLedger(of, { checkpoint })).findings.map(({ what }) => what);
    t.same(await checked({ note, vkey }), ['tree-differs']);
    t.same(await checked({ note, vkey }, url), [], 'the real log extends it');
    t.same(await checked({ note, vkey: formatVerifierKey(newSignerKey(origin).verifierKey) }, url), [
      'signature-wrong',
    ]);
    t.same(await checked({ note }, url), ['signature-wrong'], 'the database lists no key');
    const later = signNote(
      formatCheckpoint({ origin, size: BigInt(end + 1), rootHash: Buffer.alloc(32) }),
      signer,
    );
    t.same(await checked({ note: later, vkey }, url), ['log-shorter']);
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
  const newer = await changed(t, sample, running("insert into kysely_migration values ('0099-x', '')"));
  await t.rejects(verifyLedger(newer), { name: 'CannotVerify', message: /another version/ });
  const torn = await changed(t, sample, running('alter table records drop column keys'));
  await t.resolves(verifyLedger(torn), 'a column that is gone is a difference');
  const none = await changed(t, sample, running('drop table kysely_migration'));
  await t.rejects(verifyLedger(none), { name: 'CannotVerify', message: /is not a ledger/ });
});

t.test('a -wal that was deleted beside a running service is told', { skip: !isFile }, async (t) => {
  for (const deleted of [['-wal'], ['-wal', '-shm']]) {
    const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-test-'));
    t.teardown(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'ledger.db');
    const store = await openStore(`file:${file}`, { origin });
    for (const suffix of deleted) rmSync(file + suffix);
    const message = /ledger\.db-wal was deleted while the ledger was in use/;
    await t.rejects(verifyLedger(`file:${file}`), { name: 'CannotVerify', message });
    t.notOk(existsSync(`${file}-wal`), 'none was made in its place');
    await store.close();
    t.same((await verifyLedger(`file:${file}`)).findings, [], 'when it was closed, the file has everything');
  }
});

t.test('several threads find the same as one, in the same order and words', async (t) => {
  const change: Change = async (db) => {
    // A version of this record is in the page before a later one, which would not follow from a row that is retracted.
    const { position } = await db.get<{ position: number }>(
      "select position from records where record_id = 'r-800' and version = 1",
    );
    await db.run('update records set standing = 0 where position = $1', position);
    await changeLetter(300)(db);
    await db.run('delete from events where position = 400');
    await db.run('update events set recorded_at = recorded_at + 1 where position = 1000');
    await db.run("update events set leaf = replace(leaf, 'T12:', 'T11:') where position = 1001");
    await db.run('delete from records where position = 1100');
    await db.run('update record_numbers set last_number = last_number + 1');
    await db.run("update openings set name = 'Somebody'");
    await db.run('delete from tiles where tile_index = 2');
  };
  const of = await changed(t, sample, change);
  const [alone, divided] = [await verifyLedger(of, { threads: 0 }), await verifyLedger(of, { threads: 2 })];
  t.same(divided, alone);
  const names = new Set(alone.findings.map(({ what }) => what));
  t.ok(names.size > 8, [...names].join());
  t.notOk(names.has('event-invalid'), 'what comes after a row that is wrong follows from the log');
  t.same((await verifyLedger(url, { threads: 2 })).findings, []);
  const hashesOnly = true;
  t.same(
    await verifyLedger(of, { threads: 1, hashesOnly }),
    await verifyLedger(of, { threads: 0, hashesOnly }),
  );
});

t.test('many missing events do not take long', async (t) => {
  const far = Number.MAX_SAFE_INTEGER - 1;
  const change = running('update events set position = $1 where position = $2', far, end);
  const of = await changed(t, sample, change);
  for (const threads of [0, 1])
    t.match((await verifyLedger(of, { threads, hashesOnly: true })).findings[0], {
      what: 'positions-missing',
      position: end,
    });
});

t.test('it runs beside a ledger that is recording', async (t) => {
  const { url, post } = await openLedger(t);
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
    const { findings, events, size } = await verifyLedger(url);
    t.same(findings, []);
    t.ok(events === size && size > last && !failed, `${size} events`);
    last = size;
    const before = posted;
    // The next one may have been in the log already.
    while (posted < before + 2 && !failed) await new Promise((resolve) => setImmediate(resolve));
  }
  verifying = false;
  await posting;
});
