import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { emptyRoot } from '../../src/tlog/merkle.ts';
import { initiative, meeting, mou } from '../helpers/decide.ts';
import { buildLedger } from '../helpers/ledger.ts';
import { openStreaming, range } from '../helpers/streaming.ts';
import { PlainTree } from '../tlog/plain-tree.ts';

const leavesIn = (file: string): string[] => {
  const db = new Sqlite(file, { readonly: true });
  const leaves = db.prepare<[], string>('select leaf from events order by position').pluck().all();
  db.close();
  return leaves;
};

const text = (leaves: string[]): string => leaves.map((leaf) => `${leaf}\n`).join('');

/** A ledger of more than two pages, with names of persons and texts in several scripts. */
async function openFilled(t: Test) {
  const ledger = await openStreaming(t);
  await ledger.post([meeting('m', '2023-12-14', { coChairs: [{ name: 'Tan Ah Kow' }] })]);
  await ledger.post([initiative()], 'other');
  for (const _ of range(1, 3)) {
    await ledger.post(range(1, 200).map((i) => mou({ data: { title: `深圳 ${i} — a\nb 🏙\u2028` } })));
    await ledger.post(
      range(1, 200).map(() => mou()),
      'other',
    );
  }
  return { ...ledger, leaves: () => leavesIn(ledger.file) };
}

test('an export is the leaves, byte for byte, with the tree that they make', async (t) => {
  const { app, port, leaves } = await openFilled(t);
  const answer = await fetch(`http://127.0.0.1:${port}/v1/export`);
  t.equal(answer.status, 200);
  t.equal(answer.headers.get('content-type'), 'application/x-ndjson');
  t.equal(answer.headers.get('etag'), null);
  const body = Buffer.from(await answer.arrayBuffer());
  t.ok(body.equals(Buffer.from(text(leaves()))));
  const lines = body.toString().split('\n').slice(0, -1);
  const tree = new PlainTree(lines.map((line) => Buffer.from(line)));
  t.equal(answer.headers.get('basis-tree-size'), '1203');
  t.equal(answer.headers.get('basis-root-hash'), Buffer.from(tree.mth(0, lines.length)).toString('hex'));
  const { basis } = (await app.inject('/v1/summary')).json();
  t.equal(basis.rootHash, answer.headers.get('basis-root-hash'));
  t.notOk(body.includes('Tan Ah Kow'), 'without names of persons');
});

test('after, asOf and initiativeId say what part of the log', async (t) => {
  const { app, leaves } = await openFilled(t);
  const all = leaves();
  const of = (initiativeId: string, some: string[]) =>
    some.filter((leaf) => JSON.parse(leaf).initiativeId === initiativeId);
  const expected: [query: string, leaves: string[], size: number][] = [
    ['after=500', all.slice(500), 1203],
    ['after=1203', [], 1203],
    ['asOfPosition=700', all.slice(0, 700), 700],
    ['asOfPosition=700&after=699', all.slice(699, 700), 700],
    ['asOfPosition=0', [], 0],
    ['asOf=2000-01-01', [], 0],
    ['initiativeId=sci', of('sci', all), 1203],
    ['initiativeId=other&after=300&asOfPosition=900', of('other', all.slice(300, 900)), 900],
  ];
  for (const [query, some, size] of expected) {
    const answer = await app.inject(`/v1/export?${query}`);
    t.equal(answer.statusCode, 200, query);
    t.ok(answer.body === text(some), query);
    t.equal(answer.headers['basis-tree-size'], `${size}`, query);
    const { basis } = (await app.inject(`/v1/summary?asOfPosition=${size}`)).json();
    t.equal(answer.headers['basis-root-hash'], basis.rootHash, query);
  }
});

test('what is recorded meanwhile is not in it, and is recorded meanwhile', async (t) => {
  const { app, port, post, leaves } = await openFilled(t);
  let posted = 0;
  let exporting = true;
  const posting = (async () => {
    for (; exporting; posted++) await post([mou()]);
  })();
  for (const _ of range(1, 5)) {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/export`);
    const body = await answer.text();
    const size = Number(answer.headers.get('basis-tree-size'));
    t.ok(body === text(leaves().slice(0, size)), `${size} leaves`);
    t.equal((await app.inject(`/v1/export?after=${size}&asOfPosition=${size}`)).body, '');
  }
  exporting = false;
  await posting;
  t.ok(posted > 0, `${posted} posts`);
});

test('an empty ledger has an empty export', async (t) => {
  const app = await buildLedger(t);
  const answer = await app.inject('/v1/export');
  t.match(answer, { statusCode: 200, body: '' });
  t.equal(answer.headers['basis-tree-size'], '0');
  t.equal(answer.headers['basis-root-hash'], Buffer.from(emptyRoot).toString('hex'));
});

test('what is no part of the log is refused with a pointer', async (t) => {
  const { app } = await openStreaming(t);
  const refused: [query: string, pointer: string][] = [
    ['after=2', '/query/after'],
    ['after=1&asOfPosition=0', '/query/after'],
    ['after=x', '/query/after'],
    ['asOfPosition=2', '/query/asOfPosition'],
    ['asOf=x', '/query/asOf'],
    ['asOf=2023&asOfPosition=1', '/query/asOfPosition'],
    ['initiativeId=UPPER', '/query/initiativeId'],
    ['limit=1', '/query/limit'],
  ];
  for (const [query, pointer] of refused) {
    const answer = await app.inject(`/v1/export?${query}`);
    t.match(answer.json(), { status: 400, code: 'invalid-request', errors: [{ pointer }] }, query);
  }
});

test('HEAD has the basis', async (t) => {
  const { port, queries } = await openStreaming(t);
  const before = queries();
  const head = await fetch(`http://127.0.0.1:${port}/v1/export`, { method: 'HEAD' });
  t.equal(head.status, 200);
  t.equal(head.headers.get('basis-tree-size'), '1');
  t.equal(queries(), before, 'and no leaf is read');
});
