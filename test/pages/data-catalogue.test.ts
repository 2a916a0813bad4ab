import jsonld from 'jsonld';
import { test } from 'tap';
import type { App } from '../../src/app.ts';
import { closedLedger } from '../helpers/access.ts';
import { attackedLedger } from '../helpers/attacked.ts';
import { attack } from '../helpers/attacks.ts';
import { buildLedger } from '../helpers/ledger.ts';
import { chongqing, recordReal, shenzhen } from '../helpers/real-data.ts';

const dcat = 'http://www.w3.org/ns/dcat#';
const dct = 'http://purl.org/dc/terms/';

/** A node of expanded JSON-LD. */
interface Node {
  [name: string]: { '@value'?: unknown; '@id'?: string }[];
}

/** The datasets as a reader of JSON-LD without a network has them. */
async function datasetsOf(app: App, query = '', headers = {}): Promise<Node[]> {
  const answer = await app.inject({ url: `/catalog.jsonld${query}`, headers });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  const documentLoader = async (url: string) => {
    throw new Error(`it asks for ${url}`);
  };
  const [catalogue] = (await jsonld.expand(answer.json(), { documentLoader })) as Node[];
  return (catalogue?.[`${dcat}dataset`] ?? []) as unknown as Node[];
}

const textOf = (node: Node, name: string) => node[name]?.[0]?.['@value'];
const idOf = (node: Node, name: string) => node[name]?.[0]?.['@id'];

test('the catalogue has each initiative as a dataset, and its downloads are there', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  await recordReal(app, chongqing);
  const { headers } = await app.inject('/catalog.jsonld');
  t.match(headers['content-type'], 'application/ld+json');
  const { items } = (await app.inject('/v1/initiatives')).json();
  const datasets = await datasetsOf(app);
  t.same(
    datasets.map((one) => [textOf(one, `${dct}identifier`), textOf(one, `${dct}title`)]),
    items.map(({ initiativeId, data }: { initiativeId: string; data: { name: string } }) => [
      initiativeId,
      data.name,
    ]),
  );
  for (const one of datasets) {
    const distributions = one[`${dcat}distribution`] as unknown as Node[];
    t.equal(distributions.length, 5);
    const media = 'https://www.iana.org/assignments/media-types/';
    for (const distribution of distributions) {
      const to = String(idOf(distribution, `${dcat}downloadURL`));
      const answer = await app.inject(to);
      t.equal(answer.statusCode, 200, to);
      const type = String(answer.headers['content-type']).split(';')[0];
      t.equal(idOf(distribution, `${dcat}mediaType`), media + type, to);
    }
    t.equal((await app.inject(String(idOf(one, `${dcat}landingPage`)))).statusCode, 200);
  }
  t.same(await datasetsOf(app, '?asOfPosition=0'), [], 'before the first event');
  t.equal((await datasetsOf(app, '?asOfPosition=1')).length, 1);
  t.match(
    idOf((await datasetsOf(app, '?asOfPosition=1'))[0] ?? {}, `${dcat}landingPage`),
    /\?asOfPosition=1$/,
  );
});

test('the catalogue has what its reader may read', async (t) => {
  const { app, record, principal, admin } = await closedLedger(t);
  for (const initiativeId of ['a', 'b'])
    await record(initiativeId, { type: 'InitiativeRegistered', data: { name: initiativeId } });
  const { token } = await principal([{ role: 'reader', initiativeId: 'b' }]);
  const of = async (token: string) =>
    (await datasetsOf(app, '', { authorization: `Bearer ${token}` })).map((one) =>
      textOf(one, `${dct}identifier`),
    );
  t.same(await of(token), ['b']);
  t.same(await of(admin), ['a', 'b']);
  t.equal((await app.inject('/catalog.jsonld')).statusCode, 401);
});

test('a text that is an attack stays a text in the catalogue', async (t) => {
  const app = await attackedLedger(t);
  const [one = {}, ...others] = await datasetsOf(app);
  t.same(others, []);
  t.equal(textOf(one, `${dct}title`), attack);
  t.equal(textOf(one, `${dcat}keyword`), attack);
});
