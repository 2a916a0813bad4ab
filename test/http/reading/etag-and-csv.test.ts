import { test } from 'tap';
import {
  claim,
  corrected,
  meeting,
  mou,
  nextOf,
  openRegister,
  project,
  type Register,
  registered,
} from './register.ts';

const record = async ({ post }: Register): Promise<void> => {
  await post(
    'sci',
    registered(),
    meeting('m', '2023-05', { series: 'JIC' }),
    mou('a', undefined, { meetingId: 'm', title: 'A' }),
  );
  await post(
    'sci',
    project('p', '2023'),
    claim('c', '2023-12-31', { value: 3 }),
    claim('d', '2023-12-31', { label: 'x' }),
  );
};

const ofInitiative = [
  '',
  '/summary',
  '/meetings',
  '/meetings/m',
  '/mous',
  '/projects',
  '/claims',
  '/records/a',
  '/records/a/history',
  '/changes',
  '/events',
];

test('an answer that is known already is 304, until something of the initiative changes', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const { app, post } = register;
  const tagOf = async (path: string): Promise<string> => String((await app.inject(path)).headers.etag);
  const paths = ofInitiative.map((path) => `/v1/initiatives/sci${path}`);
  const before = new Map<string, string>();
  for (const path of paths) before.set(path, await tagOf(path));
  for (const [path, etag] of before) {
    t.match(etag, /^W\/"[\w-]+"$/, path);
    for (const known of [etag, etag.slice(2), `"x", ${etag}`, `${etag},"y"`, '*']) {
      const answer = await app.inject({ url: path, headers: { 'if-none-match': known } });
      t.equal(answer.statusCode, 304, `${path} ${known}`);
      t.equal(answer.body, '');
      t.equal(answer.headers.etag, etag);
    }
    t.equal((await app.inject({ url: path, headers: { 'if-none-match': '"x"' } })).statusCode, 200, path);
  }
  await post('other', registered(), mou('a', '2023'));
  for (const [path, etag] of before) {
    t.equal(await tagOf(path), etag, `${path} is of this initiative only`);
    t.equal((await app.inject({ url: path, headers: { 'if-none-match': etag } })).statusCode, 304, path);
    const { basis } = (await app.inject(path)).json();
    t.equal(basis.treeSize, 8, 'the basis moves on all the same');
  }
  await post(
    'sci',
    corrected('a', { data: { title: 'B', meetingId: null } }),
    corrected('m', { data: { series: 'X' } }),
  );
  await post('sci', project('q', '2023'), claim('e', '2023-12-31', {}));
  for (const [path, etag] of before) {
    t.not(await tagOf(path), etag, `${path} changed`);
    t.equal((await app.inject({ url: path, headers: { 'if-none-match': etag } })).statusCode, 200, path);
    if (!path.includes('changes')) t.not(await tagOf(path), await tagOf(`${path}?asOfPosition=6`), path);
  }
  for (const path of ['/v1/summary', '/v1/records', '/v1/claims', '/v1/initiatives', '/v1/events']) {
    const etag = await tagOf(path);
    t.equal((await app.inject({ url: path, headers: { 'if-none-match': etag } })).statusCode, 304, path);
  }
});

/** RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

const valueAt = (item: object, column: string): unknown =>
  column
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], item);

const lists = [
  '/v1/initiatives',
  '/v1/records',
  '/v1/claims',
  '/v1/parties',
  '/v1/events',
  ...['meetings', 'mous', 'projects', 'claims', 'parties', 'records/a/history', 'changes', 'events'].map(
    (path) => `/v1/initiatives/sci/${path}`,
  ),
];

test('every list is a table too, which says the same', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const { app, post, get } = register;
  await post(
    'sci',
    mou('b', '2023', { title: 'Comma, "quote"\r\nand line; 深圳', parties: [{ name: 'X' }] }),
    corrected('a', { data: { title: 'A, B' } }),
  );
  for (const list of lists) {
    const { items, versions, basis } = await get(list);
    const answer = await app.inject(`${list}?format=csv`);
    t.equal(answer.statusCode, 200, list);
    t.equal(answer.headers['content-type'], 'text/csv; charset=utf-8');
    t.equal(Number(answer.headers['basis-tree-size']), basis.treeSize);
    t.equal(answer.headers['basis-root-hash'], basis.rootHash);
    const [columns = [], ...rows] = parseCsv(answer.body);
    t.equal(rows.length, (items ?? versions).length, list);
    t.equal(new Set(columns).size, columns.length, 'columns are named once');
    for (const [i, row] of rows.entries()) {
      t.equal(row.length, columns.length, list);
      const expected = columns.map((column) => {
        const value = valueAt((items ?? versions)[i], column) ?? '';
        return typeof value === 'object' ? JSON.stringify(value) : String(value);
      });
      t.same(row, expected, `${list} ${i}`);
    }
    const { etag } = answer.headers;
    const again = await app.inject({ url: `${list}?format=csv`, headers: { 'if-none-match': String(etag) } });
    t.equal(again.statusCode, 304, list);
    t.equal((await app.inject(`${list}?format=json`)).headers.etag, (await app.inject(list)).headers.etag);
    t.equal((await app.inject(`${list}?format=xml`)).statusCode, 400);
  }
});

test('a table is paged by Link headers, and has its columns even where it is empty', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const { app } = register;
  for (const list of lists) {
    const whole = parseCsv((await app.inject(`${list}?format=csv`)).body);
    const rows: string[][] = [];
    let columns: string[] | undefined;
    for (let next: string | undefined = `${list}?format=csv&limit=1`; next !== undefined; ) {
      const answer = await app.inject(next);
      const [head = [], ...page] = parseCsv(answer.body);
      columns ??= head;
      t.same(head, columns);
      t.ok(page.length <= 1, list);
      rows.push(...page);
      next = nextOf(answer.headers.link);
    }
    t.same([columns, ...rows], whole, list);
  }
  const empty = await app.inject('/v1/initiatives/sci/mous?format=csv&q=nothing');
  t.match(empty.body, /^initiativeId,recordId,kind,[^\n]*\r\n$/);
});

test('what a spreadsheet would take for a formula is escaped, and numbers stay numbers', async (t) => {
  const { post, app } = await openRegister(t);
  const titles = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\tx',
    '\rx',
    'two\nlines',
    'cr\r=1',
    '=HYPERLINK("http://x")',
    '\n=1+1',
    ' \u00a0=1',
    '\u200b\ufeff@SUM(A1)',
    '\u3000＋1',
    '＝1',
    "'=1",
    "''\t-1",
    'fine',
  ];
  await post('sci', registered(), ...titles.map((title, i) => mou(`m-${i}`, '2023', { title })));
  await post('sci', claim('c', '2023-12-31', { value: titles.length + 10 }));
  const [columns = [], ...rows] = parseCsv((await app.inject('/v1/initiatives/sci/mous?format=csv')).body);
  const column = columns.indexOf('data.title');
  t.same(
    rows.map((row) => row[column]),
    titles.map((title) => (/^[a-z]/.test(title) ? title : `'${title}`)),
  );
  const [names = [], row = []] = parseCsv((await app.inject('/v1/claims?format=csv')).body);
  t.equal(row[names.indexOf('difference')], '-10');
});
