import { parse } from 'csv-parse/sync';
import { test } from 'tap';
import { mou, openRegister, registered } from './register.ts';

const data = {
  externalId: 'fo-58509',
  references: [
    { text: 'Treaty Series 014/1939', url: 'https://fo.example/TS0014.pdf' },
    { text: 'Cmd 5960' },
  ],
  places: ['Northport', 'Eastby'],
  parties: [
    { name: 'Northland', country: 'SG' },
    { name: 'Eastland', country: 'CN', role: 'witness', externalId: 'e-1' },
  ],
};

test('references, places and the roles of parties are answered, listed and shown', async (t) => {
  const { app, post, get, ids } = await openRegister(t);
  await post('sci', registered('SCI'), mou('m', '2023', data));
  const sci = '/v1/initiatives/sci';
  t.same((await get(`${sci}/records/m`)).data, data);

  const [row = {}] = parse((await app.inject(`${sci}/mous?format=csv`)).body, { columns: true }) as Record<
    string,
    string
  >[];
  t.equal(row['data.externalId'], data.externalId);
  for (const name of ['references', 'places', 'parties'] as const)
    t.same(JSON.parse(row[`data.${name}`] ?? ''), data[name], name);

  const { body } = await app.inject('/initiatives/sci/records/m');
  t.match(body, '<dd>Northland (SG); Eastland (CN, Number in its source: e-1, witness)</dd>');
  t.match(
    body,
    '<a href="https://fo.example/TS0014.pdf" rel="external nofollow noreferrer">Treaty Series 014/1939</a>',
  );
  t.match(body, '<dd>Northport; Eastby</dd>');
  t.match(body, '<a href="/initiatives/sci/records/m/correct">');

  // A witness counts and is found as every party is.
  t.same(await ids(`${sci}/mous?party=eastland&country=CN`), ['m']);
  t.same(
    (await get(`${sci}/parties`)).items.map(({ name, mous }: { name: string; mous: number }) => [name, mous]),
    [
      ['Eastland', 1],
      ['Northland', 1],
    ],
  );
  t.same((await get(`${sci}/summary`)).byCountry.length, 2);
});
