import { test } from 'tap';
import { closedLedger } from '../../helpers/access.ts';
import { claim, mou, openRegister, project, registered } from './register.ts';

const reason = { code: 'other', text: 'It has a new name.' };
const signed = (...names: string[]) => ({ parties: names.map((name) => ({ name })) });
const sci = '/v1/initiatives/sci';

/** A ledger with two names of a ministry, and the request that names a party. */
async function openNamed(t: Parameters<typeof openRegister>[0]) {
  const register = await openRegister(t);
  const name = async (names: object, headers = {}, query = '') => {
    const answer = await register.app.inject({
      method: 'POST',
      url: `/v1/parties${query}`,
      payload: { reason, ...names },
      headers,
    });
    return { status: answer.statusCode, headers: answer.headers, body: answer.json() };
  };
  await register.post(
    'sci',
    registered(),
    mou('a', '2022', { ...signed('Ministry of  Communications', 'Port'), sector: 'Health' }),
    mou('b', '2023', { ...signed('Ministry of Digital Development'), sector: 'Health' }),
    project('c', '2024', signed('MDDI', 'ministry of communications')),
    claim('said', '2024-01', { scope: 'party:MDDI', value: 2 }),
  );
  return { ...register, name };
}

test('names that mean the same are one party in lists, counts and claims, as known at the position', async (t) => {
  const { app, post, get, name } = await openNamed(t);
  const mddi = { name: 'MDDI', aliases: ['Ministry of Communications', 'MINISTRY OF DIGITAL DEVELOPMENT'] };
  const reads = [
    `${sci}/parties`,
    '/v1/parties',
    `${sci}/counts?by=party`,
    `${sci}/counts?by=party,sector`,
    `${sci}/claims`,
    `${sci}/summary`,
  ];
  const all = async (more = '') =>
    Promise.all(reads.map((path) => get(`${path}${path.includes('?') ? '&' : '?'}${more}`)));
  const before = await all('asOfPosition=5');
  const [{ asOf: _, basis: __, ...summary }] = [await get(`${sci}/summary`)];
  t.match(summary.claims, [{ recorded: 0, possible: 0 }]);
  const leaves = (await app.inject('/v1/export')).body;

  const { status, body } = await name({ ...mddi, country: 'SG' });
  t.equal(status, 201);
  t.match(body, { recorded: [{ position: 6, type: 'PartyNamed', version: 1 }], basis: { treeSize: 6 } });
  const found = {
    name: 'MDDI',
    country: 'SG',
    mous: 2,
    projects: 1,
    first: '2022-01-01',
    last: '2024-12-31',
  };
  const aliases = mddi.aliases;
  const port = { name: 'Port', mous: 1, projects: 0 };
  t.match((await get(`${sci}/parties`)).items, [{ ...found, aliases }, port]);
  t.match((await get(`${sci}/counts?by=party`)).items, [
    { key: 'MDDI', mous: { total: 2 }, projects: { total: 1 } },
    { key: 'Port', mous: { total: 1 } },
  ]);
  t.match((await get(`${sci}/counts?by=party,sector`)).items, [
    { key: 'MDDI', key2: 'Health', mous: { total: 2 } },
    { key: 'MDDI', key2: null, projects: { total: 1 } },
    { key: 'Port' },
  ]);
  t.match((await get(`${sci}/claims`)).items, [{ recorded: 2, status: 'matches' }]);
  const ids = async (query: string) =>
    (await get(`/v1/records?${query}`)).items.map(({ recordId }: { recordId: string }) => recordId);
  for (const one of ['mddi', 'Ministry of Communications', 'ministry of digital development'])
    t.same(await ids(`party=${one}`), ['a', 'b', 'c'], one);
  t.same(await ids('party.all=MDDI&party.all=port'), ['a']);
  t.same(await ids('party=MDDI&asOfPosition=5'), ['c']);
  t.match((await get(`${sci}/counts?by=year&party=ministry%20of%20communications`)).items, [
    { key: '2022', total: 1 },
    { key: '2023', total: 1 },
    { key: '2024', total: 1 },
  ]);
  const { claims, asOf, basis, ...same } = await get(`${sci}/summary`);
  t.match(claims, [{ recorded: 2 }], 'no answer from before the naming is served');
  t.same(same, (({ claims: _, ...others }) => others)(summary), 'no tally changes');
  t.same(await all('asOfPosition=5'), before, 'as known before');
  t.ok((await app.inject('/v1/export')).body.startsWith(leaves), 'no leaf changes');

  t.match(await name({ name: 'mddi', aliases: ['Ministry of Communications'] }), {
    status: 201,
    body: { recorded: [{ position: 7, type: 'AliasesChanged', version: 2 }] },
  });
  t.match(
    (await get(`${sci}/parties`)).items,
    [
      { name: 'mddi', aliases: ['Ministry of Communications'], mous: 1, projects: 1 },
      { name: 'Ministry of Digital Development', mous: 1 },
      port,
    ].toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1)),
  );
  await name({ name: 'MDDI', aliases: [] });
  t.match((await get(`${sci}/parties`)).items.length, 4, 'each name means itself again');
  await post('sci', mou('d', '2022', signed('Another')));
  t.match(await all('asOfPosition=5'), before);
});

test('a name means one party at most, and what is said must mean something', async (t) => {
  const { get, name } = await openNamed(t);
  const refused = async (names: object) => {
    const { status, body } = await name(names);
    return `${status} ${body.code} ${body.errors?.[0].pointer}`;
  };
  await name({ name: 'MDDI', aliases: ['Ministry of Communications', 'MCI'] });
  const taken = '409 alias-taken /aliases/1';
  t.equal(await refused({ name: 'Port', aliases: ['Harbour', 'mci'] }), taken);
  t.equal(await refused({ name: 'Port', aliases: ['Harbour', 'mddi'] }), taken, 'nor the name of another');
  t.equal(await refused({ name: 'MCI', aliases: ['Other'] }), '409 alias-taken /name');
  t.equal(await refused({ name: 'Port', aliases: ['PORT'] }), '422 rule-violated /aliases');
  t.equal(await refused({ name: 'Port', aliases: ['A', 'a'] }), '422 rule-violated /aliases');
  t.equal(await refused({ name: 'Port', aliases: [' '] }), '400 invalid-body /aliases/0');
  t.equal(await refused({ name: 'Port' }), '400 invalid-body /aliases');
  t.equal(await refused({ name: 'Port', aliases: [], country: 'Singapore' }), '400 invalid-body /country');
  t.equal(await refused({ name: 'MDDI', aliases: ['Ministry of Communications', 'MCI'] }), '422 no-change ');
  t.equal((await get('/v1/events?count=true')).total, 6, 'nothing was written');
  await name({ name: 'MDDI', aliases: ['Ministry of Communications'] });
  t.equal((await name({ name: 'Port', aliases: ['mci'] })).status, 201, 'it is free again');
  const at = await Promise.all(['X', 'Y', 'Z'].map((one) => name({ name: one, aliases: ['the same'] })));
  t.same(at.map(({ status }) => status).sort(), [201, 409, 409], 'also of requests at once');
});

test('a naming can be tried, and repeated', async (t) => {
  const { get, name } = await openNamed(t);
  const names = { name: 'MDDI', aliases: ['MCI'] };
  t.match(await name(names, {}, '?dryRun=true'), {
    status: 200,
    body: { recorded: [{ type: 'PartyNamed' }] },
  });
  const key = { 'idempotency-key': 'one' };
  const first = await name(names, key);
  const again = await name(names, key);
  t.match([first.status, again.status], [201, 201]);
  t.same(again.body, first.body);
  t.equal(again.headers['idempotent-replayed'], 'true');
  t.equal((await name({ ...names, aliases: [] }, key)).body.code, 'idempotency-key-reused');
  t.equal((await get('/v1/events?count=true')).total, 6);
});

test('administrators of all name parties; a reader sees of the names those that the records have', async (t) => {
  const { ask, record, principal, admin } = await closedLedger(t);
  for (const [initiativeId, party] of [
    ['a', 'Port'],
    ['b', 'Harbour'],
  ] as const)
    await record(initiativeId, registered(), mou('m', '2022', signed(party)));
  const names = { name: 'Port Authority', aliases: ['Port', 'Harbour', 'Quay'], reason };
  const tokenOf = async (role: 'admin' | 'recorder' | 'reader' | 'auditor', initiativeId: string) =>
    (await principal([{ role, initiativeId }])).token;
  for (const token of [await tokenOf('recorder', '*'), await tokenOf('admin', 'a')])
    t.equal((await ask(token, 'POST', '/v1/parties', names)).status, 403);
  t.equal((await ask(undefined, 'POST', '/v1/parties', names)).status, 401);
  t.equal((await ask(admin, 'POST', '/v1/parties', names)).status, 201);
  await ask(admin, 'POST', '/v1/parties', { name: 'Nobody yet', aliases: ['Nobody'], reason });

  const parties = async (token: string) => (await ask(token, 'GET', '/v1/parties')).body.items;
  const reader = await tokenOf('reader', 'a');
  t.same(await parties(reader), [
    {
      name: 'Port Authority',
      aliases: ['Port'],
      mous: 1,
      projects: 0,
      first: '2022-01-01',
      last: '2022-12-31',
    },
  ]);
  t.match(await parties(await tokenOf('reader', '*')), [
    { name: 'Port Authority', aliases: ['Port', 'Harbour'] },
  ]);
  t.match(await parties(await tokenOf('auditor', '*')), [
    { name: 'Nobody yet', aliases: ['Nobody'], mous: 0, first: null, last: null },
    { name: 'Port Authority', aliases: ['Port', 'Harbour', 'Quay'], mous: 2 },
  ]);
  const events = async (token: string) =>
    (await ask(token, 'GET', '/v1/events?type=PartyNamed')).body.items.length;
  t.equal(await events(reader), 0, 'its events are read as those of principals are');
  t.equal(await events(await tokenOf('auditor', '*')), 2);
});
