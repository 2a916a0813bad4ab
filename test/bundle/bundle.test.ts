import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import type { BundleLine } from '../../src/bundle/bundle.ts';
import { restoreBundle } from '../../src/bundle/restore-bundle.ts';
import { type Service, verifyBundle } from '../../src/bundle/verify-bundle.ts';
import { bundleOf } from '../../src/bundle/write-bundle.ts';
import { readConfig } from '../../src/config.ts';
import { buildLedgerApp, openLedgerApp } from '../../src/ledger-app.ts';
import { Signer } from '../../src/signer/signer.ts';
import { SignerDirectory } from '../../src/signer/signer-directory.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { leafHash, rootOf } from '../../src/tlog/merkle.ts';
import { parseVerifierKey, type VerifierKey } from '../../src/tlog/note-key.ts';
import { checkStore } from '../helpers/check-store.ts';

const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-bundle-'));
const config = (file: string) => readConfig({ DATABASE_URL: `file:${file}`, SIGNER_DIR: '' });
const service: Service = async (file, use) => {
  const app = await openLedgerApp(config(file), false);
  await use(async (path) => (await app.inject(path)).body);
  await app.close();
};

interface Bundled {
  lines: BundleLine[];
  key: VerifierKey;
  file: string;
}

let made: Promise<Bundled> | undefined;
/** A bundle of a ledger with persons, corrections and claims, past a full tile, signed twice. */
const bundled = (): Promise<Bundled> => (made ??= make());

async function make(): Promise<Bundled> {
  const file = join(directory, 'ledger.db');
  const store = await openSqlite(file, { origin: 'log.example.org' });
  const signer = await Signer.open(store, new SignerDirectory(join(directory, 'signer')), Date.now, () => {});
  const app = await buildLedgerApp(store, config(file), false);
  const post = async (...events: object[]): Promise<void> => {
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/initiatives/sci/events',
      payload: { events },
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
  await signer.sign();
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
  const { position } = await store.head();
  const lines: BundleLine[] = [];
  for await (const line of bundleOf(store, position, async (path) => (await app.inject(path)).body))
    lines.push(line);
  const [{ vkey } = { vkey: '' }] = await store.db.selectFrom('signing_keys').select('vkey').execute();
  await signer.close();
  await app.close();
  return { lines, key: parseVerifierKey(vkey), file };
}

let number = 0;
function written(lines: (BundleLine | string)[]): string {
  const file = join(directory, `${++number}.bundle`);
  writeFileSync(
    file,
    lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''),
  );
  return file;
}
const edited = (lines: BundleLine[], edit: (text: string) => string): string[] =>
  lines.map((line) => edit(JSON.stringify(line)));

test('a bundle verifies with the key alone, without the service or its database', async (t) => {
  const { lines, key } = await bundled();
  const report = await verifyBundle(written(lines), key, undefined, service);
  t.same(report.findings, []);
  t.match(report, { origin: 'log.example.org', size: 304, checkpoints: 2, answers: 3 });
  const checkpoint = lines.find((line) => 'checkpoint' in line);
  t.same((await verifyBundle(written(lines), key, checkpoint?.checkpoint.note, service)).findings, []);
});

test('an empty ledger is made into the one of the bundle, leaf for leaf', async (t) => {
  const { lines, file } = await bundled();
  const [header] = lines;
  if (!header || !('bundle' in header)) throw new Error('the first line is the header');
  const bundle = written(lines);
  const restoredFile = join(directory, 'restored.db');
  const restored = await openSqlite(restoredFile, { origin: header.origin });
  const steps: number[] = [];
  await restoreBundle(bundle, header, restored, (position) => steps.push(position));
  t.same(steps, [304]);
  await t.rejects(restoreBundle(bundle, header, restored), { message: /not empty/ });
  await restored.close();
  checkStore(restoredFile);
  const [one, two] = [
    await openLedgerApp(config(file), false),
    await openLedgerApp(config(restoredFile), false),
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
});

test('whatever is changed in a bundle is found, and named', async (t) => {
  const { lines, key } = await bundled();
  const found = async (changed: (BundleLine | string)[], kept?: string, by = key) =>
    (await verifyBundle(written(changed), by, kept, service)).findings.map(({ what, position }) => ({
      what,
      ...(position ? { position } : {}),
    }));

  const letter = edited(lines, (text) => text.replace('Known now.', 'Known now!'));
  t.same(await found(letter), [{ what: 'root-differs' }], 'a changed letter in a leaf');
  // The header is rewritten too, as somebody would who wants it to fit.
  const leaves = letter
    .map((text) => JSON.parse(text))
    .flatMap(({ leaf }) => (leaf === undefined ? [] : [Buffer.from(leaf)]));
  const root = rootOf(leaves.map(leafHash)).toHex();
  const rewritten = letter.map((text, i) =>
    i === 0 ? text.replace(/"rootHash":"[0-9a-f]+"/, `"rootHash":"${root}"`) : text,
  );
  t.match(
    await found(rewritten),
    [{ what: 'tree-differs', position: 304 }, { what: 'not-signed' }],
    'a rewritten log',
  );

  t.match(await found(edited(lines, (text) => text.replace('Ada Lovelace', 'Ada Byron'))), [
    { what: 'opening-wrong', position: 2 },
  ]);
  t.same(
    await found(
      edited(lines, (text) =>
        text.startsWith('{"answer"') ? text.replace('\\"total\\":300', '\\"total\\":301') : text,
      ),
    ),
    Array(3).fill({ what: 'answer-differs' }),
    'a changed answer',
  );
  t.same(
    await found(lines.filter((line) => !('checkpoint' in line))),
    [{ what: 'not-signed' }],
    'without checkpoints',
  );
  t.same(
    await found(
      edited(lines, (text) =>
        text.startsWith('{"checkpoint"')
          ? text.replace(/(.{20})\\n"\}\}$/, (_, tail) => `${[...tail].reverse().join('')}\\n"}}`)
          : text,
      ),
    ).then((all) => all.at(-1)),
    { what: 'not-signed' },
    'broken signatures',
  );
  t.match(
    await found(lines.toSpliced(100, 1)),
    [{ what: 'leaf-broken' }].slice(0, 0).concat([{ what: 'root-differs' }]),
    'a missing leaf',
  );
  const leafAt = lines.findIndex((line) => 'leaf' in line && line.leaf.includes('RecordCorrected'));
  t.match(
    await found([...lines.slice(0, 3), ...lines.slice(leafAt, leafAt + 1), ...lines.slice(3)]),
    [{ what: 'leaf-broken' }],
    'a leaf at the wrong place',
  );
  const other = parseVerifierKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
  t.match(
    await found(lines, undefined, other),
    [{ what: 'not-signed' }],
    'another key, which signed nothing of it',
  );
  const foreign = lines
    .flatMap((line) => ('checkpoint' in line ? [line.checkpoint.note] : []))[0]
    ?.replace('log.example.org\n', 'log.example.com\n');
  t.match(await found(lines, foreign), [{ what: 'signature-wrong' }], 'a kept checkpoint of another log');
});

test('what is no bundle is said to be none', async (t) => {
  const { lines, key } = await bundled();
  for (const [text, message] of [
    ['', /empty/],
    ['not JSON\n', /line 1 is not JSON/],
    ['{"leaf":"{}"}\n', /no bundle/],
    [`${JSON.stringify(lines[0])}\n{"unheard":1}\n`, /line 2 is of no known kind/],
  ] as const) {
    const file = join(directory, 'none');
    writeFileSync(file, text);
    await t.rejects(verifyBundle(file, key, undefined, service), { message });
  }
  await t.rejects(verifyBundle(join(directory, 'nowhere'), key, undefined, service), {
    message: /can not be read/,
  });
  t.ok(readFileSync(join(directory, 'none'), 'utf8'));
});
