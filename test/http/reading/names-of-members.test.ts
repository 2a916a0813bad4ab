import { test } from 'tap';
import { claim, corrected, meeting, mou, openRegister, registered } from './register.ts';

/** What every object has, so that a table that is an object seems to have it, too. */
const names = Object.getOwnPropertyNames(Object.prototype);
/** As slugs, where only these are taken. */
const slugs = ['constructor', 'valueof', 'tostring'];

test('the names of the members that every object has are texts like any others', async (t) => {
  const { post, get, ids, app } = await openRegister(t);
  await post('sci', registered('constructor', { aliases: names, pillars: names, zones: names }));
  for (const [i, name] of names.entries()) {
    const source = { publisher: name, title: name, note: name, quote: name };
    await post(
      'sci',
      {
        ...meeting(`m-${i}`, '2023', { name, series: name, place: name, coChairs: [{ name, role: name }] }),
        sources: [source],
      },
      mou(
        `mou-${i}`,
        '2023-05-01',
        {
          title: name,
          titles: [{ lang: 'en', text: name }],
          pillar: name,
          sector: name,
          zone: name,
          instrument: name,
          tier: name,
          parties: [{ name }],
          occasion: { name, place: name },
          meetingId: `m-${i}`,
        },
        { sources: [source], note: name, correlationId: name },
      ),
      claim(`p-${i}`, '2023', { scope: `pillar:${name}`, label: name }),
      claim(`s-${i}`, '2023', { scope: `series:${name}`, label: name }),
      claim(`o-${i}`, '2023', { scope: 'other', label: name }),
    );
  }
  const records = ['constructor', 'valueof', 'tostring'];
  await post(
    'sci',
    ...slugs.map((id) => mou(id, '2022')),
    ...records.map((metric, i) => claim(`x-${i}`, '2023', { metric })),
  );
  for (const [i, name] of names.entries()) {
    const text = encodeURIComponent(name);
    for (const filter of ['pillar', 'sector', 'zone', 'instrument', 'party'])
      t.same(await ids(`/v1/initiatives/sci/mous?${filter}=${text}`), [`mou-${i}`], `${filter}=${name}`);
    t.same(await ids(`/v1/records?publisher=${text}&kind=mou`), [`mou-${i}`], `publisher=${name}`);
    t.ok((await ids(`/v1/initiatives/sci/mous?q=${text}`)).includes(`mou-${i}`), `q=${name}`);
    t.same(await ids(`/v1/initiatives/sci/meetings?series=${text}`), [`m-${i}`], `series=${name}`);
    for (const [scope, id] of [
      [`pillar:${name}`, 'p'],
      [`series:${name}`, 's'],
    ] as const) {
      const { items } = await get(`/v1/claims?scope=${encodeURIComponent(scope)}`);
      t.match(items, [{ recordId: `${id}-${i}`, recorded: 1, possible: 0, status: 'matches' }], scope);
    }
    const one = await get(`/v1/initiatives/sci/records/mou-${i}`);
    t.match(one.data, { title: name, pillar: name, parties: [{ name }] });
  }
  for (const id of slugs) {
    t.equal((await get(`/v1/initiatives/sci/records/${id}/history`)).versions.length, 1, id);
    t.match((await app.inject(`/v1/initiatives/${id}`)).json(), { code: 'initiative-not-found' });
  }
  const summary = await get('/v1/initiatives/sci/summary');
  for (const by of ['byPillar', 'byZone', 'bySector', 'byInstrument'])
    t.same(
      summary[by].filter(({ key }: { key: unknown }) => key !== null),
      names.toSorted().map((key) => ({ key, mous: 1, projects: 0 })),
      by,
    );
  for (const { metric, status } of summary.claims)
    if (metric !== 'mous') t.equal(status, 'not-comparable', metric);
  for (const format of ['json', 'csv', 'ndjson'])
    for (const list of ['claims', 'records', 'events', 'initiatives/sci/meetings', 'initiatives/sci/changes'])
      t.notMatch((await app.inject(`/v1/${list}?format=${format}`)).body, 'native code', `${list} ${format}`);
});

test('where a name is not a member that is known, it is refused as any other', async (t) => {
  const { post, app, refused } = await openRegister(t);
  await post('sci', registered(), mou('a', '2023'));
  const posting = (payload: string, path = 'events', type = 'application/json') =>
    app.inject({
      method: 'POST',
      url: `/v1/initiatives/sci/${path}`,
      payload,
      headers: { 'content-type': type },
    });
  for (const name of names) {
    for (const body of [
      `{"type":"MoUSigned","occurredOn":"2023","${name}":1}`,
      `{"type":"MoUSigned","occurredOn":"2023","data":{"${name}":1}}`,
      `{"type":"${name}"}`,
      `{"events":[{"type":"MoUSigned","occurredOn":"2023"}],"${name}":1}`,
    ])
      t.equal((await posting(body)).statusCode, 400, body);
    const change = JSON.stringify(corrected('a', {})).replace(
      '"changes":{}',
      `"changes":{"data":{"${name}":"x"}}`,
    );
    t.match(await posting(change).then(({ statusCode }) => String(statusCode)), /^4(00|22)$/, change);
    const lines = await posting(`type,occurredOn,${name}\nMoUSigned,2023,x\n`, 'import', 'text/csv');
    t.match(lines.json(), { code: 'malformed-csv' }, `a column ${name}`);
    const mapping = encodeURIComponent(`{"columns":{"A":"${name}"}}`);
    const mapped = await posting('A\nx\n', `import?mapping=${mapping}`, 'text/csv');
    t.match(mapped.json(), { code: 'invalid-mapping' }, `a mapping to ${name}`);
    for (const path of ['/v1/records', '/v1/claims', '/v1/events', '/v1/initiatives/sci/mous'])
      t.equal(await refused(`${path}?${name}=x`), '400 invalid-request', `${path}?${name}`);
    for (const parameter of ['kind', 'status', 'standing', 'format', 'type', 'order'])
      t.match(await refused(`/v1/events?${parameter}=${name}`), '400', `${parameter}=${name}`);
  }
});
