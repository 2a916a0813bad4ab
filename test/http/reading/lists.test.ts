import { test } from 'tap';
import {
  claim,
  corrected,
  meeting,
  mou,
  openRegister,
  project,
  type Register,
  registered,
  retracted,
} from './register.ts';

const record = async ({ post }: Register): Promise<void> => {
  await post(
    'sci',
    registered('Smart City', { aliases: ['新中'], description: 'About 100% of it' }),
    meeting('m', '2023-05-01'),
  );
  await post(
    'sci',
    mou('a', undefined, {
      meetingId: 'm',
      title: 'Digital ﬁnance',
      pillar: 'Talent',
      zone: 'Qianhai',
      instrument: 'LoI',
    }),
    mou('b', '2023-06', {
      title: '50% off_line \\ back',
      sector: 'Ｆｉｎａｎｃｅ',
      parties: [{ name: 'Acme  Corp' }],
    }),
    mou('c', '2023', {
      parties: [{ name: 'Tan Ah Kow', person: true }, { name: 'Tan Co' }],
      pillar: 'TALENT',
    }),
    mou('d', '2022-01-01', { validFrom: '2022-02', validUntil: '2022-12', title: 'dız' }),
    mou(
      'e',
      '2021',
      { validUntil: '2023-06-30?' },
      { sources: [{ publisher: 'The Straits Times', url: 'https://Example.org/A_b' }] },
    ),
    mou('gone', '2023', { pillar: 'talent' }),
    project('p', undefined, { meetingId: 'm', title: 'Ρroject', pillar: 'Digital' }),
    claim('k', '2023-12-31', { label: 'signed so far' }),
  );
  await post(
    'other',
    registered('Other'),
    mou(
      'z',
      '2023-07',
      { pillar: 'ｔａｌｅｎｔ', title: 'Z' },
      { sources: [{ publisher: 'THE STRAITS TIMES', archiveUrl: 'https://archive.org/x' }] },
    ),
  );
  await post('sci', retracted('gone'));
};

const encoded = (filters: Record<string, string>): string => new URLSearchParams(filters).toString();

test('each filter finds what it says, alone and with others', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const cases: [filters: Record<string, string>, mous: string[]][] = [
    [{}, ['a', 'b', 'c', 'd', 'e']],
    [{ meetingId: 'm' }, ['a']],
    [{ meetingId: 'unknown' }, []],
    [{ pillar: 'talent' }, ['a', 'c']],
    [{ pillar: 'ＴＡＬＥＮＴ' }, ['a', 'c']],
    [{ pillar: 'tal' }, []],
    [{ pillar: 'talent', zone: 'qianhai' }, ['a']],
    [{ zone: 'QIANHAI' }, ['a']],
    [{ sector: 'finance' }, ['b']],
    [{ instrument: 'loi' }, ['a']],
    [{ party: 'acme corp' }, ['b']],
    [{ party: 'acme' }, []],
    [{ party: 'tan co' }, ['c']],
    [{ party: 'Tan Ah Kow' }, []],
    [{ q: 'Tan Ah Kow' }, []],
    [{ named: 'true' }, ['a', 'b', 'd']],
    [{ named: 'false' }, ['c', 'e']],
    [{ named: 'false', pillar: 'talent' }, ['c']],
    [{ inForceOn: '2022-02-28' }, ['d', 'e']],
    [{ inForceOn: '2022-02-27' }, ['e']],
    [{ inForceOn: '2022-12-31' }, ['d', 'e']],
    [{ inForceOn: '2023-01-01' }, ['e']],
    [{ inForceOn: '2023-06-30' }, ['a', 'b', 'e']],
    [{ inForceOn: '2023-07-01' }, ['a', 'b']],
    [{ endsBy: '2022-12-30' }, []],
    [{ endsBy: '2022-12-31' }, ['d']],
    [{ endsBy: '2023', inForceOn: '2023-01-01' }, ['e']],
    [{ q: 'finance' }, ['a']],
    [{ q: 'FI' }, ['a']],
    [{ q: 'ﬁ' }, ['a']],
    [{ q: 'dız' }, ['d']],
    [{ q: 'diz' }, ['d']],
    [{ q: '%' }, ['b']],
    [{ q: '50%' }, ['b']],
    [{ q: '5%off' }, []],
    [{ q: '_' }, ['b']],
    [{ q: 'off_line' }, ['b']],
    [{ q: 'off-line' }, []],
    [{ q: '\\' }, ['b']],
    [{ q: '\\ BACK' }, ['b']],
    [{ standing: 'true' }, ['a', 'b', 'c', 'd', 'e']],
    [{ standing: 'false' }, ['gone']],
    [{ standing: 'all' }, ['a', 'b', 'c', 'd', 'e', 'gone']],
    [{ standing: 'all', pillar: 'talent' }, ['a', 'c', 'gone']],
    [{ until: '2022' }, ['d', 'e']],
    [{ until: '2022', named: 'true' }, ['d']],
  ];
  for (const [filters, expected] of cases) {
    const query = encoded(filters);
    t.same(await register.ids(`/v1/initiatives/sci/mous?${query}`), expected, `mous ${query}`);
    const overall = await register.get(`/v1/records?kind=mou&${query}`);
    const found = overall.items.filter(
      ({ initiativeId }: { initiativeId: string }) => initiativeId === 'sci',
    );
    t.same(found.map(({ recordId }: { recordId: string }) => recordId).sort(), expected, `records ${query}`);
  }
  t.same(await register.ids('/v1/initiatives/sci/projects?meetingId=m&pillar=DIGITAL'), ['p']);
});

test('records of all initiatives are found by kind, publisher, source and text', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const ids = (filters: Record<string, string>) => register.ids(`/v1/records?${encoded(filters)}`);
  t.same(await ids({ kind: 'initiative' }), ['sci', 'other']);
  t.same(await ids({ kind: 'meeting' }), ['m']);
  t.same(await ids({ kind: 'claim' }), ['k']);
  t.same(await ids({ pillar: 'talent' }), ['a', 'c', 'z']);
  t.same(await ids({ publisher: 'the straits times', kind: 'mou' }), ['e', 'z']);
  t.same(await ids({ publisher: 'Straits' }), []);
  t.same(await ids({ sourceUrl: 'https://example.org/A_b' }), ['e']);
  t.same(await ids({ sourceUrl: 'https://example.org/A-b' }), [], '_ stands for itself');
  t.same(await ids({ sourceUrl: 'https://archive.org/x' }), ['z']);
  t.same(await ids({ unsourced: 'false' }), ['e', 'k', 'z']);
  t.same(await ids({ unsourced: 'true', kind: 'mou' }), ['a', 'b', 'c', 'd']);
  t.same(await ids({ meetingId: 'm' }), ['a', 'p']);
  t.same(await ids({ q: '新中' }), ['sci']);
  t.same(await ids({ q: '100%' }), ['sci']);
  t.same(await ids({ q: 'so far' }), ['k']);
  t.same(await ids({ q: 'k' }), ['b', 'k'], 'ids too');
  t.same(await ids({ standing: 'false' }), ['gone']);
  t.same(await ids({ inForceOn: '2022-03-01' }), ['d', 'e']);
  t.same(
    await ids({ inForceOn: '2024-01-01' }),
    ['a', 'b', 'c', 'p', 'z'],
    'meetings and claims are never in force',
  );
  await register.post('sci', corrected('a', { data: { pillar: 'Other' } }));
  t.same(await ids({ pillar: 'talent' }), ['c', 'z']);
  t.same(await ids({ pillar: 'other', kind: 'mou' }), ['a']);
  t.same(await ids({ kind: 'mou', named: 'true' }), ['b', 'd', 'z', 'a'], 'the one changed last is last');
});

test('a filter finds every spelling of what is asked for, and q also what has accents', async (t) => {
  const { post, ids } = await openRegister(t);
  await post(
    'sci',
    registered(),
    mou('a', '2023', { title: 'Ｃafé\u00a0 de l’Été', pillar: 'É', zone: ' Straße  der\tEinheit' }),
    mou('b', '2023', { title: 'İstanbul ΟΔΟΣ', pillar: 'E\u0301', zone: 'STRASSE DER EINHEIT' }),
    mou('c', '2023', { title: '수도 — 首都', pillar: 'E', parties: [{ name: 'People’s  Bank' }] }),
    meeting('m', '2023', { series: 'JIC ' }),
  );
  const cases: [filters: Record<string, string>, mous: string[]][] = [
    [{ pillar: 'é' }, ['a', 'b']],
    [{ pillar: 'e\u0301 ' }, ['a', 'b']],
    [{ pillar: 'e' }, ['c']],
    [{ zone: 'strasse der einheit' }, ['a', 'b']],
    [{ party: "people's bank" }, ['c']],
    [{ party: 'PEOPLE´S BANK' }, ['c']],
    [{ q: "cafe de l'ete" }, ['a']],
    [{ q: 'CAFÉ  DE' }, ['a']],
    [{ q: 'istanbul' }, ['b']],
    [{ q: 'İSTANBUL' }, ['b']],
    [{ q: 'οδοσ' }, ['b']],
    [{ q: 'οδός' }, ['b']],
    [{ q: '首' }, ['c']],
    [{ q: '수도'.normalize('NFD') }, ['c']],
    [{ q: 'bul\nod' }, []],
  ];
  for (const [filters, expected] of cases) {
    const query = encoded(filters);
    t.same(await ids(`/v1/initiatives/sci/mous?${query}`), expected, decodeURIComponent(query));
  }
  for (const series of ['JIC', ' jic', 'JIC '])
    t.same(await ids(`/v1/initiatives/sci/meetings?${encoded({ series })}`), ['m'], series);
});

test('q finds ids that people gave, and none of those that the server makes', async (t) => {
  const { post, ids } = await openRegister(t);
  const { recordId: _, ...unnamed } = mou('', '2023', { title: 'Talent' }) as { recordId: string };
  await post('sci', registered('A'), unnamed, mou('mou-ai', '2023'), mou('mou-7', '2023'));
  t.same(await ids('/v1/records?q=mou'), ['mou-ai']);
  t.same(await ids('/v1/records?q=mou-1'), []);
  t.same(await ids('/v1/records?q=talent'), ['mou-1']);
  t.same(await ids('/v1/records?q=SCI'), ['sci']);
});

test('a source is found by each form of its URL, and by no other URL', async (t) => {
  const { post, ids, get, refused } = await openRegister(t);
  const from = (recordId: string, url: string) =>
    mou(recordId, '2023', {}, { sources: [{ publisher: 'P', url }] });
  await post(
    'sci',
    registered(),
    from('case', 'HTTPS://Example.ORG:443/A?Q=x'),
    from('other', 'https://example.org/a?q=x'),
    from('slash', 'http://www.gov.example\\docs\\Mou.pdf'),
    from('letters', 'https://例え.jp/文書'),
  );
  const found = (sourceUrl: string) => ids(`/v1/records?${encoded({ sourceUrl })}`);
  t.same(await found('https://example.org/A?Q=x'), ['case']);
  t.same(await found('https://example.org/a?q=x'), ['other']);
  t.same(await found('https://example.org/a?Q=x'), []);
  t.same(await found('http://www.gov.example/docs/Mou.pdf'), ['slash']);
  t.same(await found('http://www.gov.example\\docs\\Mou.pdf'), ['slash']);
  t.same(await found('http://www.gov.example/docs/mou.pdf'), []);
  t.same(await found('https://xn--r8jz45g.jp/%E6%96%87%E6%9B%B8'), ['letters']);
  const [slash] = (await get('/v1/records?q=slash')).items;
  t.equal(slash.sources[0].url, 'http://www.gov.example\\docs\\Mou.pdf', 'it is stored as given');
  t.equal(await refused('/v1/records?sourceUrl=example.org'), '400 invalid-request');
});

test('a text that could find nothing, or is too long, is refused with its place', async (t) => {
  const { post, app } = await openRegister(t);
  await post('sci', registered());
  for (const [name, text] of [
    ['q', ' \u3000'],
    ['q', '\u200b\u00ad'],
    ['q', 'x'.repeat(201)],
    ['q', '\ufdfa'.repeat(200)],
    ['pillar', 'x'.repeat(401)],
    ['sourceUrl', 'no url'],
  ] as const) {
    const answer = await app.inject(`/v1/records?${encoded({ [name]: text })}`);
    t.match(
      answer.json(),
      { status: 400, errors: [{ pointer: `/query/${name}` }] },
      `${name} ${text.length}`,
    );
  }
});

const lists = {
  '/v1/initiatives': ['after', 'until', 'asOf', 'limit', 'format'],
  '/v1/initiatives/sci/meetings': ['series', 'after', 'until', 'asOf'],
  '/v1/initiatives/sci/mous': [
    'meetingId',
    'pillar',
    'sector',
    'zone',
    'party',
    'instrument',
    'named',
    'inForceOn',
    'endsBy',
    'q',
    'standing',
    'until',
    'asOf',
    'asOfPosition',
    'after',
    'limit',
    'format',
  ],
  '/v1/initiatives/sci/projects': ['meetingId', 'pillar', 'party', 'q'],
  '/v1/initiatives/sci/claims': ['metric', 'scope', 'status', 'after', 'until'],
  '/v1/claims': ['metric', 'scope', 'status', 'after', 'until'],
  '/v1/initiatives/sci/records/a/history': ['after', 'limit', 'asOf'],
  '/v1/initiatives/sci/changes': ['from', 'to', 'after', 'asOfPosition'],
  '/v1/records': [
    'kind',
    'publisher',
    'sourceUrl',
    'unsourced',
    'meetingId',
    'pillar',
    'sector',
    'zone',
    'party',
    'instrument',
    'named',
    'inForceOn',
    'q',
    'standing',
    'until',
    'asOf',
    'after',
    'limit',
  ],
  '/v1/events': [
    'recordId',
    'type',
    'kind',
    'recordedBy',
    'reasonCode',
    'recordedFrom',
    'recordedTo',
    'lateByDays',
    'order',
    'after',
    'limit',
    'asOf',
  ],
  '/v1/initiatives/sci/events': ['recordId', 'recordedBy', 'recordedFrom', 'after'],
} as const;

const nasty = [
  "'",
  "' or 1=1--",
  "'; drop table events; --",
  '" or ""="',
  "x' union select leaf from events --",
  '%',
  '_',
  '\\',
  "\\'",
  '\n',
  'a\nunsourced\n',
  '\u0001',
  '\u{1F600}',
  '\uFDFA'.repeat(600),
  'x'.repeat(1999),
  '-1',
  '9'.repeat(400),
  '1e308',
  'null',
  '__proto__',
  '?&=#',
];

test('no text in any parameter of any list does more than find or be refused', async (t) => {
  const register = await openRegister(t);
  await record(register);
  const { app } = register;
  const before = (await app.inject('/v1/events')).body;
  const unexpected: string[] = [];
  for (const [path, parameters] of Object.entries(lists)) {
    for (const parameter of parameters) {
      for (const text of nasty) {
        const { statusCode, body } = await app.inject(`${path}?${encoded({ [parameter]: text })}`);
        if (statusCode !== 200 && statusCode !== 400)
          unexpected.push(`${statusCode} ${path} ${parameter} ${text}`);
        if (/SQL|syntax|sqlite/i.test(statusCode === 200 ? '' : body)) unexpected.push(body);
      }
      if (parameter === 'q' || parameter === 'party') {
        const { items } = (await app.inject(`${path}?${encoded({ [parameter]: "' or 1=1--" })}`)).json();
        t.same(items, [], `${path} ${parameter}`);
      }
    }
  }
  t.same(unexpected, []);
  for (const id of ["x'--", '%27', '..%2f..', 'a%00']) {
    const { statusCode } = await app.inject(`/v1/initiatives/${id}/mous`);
    t.ok(statusCode === 404 || statusCode === 400, id);
  }
  t.equal((await app.inject('/v1/events')).body, before, 'the log is as it was');
});

test('walking a list gives each record once, as of the first page, whatever arrives meanwhile', async (t) => {
  const register = await openRegister(t);
  const { post, walk, get } = register;
  const first = Array.from({ length: 11 }, (_, i) => mou(`m-${i}`, '2023', { title: 'a?b&c' }));
  await post('sci', registered(), ...first, project('p', '2023'));
  const meddle = (prefix: string) => async (page: number) => {
    await post('sci', mou(`${prefix}-${page}`, '2023', { title: 'a?b&c' }));
    await post('sci', corrected(`m-${page % 10}`, { data: { title: `changed by ${prefix} ${page}` } }));
    if (page < 4) await post('sci', corrected(`m-${10 - page}`, { data: { pillar: `by ${prefix}` } }));
  };
  for (const [prefix, path] of Object.entries({
    kind: '/v1/initiatives/sci/mous?limit=3',
    all: '/v1/records?limit=4',
    text: '/v1/records?q=a?b%26c&limit=3',
    retractable: '/v1/initiatives/sci/mous?standing=all&limit=5',
    log: '/v1/events?limit=4',
    down: '/v1/initiatives/sci/events?order=desc&limit=7',
  })) {
    const whole = (await get(path.replace(/limit=\d+/, 'limit=1000'))).items;
    t.same(await walk(path, meddle(prefix)), whole, path);
  }
});

test('a page has 1 to 1000 items, and a Link only where more follow', async (t) => {
  const { post, get, app, refused } = await openRegister(t);
  await post('sci', registered(), ...Array.from({ length: 105 }, (_, i) => mou(`m-${i}`, '2023')));
  const list = '/v1/initiatives/sci/mous';
  t.equal((await get(list)).items.length, 100, 'a hundred where nothing is asked');
  t.equal((await get(`${list}?limit=1000`)).items.length, 105);
  t.equal((await app.inject(`${list}?limit=105`)).headers.link, undefined);
  t.equal(
    (await app.inject(`${list}?limit=104&q=m&asOf=2024-12-31`)).headers.link,
    `<${list}?limit=104&q=m&asOfPosition=106&after=105>; rel="next"`,
  );
  for (const limit of ['0', '-1', '1001', '1.5', 'x', '', '1e400']) {
    t.equal(await refused(`${list}?limit=${limit}`), '400 invalid-request', limit);
  }
  t.equal(await refused(`${list}?unknown=1`), '400 invalid-request');
  t.equal(await refused(`${list}?limit=1&limit=2`), '400 invalid-request');
});
