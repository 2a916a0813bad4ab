import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import t, { type Test } from 'tap';
import { openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { copyLedger, exportBundle, restoreBundle } from '../../src/copy/copy-ledger.ts';
import { restoreLeaves } from '../../src/copy/restore-leaves.ts';
import { Signer } from '../../src/signer/signer.ts';
import { SignerDirectory } from '../../src/signer/signer-directory.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { formatVerifierKey, newSignerKey } from '../../src/tlog/note-key.ts';
import { verifyBundle, verifyLedger } from '../../src/verify/verify.ts';
import { checkStore } from '../helpers/check-store.ts';
import { runCommand } from '../helpers/command.ts';
import { ledgerFile } from '../helpers/database.ts';
import { buildLedgerApp } from '../helpers/ledger.ts';
import { binaries, postgresDatabase } from '../helpers/postgres.ts';
import { unguarded } from '../verify/sample.ts';

const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-bundle-'));
t.teardown(() => rmSync(directory, { recursive: true }));
const origin = 'log.example.org';
const config = (file: string) => readConfig({ DATABASE_URL: `file:${file}`, SIGNER_DIR: '' });
const ledger = join(directory, 'ledger.db');
const bundle = join(directory, 'bundle');
/** The first checkpoint, as somebody kept it. */
const { vkey, kept } = await make();

/** A ledger with persons, corrections, claims and kept answers, past a full tile, signed twice; and its bundle. */
async function make() {
  const store = await openSqlite(ledger, { origin });
  const signer = await Signer.open(store, new SignerDirectory(join(directory, 'signer')), Date.now, () => {});
  const app = await buildLedgerApp(store, config(ledger));
  const post = async (...events: object[]): Promise<void> => {
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/initiatives/sci/events',
      payload: { events },
      headers: { 'idempotency-key': `key-${events.length}` },
    });
    if (answer.statusCode !== 201) throw new Error(answer.body);
  };
  await post(
    { type: 'InitiativeRegistered', data: { name: 'SCI' } },
    {
      type: 'MeetingHeld',
      recordId: 'jic-1',
      occurredOn: '2023-12',
      data: { coChairs: [{ name: 'Ada Lovelace' }] },
    },
    { type: 'MoUSigned', repeat: 300, data: { meetingId: 'jic-1' } },
  );
  const { note } = await signer.sign();
  await post(
    {
      type: 'RecordCorrected',
      recordId: 'jic-1',
      changes: { occurredOn: '2023-12-14' },
      reason: { code: 'other', text: 'Known now.' },
    },
    {
      type: 'FigureClaimed',
      occurredOn: '2023-12-31',
      data: { metric: 'mous', value: 301, qualifier: 'exact', scope: 'all' },
      sources: [{ publisher: 'P' }],
    },
  );
  await signer.sign();
  const [{ vkey } = { vkey: '' }] = await store.db.selectFrom('signing_keys').select('vkey').execute();
  await signer.close();
  const steps: number[] = [];
  // Beside the service.
  const copied = await exportBundle(`file:${ledger}`, bundle, (position) => steps.push(position));
  await app.close();
  t.match(copied, { origin, size: 304, names: 1, keptAnswers: 0, checkpoints: 2, difference: undefined });
  t.same(steps, [304]);
  return { vkey, kept: note };
}

type Change = (db: Sqlite.Database) => void;

let copies = 0;
/** A copy of the bundle, changed while nothing guards it. */
function changed(change: Change | string): string {
  const file = join(directory, `changed-${++copies}`);
  copyFileSync(bundle, file);
  const db = new Sqlite(file);
  if (typeof change === 'string') unguarded(db, () => db.exec(change));
  else change(db);
  db.close();
  return file;
}

async function found(file: string, options: { signedBy?: string; note?: string } = {}): Promise<string[]> {
  const { signedBy = vkey, note } = options;
  const checkpoint = note === undefined ? undefined : { note, vkey: signedBy };
  const { findings } = await verifyBundle(file, { signedBy, checkpoint });
  return findings.map(({ what, position }) => `${what}${position === undefined ? '' : ` ${position}`}`);
}

t.test('a bundle verifies with the key alone, without the service or its database', async (t) => {
  const files = readdirSync(directory);
  const verified = await verifyBundle(bundle, { signedBy: vkey });
  t.match(verified, { findings: [], size: 304, events: 304 });
  t.same(await found(bundle, { note: kept }), []);
  t.same(readdirSync(directory), files, 'it is one file, and none is made beside it');
});

t.test('no secret is in a bundle, and no kept answer', async (t) => {
  const db = new Sqlite(ledger, { readonly: true });
  const secrets = db
    .prepare<[], Buffer>(
      `select fingerprint_key from ledger union all select fingerprint from events where fingerprint is not null
        union all select fingerprint from idempotency_keys`,
    )
    .pluck()
    .all();
  db.close();
  t.ok(secrets.length > 5, `${secrets.length} secrets`);
  const bytes = readFileSync(bundle);
  t.notOk(
    secrets.some((secret) => bytes.includes(secret)),
    'nor in pages that are not used',
  );
  t.notOk(bytes.includes('key-3'));
  t.ok(bytes.includes('Ada Lovelace'));
});

t.test('an empty ledger is made into the one of the bundle, leaf for leaf', async (t) => {
  const restored = ledgerFile(t);
  const steps: number[] = [];
  const url = `file:${restored}`;
  t.match(await restoreBundle(bundle, url, (position) => steps.push(position)), { size: 304 });
  t.same(steps, [304]);
  await t.rejects(restoreBundle(bundle, url), { message: /There is a ledger already/ });
  checkStore(restored);
  t.same((await verifyLedger(url)).findings, []);
  const [one, two] = [
    await openLedgerApp(config(ledger), false),
    await openLedgerApp(config(restored), false),
  ];
  for (const path of [
    '/v1/events?limit=1000',
    '/v1/initiatives/sci/meetings',
    '/v1/initiatives/sci/records/jic-1/history',
    '/v1/log/keys',
    '/v1/log/checkpoint?size=302',
  ]) {
    t.equal((await two.inject(path)).body, (await one.inject(path)).body, path);
  }
  const next = await two.inject({
    method: 'POST',
    url: '/v1/initiatives/sci/events',
    payload: { type: 'MoUSigned', occurredOn: '2023' },
  });
  t.match(next.json(), { recorded: [{ recordId: 'mou-301', position: 305 }] }, 'and it goes on from there');
  await one.close();
  await two.close();
  const keys = [bundle, restored].map((file) => {
    const db = new Sqlite(file, { readonly: true });
    const key = db.prepare<[], Buffer>('select fingerprint_key from ledger').pluck().get();
    db.close();
    return key?.equals(Buffer.alloc(32));
  });
  t.same(keys, [true, false], 'it has a key of its own');
});

t.test('what is changed in a bundle is named by its position, as in a ledger', async (t) => {
  const letter = "update events set leaf = replace(leaf, 'Known now.', 'Known now!') where position = 303";
  t.same(await found(changed(letter)), ['tree-differs 304', 'leaf-changed'], 'in the unfinished tile');
  const note = `update events set leaf = replace(leaf, '"data":{"meetingId"', '"data":{"zone":"z","meetingId"') where position = 100`;
  t.ok((await found(changed(note))).includes('leaf-changed 100'));
  t.same(await found(changed("update openings set name = 'Ada Byron'")), ['opening-wrong 2']);
  t.same(await found(changed('update records set named = 1 where position = 50')), ['record-differs 50']);
  t.same(await found(changed('delete from checkpoints')), ['not-signed 1'], 'without checkpoints');
  t.same(
    (
      await found(changed("update checkpoints set note = replace(note, substr(note, -30, 6), 'AAAAAA')"))
    ).sort(),
    ['not-signed 1', 'signature-wrong 302', 'signature-wrong 304'],
    'broken signatures',
  );
  t.ok((await found(changed('delete from events where position = 100'))).includes('positions-missing 100'));
  const swapped = `create temp table two as select position, leaf from events where position in (100, 105);
    update events set leaf = (select leaf from two where two.position = 205 - events.position)
      where position in (100, 105)`;
  t.ok((await found(changed(swapped))).includes('leaves-swapped 100'), 'a leaf in the wrong place');
  const other = formatVerifierKey(newSignerKey(origin).verifierKey);
  t.same(await found(bundle, { signedBy: other }), ['not-signed 1'], 'another key signed nothing of it');
  const foreign = kept.replace(`${origin}\n`, 'log.example.com\n');
  t.same(await found(bundle, { note: foreign }), ['signature-wrong'], 'a kept checkpoint of another log');
});

t.test('a log that was rewritten whole, and signed by another key, is found', async (t) => {
  const forged = join(directory, 'forged.db');
  const db = new Sqlite(ledger, { readonly: true });
  const leaves = db.prepare<[], string>('select leaf from events order by position').pluck().all();
  db.close();
  const store = await openSqlite(forged, { origin });
  await restoreLeaves(
    store,
    leaves.map((leaf) => ({ leaf: leaf.replace('Known now.', 'Known now!'), openings: [] })),
  );
  const signer = await Signer.open(store, new SignerDirectory(join(directory, 'forger')), Date.now, () => {});
  await signer.sign();
  await signer.close();
  await store.close();
  const file = join(directory, 'forged');
  await exportBundle(`file:${forged}`, file);
  t.same(
    (await found(file)).filter((one) => !one.startsWith('opening')),
    ['not-signed 1'],
  );
  t.ok((await found(file, { note: kept })).includes('not-signed 1'));
});

t.test('a bundle from a stranger runs nothing: its schema is compared before anything is read', async (t) => {
  /** Whoever runs it does not end. */
  const endless = (columns: string): string =>
    `with recursive n(i) as (select 1 union all select i + 1 from n) select ${columns} from n`;
  const inPlaceOf =
    (table: string, columns: string): Change =>
    (db) => {
      db.exec(`alter table ${table} rename to away; create view ${table} as ${endless(columns)}`);
    };
  const changes: [Change, RegExp][] = [
    [inPlaceOf('kysely_migration', 'i as name, i as timestamp'), /Table kysely_migration is missing/],
    [inPlaceOf('openings', 'i as commitment'), /Table openings is missing/],
    [
      (db) => db.exec(`create view records_rebuilt as ${endless('i')}`),
      /records_rebuilt.* is there, and no migration/,
    ],
    [
      (db) => db.exec('create table records_rebuilt (a)'),
      /records_rebuilt is there, and no migration makes it/,
    ],
    [(db) => db.exec('create virtual table x using fts5(a)'), /x is there, and no migration makes it/],
    [(db) => db.exec('create index further on events (leaf)'), /further on events is there/],
  ];
  for (const [change, message] of changes) {
    const file = changed(change);
    const { findings, events } = await verifyBundle(file, { signedBy: vkey });
    t.equal(events, 0);
    t.ok(findings.length > 0 && findings.every(({ what }) => what === 'schema-differs'));
    t.match(findings.map(({ detail }) => detail).join('\n'), message);
    const to = join(t.testdirName, 'restored.db');
    await t.rejects(restoreBundle(file, `file:${to}`), { name: 'CannotVerify', message: /is no bundle of/ });
    t.notOk(existsSync(to), 'no ledger was begun');
  }
});

t.test('what is no bundle is said to be none, in one line', async (t) => {
  const files = {
    'an old one': [
      '{"bundle":"milestone-ledger/1","origin":"x","size":1}\n',
      /earlier version, in lines of JSON/,
    ],
    text: ['This is not a database, but a text of some length. '.repeat(100), /no SQLite database/],
    empty: ['', /no bundle of this version/],
  } as const;
  for (const [name, [text, message]] of Object.entries(files)) {
    const file = join(directory, name);
    writeFileSync(file, text);
    if (name === 'empty') t.match(await found(file), [/^schema-differs/]);
    else await t.rejects(verifyBundle(file), { name: 'CannotVerify', message });
    await t.rejects(restoreBundle(file, `file:${file}.restored`), { name: 'CannotVerify', message });
  }
  await t.rejects(verifyBundle(join(directory, 'absent')), { message: /There is no file/ });
  await t.rejects(verifyBundle(directory), { message: /is a directory/ });
  await t.rejects(verifyBundle(ledger), { message: /is a ledger, and no bundle/ });
  const newer = changed("insert into kysely_migration values ('0099-x', '')");
  await t.rejects(verifyBundle(newer), { message: /another version: it has the migration 0099-x/ });
  await t.rejects(verifyBundle(bundle, { signedBy: 'x' }), { message: /The key is none/ });
});

t.test('a bundle is taken for no ledger: nothing records in it', async (t) => {
  const url = `file:${changed(() => {})}`;
  await t.rejects(verifyLedger(url), {
    message: /is a bundle: verify --bundle and restore --bundle read it/,
  });
  await t.rejects(copyLedger(url, `file:${join(t.testdirName, 'x')}`), { message: /is a bundle/ });
  const served = await runCommand(['serve'], { DATABASE_URL: url, SIGNER_DIR: '', PORT: '0' });
  t.match(served, { code: 2, err: /is a bundle: restore --bundle FILE makes a ledger of it/ });
});

t.test('a bundle of a ledger in PostgreSQL is the same', { skip: binaries === undefined }, async (t) => {
  const url = await postgresDatabase(t);
  await restoreBundle(bundle, url);
  const file = join(directory, 'of-postgres');
  await exportBundle(url, file);
  t.same(await found(file), []);
  const rows = [bundle, file].map((one) => {
    const db = new Sqlite(one, { readonly: true });
    const all = ['events', 'records', 'openings', 'tiles', 'head', 'checkpoints', 'signing_keys'].map(
      (table) => db.prepare(`select * from ${table} order by 1, 2`).all(),
    );
    db.close();
    return all;
  });
  t.same(rows[1], rows[0]);
});

const run = (args: string[], env: Record<string, string> = {}) => runCommand(args, env);

t.test('the commands', async (t) => {
  const copy = ledgerFile(t);
  copyFileSync(ledger, copy);
  const env = { DATABASE_URL: `file:${copy}`, SIGNER_DIR: '' };
  const file = join(directory, 'by-command');
  const exported = await run(['export', '--bundle', file], env);
  t.match(exported, {
    code: 0,
    err: '',
    out: /^100 %: 304 of 304 events\n304 events of log\.example\.org, 1 names/,
  });
  t.match(await run(['export', '--bundle', file], env), { code: 2, err: /exists already/ });
  t.match(await run(['verify', '--bundle', file, '--key', vkey]), {
    code: 0,
    err: '',
    out: /304 events checked, size 304, root hash [0-9a-f]{64}: nothing wrong\n$/,
  });
  t.match(await run(['verify', '--bundle', file]), { code: 2, err: /--bundle needs --key/ });
  const wrong = changed('update records set named = 1 where position = 50');
  t.match(await run(['verify', '--bundle', wrong, '--key', vkey]), {
    code: 1,
    out: /^position 50: record-differs: Column named is 1, the log makes it 0\.$/m,
  });
  const restored = ledgerFile(t);
  t.match(await run(['restore', '--bundle', file], { DATABASE_URL: `file:${restored}` }), {
    code: 0,
    err: '',
    out: /restored: root hash [0-9a-f]{64}/,
  });
  t.match(
    await run(['restore', '--bundle', wrong], { DATABASE_URL: `file:${join(directory, 'unrestored.db')}` }),
    {
      code: 1,
      out: /not restored: .* first at position 50: records: column named is 1, the log makes it 0/,
    },
  );
});

t.test('where something goes wrong there is no file, and what was begun is removed', async (t) => {
  const torn = join(directory, 'torn.db');
  copyFileSync(ledger, torn);
  const db = new Sqlite(torn);
  unguarded(db, () => db.exec('delete from events where position = 200'));
  db.close();
  const target = t.testdir();
  const file = join(target, 'bundle');
  writeFileSync(`${file}.part`, 'of one that was broken off');
  t.match(await run(['export', '--bundle', file], { DATABASE_URL: `file:${torn}`, SIGNER_DIR: '' }), {
    code: 2,
    out: '',
    err: /^milestone-ledger: The log lacks position 200: verify says more\.\n$/,
  });
  t.same(readdirSync(target), []);
});

t.test('the bundle of a forked log is refused in one line, and nothing stays open', async (t: Test) => {
  const forked = ledgerFile(t);
  copyFileSync(ledger, forked);
  const state = mkdtempSync(join(directory, 'fork-'));
  for (const name of ['keys.json', 'state.json'])
    copyFileSync(join(directory, 'signer', name), join(state, name));
  const signed = JSON.parse(readFileSync(join(state, 'state.json'), 'utf8'));
  writeFileSync(join(state, 'state.json'), JSON.stringify({ ...signed, size: 305 }));
  const file = join(directory, 'of-a-fork');
  const env = { DATABASE_URL: `file:${forked}`, SIGNER_DIR: state };
  const line = /^milestone-ledger: [^\n]*a checkpoint of (size )?305 [^\n]*\n$/;
  t.match(await run(['export', '--bundle', file], env), { code: 2, out: '', err: line });
  t.match(await run(['export', '--bundle', file], { ...env, SIGNER_DIR: '' }), {
    code: 2,
    out: '',
    err: line,
  });
  t.notOk(existsSync(file));
  t.notOk(existsSync(`${forked}-wal`), 'the ledger was closed');
});
