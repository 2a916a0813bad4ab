import { test } from 'tap';
import type { App } from '../../src/app.ts';
import { initiative, mou } from '../helpers/decide.ts';
import { ndjson } from '../helpers/import.ts';
import { buildLedger, poster } from '../helpers/ledger.ts';

const given = { key: 'externalId', reason: 'The list of May.' };

const sync = (app: App, payload: string, query: object = {}, type = 'application/x-ndjson') =>
  app.inject({
    method: 'POST',
    url: `/v1/initiatives/sci/sync?${new URLSearchParams({ ...given, ...query })}`,
    headers: { 'content-type': type },
    payload,
  });

const row = (externalId: string, data: object = {}) => mou({ data: { externalId, ...data } });

test('a list is previewed, and what was previewed is recorded', async (t) => {
  const app = await buildLedger(t);
  const post = poster(app);
  await post(initiative(), row('A', { title: 'Old' }));
  const file = ndjson(row('A', { title: 'New' }), row('B'), mou({ data: { title: 'no key' } }));
  const query = { source: JSON.stringify({ publisher: 'Ministry', url: 'https://ministry.example/list' }) };
  const preview = await sync(app, file, { ...query, limit: '1' });
  t.equal(preview.statusCode, 200);
  const { hash, correlationId, ...report } = preview.json();
  t.match(report, {
    new: 1,
    changed: 1,
    gone: 0,
    unchanged: 0,
    refused: 1,
    events: 2,
    items: [{ line: 1, key: 'A', recordId: 'mou-1', action: 'changed' }],
    next: 1,
    errors: [{ line: 3, code: 'invalid-body', pointer: '/data/externalId' }],
    faults: [{ code: 'invalid-body', column: 'data.externalId', count: 1 }],
    basis: { treeSize: 2 },
  });
  t.notOk('recorded' in report);
  const done = await sync(app, file, { ...query, expect: hash });
  t.match([done.statusCode, done.json()], [200, { hash, correlationId, recorded: 2, alreadyRecorded: 0 }]);
  t.match((await app.inject('/v1/initiatives/sci/records/mou-1')).json(), {
    data: { title: 'New' },
    sources: [{ publisher: 'Ministry', url: 'https://ministry.example/list' }],
  });
  const { items } = (await app.inject('/v1/events?after=2')).json();
  t.match(items, [
    { event: { correlationId, reason: { code: 'publisher-changed' } } },
    { event: { correlationId } },
  ]);

  const { hash: stale } = (await sync(app, file, { publisher: 'Ministry' })).json();
  await post(row('C'));
  t.equal(
    (await sync(app, file, { publisher: 'Ministry', expect: stale })).statusCode,
    200,
    'nothing of the list',
  );
  const { hash: other } = (await sync(app, ndjson(row('A', { title: 'Newer' })))).json();
  await post({
    type: 'RecordCorrected',
    recordId: 'mou-1',
    changes: { data: { zone: 'Z' } },
    reason: { code: 'other', text: 'Known now.' },
  });
  const refused = await sync(app, ndjson(row('A', { title: 'Newer' })), { expect: other });
  t.match([refused.statusCode, refused.json()], [409, { code: 'plan-changed' }]);
});

test('several parameters key are the key together', async (t) => {
  const app = await buildLedger(t);
  await poster(app)(initiative());
  const table = 'type,occurredOn,data.title,data.zone\r\nMoUSigned,2023,T,Y\r\nMoUSigned,2023,T,Z\r\n';
  const query = `key=data.title&key=data.zone&reason=May&missing=retract`;
  const answer = await app.inject({
    method: 'POST',
    url: `/v1/initiatives/sci/sync?${query}`,
    headers: { 'content-type': 'text/csv' },
    payload: table,
  });
  t.match(answer.json(), { new: 2, items: [{ key: 'T / Y' }, { key: 'T / Z' }] });
});

test('a form has the mapping and the file; what else it has is refused', async (t) => {
  const app = await buildLedger(t);
  await poster(app)(initiative());
  const mapping = JSON.stringify({
    columns: { Title: 'data.title' },
    fixed: { type: 'MoUSigned', occurredOn: '2023' },
  });
  const table = new File(['No;Title\n7;T\n'.replaceAll(';', ',')], 'list.csv', {
    type: 'application/vnd.ms-excel',
  });
  const send = async (path: string, parts: [name: string, value: string | File][]) => {
    const form = new FormData();
    for (const [name, value] of parts) form.append(name, value as string);
    const { headers, body } = new Request('http://localhost/', { method: 'POST', body: form });
    const payload = Buffer.from(await new Response(body).arrayBuffer());
    const url = `/v1/initiatives/sci/${path}`;
    return app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': headers.get('content-type') ?? '' },
      payload,
    });
  };
  const answer = await send('sync?key=No&reason=May', [
    ['mapping', mapping],
    ['file', table],
  ]);
  t.match(answer.json(), { new: 1, items: [{ line: 2, key: '7' }] });
  const plain = await sync(app, 'No,Title\n7,T\n', { key: 'No', reason: 'May', mapping }, 'text/csv');
  t.equal(plain.json().hash, answer.json().hash, 'the same file in another body');
  const lines = new File([ndjson(row('A'))], 'a.ndjson');
  t.match((await send('import', [['file', lines]])).json(), { lines: 1, recorded: 1 });
  for (const parts of [
    [['mapping', mapping]],
    [
      ['file', table],
      ['mapping', mapping],
    ],
    [
      ['mapping', mapping],
      ['mapping', mapping],
      ['file', table],
    ],
    [
      ['file', lines],
      ['file', lines],
    ],
    [
      ['colour', 'red'],
      ['file', lines],
    ],
    [
      ['mapping', 'x'.repeat(300_000)],
      ['file', table],
    ],
    [
      ['mapping', mapping],
      ['file', lines],
    ],
  ] as [string, string | File][][]) {
    const refused = await send('import?dryRun=true', parts);
    t.match(
      [refused.statusCode, refused.json().code],
      [400, /^(invalid-request|malformed-csv)$/],
      `${parts.map(([name]) => name)}`,
    );
  }
  t.equal(
    (await send('import', [['file', new File(['x'], 'a.pdf', { type: 'application/pdf' })]])).statusCode,
    415,
  );
  t.match((await sync(app, 'no form', {}, 'multipart/form-data; boundary=x')).json(), {
    code: 'invalid-request',
  });
  t.match((await sync(app, 'no form', {}, 'multipart/form-data')).json(), { code: 'invalid-request' });
});

test('an import is previewed: its first rows, its report, and a first mapping where it needs one', async (t) => {
  const app = await buildLedger(t);
  await poster(app)(initiative());
  const preview = (payload: string, query = '', type = 'text/csv') =>
    app.inject({
      method: 'POST',
      url: `/v1/initiatives/sci/import/preview${query}`,
      headers: { 'content-type': type },
      payload,
    });
  const table = 'Title;Signed;Countries\r\nA treaty;31/12/1999;NORTHLAND\r\nAnother;04/11/1938;EASTLAND\r\n';
  const first = await preview(table);
  t.equal(first.statusCode, 200);
  const { mapping, questions, rows, report } = first.json();
  t.match(mapping, /"data.title": "Title"/);
  t.ok(questions.length > 0);
  t.match(rows[0], {
    line: 2,
    event: { type: 'MoUSigned', occurredOn: '1999-12-31', data: { title: 'A treaty' } },
    cells: [
      { column: 'Title', text: 'A treaty', fields: [{ name: 'data.title', value: 'A treaty' }] },
      { column: 'Signed', text: '31/12/1999', fields: [{ name: 'occurredOn', value: '1999-12-31' }] },
    ],
    faults: [],
  });
  t.match(report, { lines: 2, recorded: 2, events: 2, faults: [], basis: { treeSize: 1 } });

  const own = 'type,occurredOn,data.title\r\nMoUSigned,15/10/2019,T\r\n';
  const ours = (await preview(own)).json();
  t.notOk('mapping' in ours);
  t.match(ours, {
    questions: [],
    rows: [{ line: 2, faults: [{ pointer: '/occurredOn' }] }],
    report: { failed: 1 },
  });
  const given = encodeURIComponent(
    JSON.stringify({ columns: { D: 'occurredOn' }, fixed: { type: 'MoUSigned' } }),
  );
  t.match((await preview('D\r\n2023\r\n', `?mapping=${given}`)).json(), {
    rows: [{ event: { occurredOn: '2023' } }],
  });
  const lines = (await preview(ndjson(row('A')), '', 'application/x-ndjson')).json();
  t.match(lines, { rows: [{ line: 1, event: { type: 'MoUSigned' }, faults: [] }], report: { recorded: 1 } });
  t.equal((await app.inject('/v1/events')).json().basis.treeSize, 1, 'nothing is recorded');
});

test('what can not be understood is refused', async (t) => {
  const app = await buildLedger(t);
  const file = ndjson(row('A'));
  t.equal((await sync(app, file)).statusCode, 404);
  await poster(app)(initiative());
  for (const [query, pointer] of [
    [{ key: '' }, '/query/key/0'],
    [{ reason: ' ' }, '/query/reason'],
    [{ reasonCode: 'duplicate' }, '/query/reasonCode'],
    [{ missing: 'delete' }, '/query/missing'],
    [{ expect: 'x' }, '/query/expect'],
    [{ source: '{' }, '/query/source'],
    [{ source: '{"url":"https://a.example/"}' }, '/query/source/publisher'],
    [{ source: '{"publisher":"P"}', publisher: 'P' }, '/query/publisher'],
    [{ url: 'https://a.example/' }, '/query/publisher'],
    [{ publisher: 'P', url: 'no address' }, '/query/url'],
    [{ limit: '0' }, '/query/limit'],
  ] as const) {
    const answer = await sync(app, file, query);
    t.match(
      [answer.statusCode, answer.json().code, answer.json().errors?.[0]?.pointer],
      [400, 'invalid-request', pointer],
      JSON.stringify(query),
    );
  }
  t.equal((await sync(app, file, {}, 'text/plain')).statusCode, 415);
  t.match((await sync(app, 'type,data.title\r\n', {}, 'text/csv')).json(), { new: 0, refused: 0 });
  t.match((await sync(app, 'type\r\n', { key: 'No' }, 'text/csv')).json(), { code: 'malformed-csv' });
});

test('the faults of a list, and of an import, come as a table', async (t) => {
  const app = await buildLedger(t);
  await poster(app)(initiative());
  const file = 'type,occurredOn,data.externalId\r\nMoUSigned,15/10/2019,=1\r\n';
  for (const answer of [
    await sync(app, file, { format: 'csv' }, 'text/csv'),
    await app.inject({
      method: 'POST',
      url: '/v1/initiatives/sci/import?format=csv',
      headers: { 'content-type': 'text/csv' },
      payload: file,
    }),
  ]) {
    t.equal(answer.headers['content-type'], 'text/csv; charset=utf-8');
    t.match(answer.body, /^row,column,value,fault,advice\r\n2,occurredOn,15\/10\/2019,.*must be.*,.+\r\n$/);
  }
});
