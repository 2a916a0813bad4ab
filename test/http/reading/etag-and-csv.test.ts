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

/** Everything that an item says, by its path; a list is one value. */
const membersOf = (value: unknown, path = ''): [string, unknown][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([name, member]) => membersOf(member, path ? `${path}.${name}` : name))
    : [[path, value]];

const cellOf = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

/** The columns that say something else, for people. */
const forPeople = new Set(
  [
    ...['aliases', 'parties', 'pillars', 'zones', 'coChairs', 'titles', 'under', 'places', 'references'],
    'country',
  ].concat(['publishers', 'event.publishers']),
);

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

test('every list is a table too, which has all that its items say', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const { app, post, get } = register;
  const sources = [
    { publisher: 'P', url: 'https://example.org/p', lang: 'en', quote: 'Q' },
    { publisher: 'R' },
  ];
  await post(
    'sci',
    {
      ...mou('b', '2023', {
        title: 'Comma, "quote"\r\nand line; 深圳',
        titleKind: 'official',
        titles: [{ lang: 'de', text: 'Ein Titel' }],
        parties: [
          { name: 'X', country: 'SG', role: 'witness', externalId: '7' },
          { name: 'Y', person: true },
        ],
        occasion: { name: 'A visit', place: 'Singapore' },
        places: ['Singapore', 'Shenzhen'],
        references: [{ text: 'Treaty Series 14', url: 'https://example.org/14' }],
        externalId: 'X-1',
        amount: { value: 1.5, currency: 'SGD' },
        validFrom: '2023',
        validUntil: '2024',
        renews: { recordId: 'a', text: 'the first' },
        under: ['a'],
        sameAs: 'other/b',
      }),
      sources,
      note: 'A note',
      correlationId: 'c-1',
    },
    {
      ...meeting('n', '2023-06', { name: 'N', series: 'JIC', ordinal: 2, place: 'Shenzhen', mode: 'hybrid' }),
      sources,
    },
    corrected('a', { data: { title: 'A, B' } }),
    { ...claim('e', '2023-12-31', { label: 'L', madeAt: 'n' }), sources },
    {
      type: 'RecordRetracted',
      recordId: 'p',
      reason: { code: 'duplicate', text: 'Twice.', duplicateOf: 'a' },
    },
  );
  for (const list of lists)
    for (const query of [
      '',
      /meetings|mous|initiatives$|records$/.test(list) ? 'until=2023-06' : 'count=true',
    ]) {
      const { items, versions, basis } = await get(`${list}?${query}`);
      const answer = await app.inject(`${list}?format=csv&${query}`);
      t.equal(answer.statusCode, 200, list);
      t.equal(answer.headers['content-type'], 'text/csv; charset=utf-8');
      t.equal(Number(answer.headers['basis-tree-size']), basis.treeSize);
      t.equal(answer.headers['basis-root-hash'], basis.rootHash);
      const [columns = [], ...rows] = parseCsv(answer.body);
      t.equal(rows.length, (items ?? versions).length, list);
      t.equal(new Set(columns).size, columns.length, 'columns are named once');
      const open = columns.findIndex(
        (name) => /^(data\.)?(parties|sources|changes)$/.test(name) && !forPeople.has(name),
      );
      t.notOk(open !== -1 && columns.slice(open).some((name) => forPeople.has(name)), 'JSON comes last');
      for (const [i, row] of rows.entries()) {
        t.equal(row.length, columns.length, list);
        const cells = Object.fromEntries(columns.map((name, at) => [name, row[at]]));
        const members = membersOf((items ?? versions)[i]).filter(([name]) => !name.startsWith('event.data.'));
        for (const [name, value] of members) {
          if (value !== null) t.equal(cells[name], cellOf(value), `${list} ${i}: ${name}`);
          delete cells[name];
        }
        const others = Object.entries(cells).filter(([name, cell]) => cell !== '' && !forPeople.has(name));
        t.same(
          others.filter(([name]) => name !== 'event.data'),
          [],
          'and nothing else',
        );
      }
      const { etag } = answer.headers;
      const again = await app.inject({
        url: `${list}?format=csv&${query}`,
        headers: { 'if-none-match': String(etag) },
      });
      t.equal(again.statusCode, 304, list);
      t.equal((await app.inject(`${list}?format=json`)).headers.etag, (await app.inject(list)).headers.etag);
      t.equal((await app.inject(`${list}?format=xml`)).statusCode, 400);
    }
  const [columns = [], ...rows] = parseCsv((await app.inject('/v1/initiatives/sci/mous?format=csv')).body);
  const told = rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])));
  t.match(told.at(-1), {
    parties: 'X; Y',
    country: 'SG',
    titles: 'Ein Titel',
    places: 'Singapore; Shenzhen',
    references: 'Treaty Series 14 https://example.org/14',
    under: 'a',
    publishers: 'P https://example.org/p; R',
  });
});

test('a table has a row for each party, and the columns of the record on each', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const { app, post, refused } = register;
  const parties = [
    { name: 'X; Y', country: 'SG', role: 'witness', externalId: '7' },
    { name: 'A person', person: true },
  ];
  await post('sci', mou('b', '2023', { title: 'B', parties }));
  for (const list of ['/v1/records', '/v1/initiatives/sci/mous', '/v1/initiatives']) {
    const [columns = [], ...rows] = parseCsv((await app.inject(`${list}?format=csv&rows=party`)).body);
    const [whole = []] = parseCsv((await app.inject(`${list}?format=csv`)).body);
    t.same(
      columns.filter((name) => !name.startsWith('party.')),
      whole.filter((name) => !/^(data\.)?parties$/.test(name)),
      list,
    );
    if (list === '/v1/initiatives') continue;
    const cell = (row: string[], name: string) => row[columns.indexOf(name)];
    const found = rows.filter((row) => ['a', 'b'].includes(cell(row, 'recordId') ?? ''));
    const shown = ['recordId', 'data.title', 'party.name', 'party.country', 'party.role', 'party.externalId'];
    t.same(
      found.map((row) => [...shown, 'party.person'].map((name) => cell(row, name))),
      [
        ['a', 'A', '', '', '', '', ''],
        ['b', 'B', 'X; Y', 'SG', 'witness', '7', ''],
        ['b', 'B', 'A person', '', '', '', 'true'],
      ],
      list,
    );
  }
  t.equal(await refused('/v1/records?rows=party'), '400 invalid-request', 'a table only');
  t.equal(await refused('/v1/records?format=ndjson&excel=true'), '400 invalid-request', 'a table only');
  t.equal(await refused('/v1/claims?format=csv&rows=party'), '400 invalid-request', 'claims have no parties');
});

test('a file says what it is in its name, and Excel sees by a mark that it is UTF-8', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const { app, post } = register;
  const nameOf = async (path: string) => (await app.inject(path)).headers['content-disposition'];
  const at = '2024-03-01-position-6';
  for (const [path, name] of [
    ['/v1/initiatives/sci/mous?format=csv', `sci-mous-${at}.csv`],
    ['/v1/initiatives/sci/mous?format=csv&rows=party', `sci-mous-by-party-${at}.csv`],
    ['/v1/initiatives/sci/meetings?format=ndjson&until=2023-05', `sci-meetings-until-2023-05-${at}.ndjson`],
    ['/v1/initiatives/sci/records/a/history?format=csv', `sci-a-history-${at}.csv`],
    ['/v1/records?format=csv&asOfPosition=2', 'ledger-records-2024-03-01-position-2.csv'],
    ['/v1/records?format=csv&asOfPosition=0', 'ledger-records-position-0.csv'],
  ])
    t.equal(await nameOf(path ?? ''), `attachment; filename="${name}"`);

  const quote = 'x'.repeat(9_000);
  const sources = ['A', 'B', 'C', 'D'].map((publisher) => ({ publisher, quote }));
  await post('sci', { ...mou('long', '2023', { title: '深圳' }), sources });
  const plain = await app.inject('/v1/initiatives/sci/mous?format=csv');
  const excel = await app.inject('/v1/initiatives/sci/mous?format=csv&excel=true');
  t.same([...excel.rawPayload.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  t.equal((await app.inject('/v1/initiatives/sci/mous?format=csv&excel=false')).body, plain.body);
  const [whole, fitted] = [parseCsv(plain.body), parseCsv(excel.body.replace('\ufeff', ''))];
  t.same(fitted.slice(0, -1), whole.slice(0, -1));
  const cut = fitted.at(-1)?.find((cell, i) => cell !== whole.at(-1)?.[i]);
  t.equal(cut?.length, 32_767, 'Excel would put the rest of the cell into other rows');
  t.match(cut, /x…$/);
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
  t.match(empty.body, /^data.title,data.name,kind,[^\n]*\r\n$/);
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
