import { type Test, test } from 'tap';
import {
  claim,
  corrected,
  meeting,
  mou,
  openRegister,
  project,
  type Register,
  registered,
} from './register.ts';

// What holds for every GET of the OpenAPI document, also for those that are added.

interface Parameter {
  name: string;
  in: string;
  schema: { type?: string; enum?: unknown[]; anyOf?: object[]; items?: { type?: string } };
}
interface Read {
  path: string;
  parameters: Parameter[];
}

const eventId = '0193aaaa-0000-7000-8000-00000000000a';
const places = new Map([
  ['initiativeId', 'sci'],
  ['recordId', 'm'],
  ['eventId', eventId],
]);

function readsOf({ app }: Register): Read[] {
  const { paths } = app.swagger() as unknown as {
    paths: Record<string, { get?: { parameters?: Parameter[] } }>;
  };
  return Object.entries(paths).flatMap(([path, { get }]) =>
    get ? [{ path, parameters: get.parameters ?? [] }] : [],
  );
}

const isIn = ({ parameters }: Read, name: string): boolean =>
  parameters.some((parameter) => parameter.name === name && parameter.in === 'query');

/** What a question needs besides. */
const asked = (path: string): string => (path === '/v1/access/who' ? '&right=read&initiative=*' : '');

const filled = (path: string): string => path.replace(/\{(\w+)\}/g, (_, name) => places.get(name) ?? name);

/** Something of each kind. */
const sample = [
  registered(),
  { ...meeting('m', '2023-05', { series: 'JIC', ordinal: 1 }), eventId },
  mou('a', undefined, { meetingId: 'm', title: 'A' }),
  project('p', '2023'),
  claim('c', '2023', { scope: 'meeting:m' }),
];

test('what was not known at a position is 404 or empty, and a repeat of a position never changes', async (t) => {
  const register = await openRegister(t);
  const { app, post } = register;
  await post('other', registered(), mou('x', '2022'));
  const reads = readsOf(register).filter((read) => isIn(read, 'asOfPosition'));
  t.ok(reads.length >= 17, 'they are found');
  const addresses = reads.flatMap((read) => {
    const address = `${filled(read.path)}?asOfPosition=2${asked(read.path)}`;
    return isIn(read, 'initiativeId') ? [address, `${address}&initiativeId=sci`] : [address];
  });
  const isOfOne = (address: string): boolean => /sci|0193/.test(address);
  const answers = () =>
    Promise.all(
      addresses.map(async (address) => {
        const { statusCode, body } = await app.inject(address);
        return { address, statusCode, body };
      }),
    );
  const before = await answers();
  for (const { address, statusCode } of before)
    t.equal(statusCode, isOfOne(address) ? 404 : 200, `${address}, not known yet`);
  await post('sci', ...sample);
  await post('sci', corrected('a', { data: { title: 'B' } }));
  for (const [i, { address, statusCode, body }] of (await answers()).entries()) {
    t.equal(statusCode, before[i]?.statusCode, `${address}, when it is known`);
    if (!isOfOne(address)) t.equal(body, before[i]?.body, address);
    else {
      const { code, knownSince } = JSON.parse(body);
      t.equal(code, JSON.parse(before[i]?.body ?? '').code, address);
      t.equal(knownSince, address.includes('0193') ? 4 : 3, address);
    }
  }
  for (const address of addresses.filter(isOfOne)) {
    const { statusCode } = await app.inject(address.replace('asOfPosition=2', 'asOfPosition=7'));
    t.equal(statusCode, 200, `${address}, as of when it is known`);
  }
  // The initiative is known, and the record not yet.
  for (const path of ['', '/history', '/diff']) {
    const late = await app.inject(`/v1/initiatives/sci/records/a${path}?asOfPosition=4`);
    t.match(late.json(), { status: 404, code: 'record-not-found', knownSince: 5 }, path);
  }
  const late = await app.inject('/v1/initiatives/sci/meetings/m?asOfPosition=3');
  t.match(late.json(), { status: 404, code: 'record-not-found', knownSince: 4 });
});

test('what is asked of an initiative that is unknown is 404, wherever it is named', async (t) => {
  const register = await openRegister(t);
  await register.post('other', registered());
  for (const read of readsOf(register)) {
    const isNamed = isIn(read, 'initiativeId');
    if (!isNamed && !read.path.includes('{initiativeId}')) continue;
    const address = `${filled(read.path)}${isNamed ? '?initiativeId=sci' : ''}`;
    t.match(await register.refused(address), /^404 (initiative|record)-not-found$/, address);
  }
});

test('the log of one initiative is the same from all that give the log', async (t) => {
  const { app, post, get } = await openRegister(t);
  await post('other', registered());
  await post('sci', ...sample);
  await post('other', mou('x', '2022'));
  const own = await get('/v1/initiatives/sci/events');
  const asked = await get('/v1/events?initiativeId=sci&count=true');
  t.same(asked.items, own.items);
  t.equal(asked.total, 5);
  const { body } = await app.inject('/v1/export?initiativeId=sci');
  t.equal(body, own.items.map(({ event }: { event: object }) => `${JSON.stringify(event)}\n`).join(''));
});

/** Texts that JavaScript, JSON or somebody might take for something else. */
const oddTexts = [
  'Infinity',
  '-Infinity',
  '1e400',
  'NaN',
  'null',
  'undefined',
  'true',
  'false',
  '0',
  '-0',
  '0x10',
  '1_0',
  '[]',
  '{}',
  '__proto__',
  'constructor',
];

/** Every parameter of a query, with the address that takes it. */
async function parametersOf(t: Test) {
  const register = await openRegister(t);
  await register.post('sci', ...sample);
  const parameters = readsOf(register).flatMap((read) =>
    // A stream has no end.
    read.path === '/v1/events/stream'
      ? []
      : read.parameters.flatMap(({ name, in: place, schema: { type, items } }) =>
          place === 'query'
            ? [{ path: filled(read.path), name, type: items?.type ?? type, isList: items !== undefined }]
            : [],
        ),
  );
  return { app: register.app, parameters };
}

const texts = [
  'pillar',
  'sector',
  'zone',
  'party',
  'place',
  'externalId',
  'correlationId',
  'instrument',
  'publisher',
  'series',
  'q',
  'metric',
  'scope',
  'recordedBy',
];

test('a text is a text, whatever it looks like', async (t) => {
  const { app, parameters } = await parametersOf(t);
  const seen = new Set<string>();
  for (const { path, name } of parameters.filter(({ name }) => texts.includes(name))) {
    seen.add(name);
    for (const text of oddTexts) {
      const { statusCode } = await app.inject(`${path}?${name}=${encodeURIComponent(text)}`);
      t.equal(statusCode, 200, `${path}?${name}=${text}`);
    }
  }
  t.same([...seen].sort(), texts.toSorted(), 'each is there');
});

test('a number is written in digits, a truth value as true or false, and each once but where several may be', async (t) => {
  const { app, parameters } = await parametersOf(t);
  const odd = new Map([
    [
      'integer',
      [...oddTexts.filter((text) => !/^-?\d+$/.test(text)), '1e3', '5.0', ' 5', '+5', '٥', '9'.repeat(17)],
    ],
    ['boolean', ['1', '0', 'yes', 'TRUE', 'null']],
  ]);
  for (const type of odd.keys()) t.ok(parameters.some((parameter) => parameter.type === type));
  for (const { path, name, type = '', isList } of parameters) {
    const wrong = (odd.get(type) ?? []).map(encodeURIComponent);
    for (const text of ['', ...(isList ? [] : [`5&${name}=5`]), ...wrong]) {
      const answer = await app.inject(`${path}?${name}=${text}`);
      t.equal(answer.statusCode, 400, `${path}?${name}=${text}`);
      t.equal(answer.json().code, 'invalid-request');
    }
  }
});
