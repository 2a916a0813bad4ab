import { type Test, test } from 'tap';
import { onlyLong } from '../../helpers/effort.ts';
import { range } from '../../helpers/streaming.ts';
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

/** Every list, longer than what is read at once. */
const lists = [
  '/v1/initiatives',
  '/v1/records',
  '/v1/claims',
  '/v1/events',
  '/v1/events?order=desc',
  '/v1/events?type=MoUSigned&recordedTo=2099',
  '/v1/initiatives/sci/meetings',
  '/v1/initiatives/sci/mous',
  '/v1/initiatives/sci/projects?standing=all',
  '/v1/initiatives/sci/claims',
  '/v1/initiatives/sci/changes',
  '/v1/initiatives/sci/events',
  '/v1/initiatives/sci/records/mou-1/history',
];

const items = 250;

async function openFilled(t: Test): Promise<Register> {
  const register = await openRegister(t);
  const { post } = register;
  for (const i of range(1, items)) await post(`i-${i}`, registered(), claim('c', '2023-12-31', { value: i }));
  await post('sci', registered());
  await post('sci', ...range(1, items).map((i) => meeting(`m-${i}`, '2023', { series: `S${i}` })));
  await post('sci', ...range(1, items).map((i) => mou(`mou-${i}`, '2023', { title: `=${i}\n深圳` })));
  await post('sci', ...range(1, items).map((i) => project(`project-${i}`, '2023')));
  await post('sci', ...range(1, items).map((i) => claim(`c-${i}`, '2023-12-31', { value: i })));
  await post('sci', ...range(1, items).map((i) => corrected('mou-1', { data: { title: `=${i}` } })));
  return register;
}

const withQuery = (path: string, query: string): string => `${path}${path.includes('?') ? '&' : '?'}${query}`;

test('without a limit, lines and tables are the whole list, as its pages are together', async (t) => {
  const { app, walk } = await openFilled(t);
  for (const list of lists) {
    const all = await walk(withQuery(list, 'limit=100'));
    t.ok(all.length >= items, `${list}: ${all.length}`);
    const lines = await app.inject(withQuery(list, 'format=ndjson'));
    t.equal(lines.headers['content-type'], 'application/x-ndjson', list);
    t.ok(lines.body === all.map((item) => `${JSON.stringify(item)}\n`).join(''), list);

    const table = await app.inject(withQuery(list, 'format=csv'));
    t.equal(table.headers['content-type'], 'text/csv; charset=utf-8');
    let paged = '';
    for (let next: string | undefined = withQuery(list, 'format=csv&limit=100'); next !== undefined; ) {
      const page = await app.inject(next);
      paged += paged === '' ? page.body : page.body.slice(page.body.indexOf('\r\n') + 2);
      next = nextOf(page.headers.link);
    }
    t.ok(table.body === paged, `${list} as a table`);
    for (const answer of [lines, table]) {
      t.equal(answer.headers['etag'], undefined, 'a tag over what is not read yet can not be made');
      t.equal(answer.headers['link'], undefined);
      t.match(answer.headers['basis-tree-size'], /^\d+$/);
      t.match(answer.headers['basis-root-hash'], /^[0-9a-f]{64}$/);
    }
  }
});

test('a whole list may begin behind an item, and is counted on request', onlyLong, async (t) => {
  const { app } = await openFilled(t);
  const answer = await app.inject('/v1/initiatives/sci/claims?format=ndjson&after=c-20&count=true');
  t.equal(answer.body.split('\n').length - 1, items - 20);
  t.equal(answer.headers['total-count'], `${items - 20}`);
  const all = await app.inject('/v1/claims?format=csv&count=true');
  t.equal(all.headers['total-count'], `${2 * items}`);
});

test('with a limit it is a page, with a link to the next and an ETag', async (t) => {
  const { app } = await openFilled(t);
  const page = await app.inject('/v1/records?format=ndjson&limit=3');
  t.equal(page.body.split('\n').length - 1, 3);
  t.match(page.headers.etag, /^W\//);
  const next = nextOf(page.headers.link);
  t.match(next, /asOfPosition=\d+/);
  t.match(next, /format=ndjson/);
  t.not((await app.inject(next ?? '')).body, page.body);
});

test('a whole list is as of one position, whatever is recorded while it is sent', async (t) => {
  const { app, post } = await openFilled(t);
  const list = '/v1/records?format=ndjson';
  const [answer] = await Promise.all([
    app.inject(list),
    // Each is behind the others then, in the order last changed.
    ...range(1, 40).map((i) => post('sci', corrected(`project-${i}`, { data: { title: `${i}` } }))),
  ]);
  const size = answer.headers['basis-tree-size'];
  t.ok(answer.body === (await app.inject(`${list}&asOfPosition=${size}`)).body);
  t.not(answer.body, (await app.inject(list)).body);
});

test('what is wrong with a request is said as always, and an empty list is empty', async (t) => {
  const { app, post } = await openRegister(t);
  await post('sci', registered());
  t.match((await app.inject('/v1/initiatives/absent/mous?format=ndjson')).json(), {
    code: 'initiative-not-found',
  });
  t.match((await app.inject('/v1/claims?format=ndjson&after=sci/x')).json(), {
    errors: [{ pointer: '/query/after' }],
  });
  t.match((await app.inject('/v1/records?format=xml')).json(), { errors: [{ pointer: '/query/format' }] });
  t.match((await app.inject('/v1/events?format=ndjson&recordedTo=x')).json(), {
    errors: [{ pointer: '/query/recordedTo' }],
  });
  t.match(await app.inject('/v1/initiatives/sci/mous?format=ndjson'), { statusCode: 200, body: '' });
  t.match(await app.inject('/v1/records?format=ndjson&asOfPosition=0'), { statusCode: 200, body: '' });
});

test('a page of long items ends before its limit, and names the next one', async (t) => {
  const register = await openRegister(t);
  const { app, post, walk } = register;
  await post('sci', registered(), mou('long', '2023', { title: 'Often' }));
  const long = (i: number) => ({
    publisher: `P ${i}`,
    ...Object.fromEntries(['quote', 'note'].map((name) => [name, `${i} ${'x'.repeat(9_990)}`])),
  });
  for (let i = 0; i < 80; i++)
    await post('sci', { ...mou(`m-${i}`, '2023', { title: `T${i}` }), sources: [0, 1, 2].map(long) });
  for (let i = 0; i < 40; i++)
    await post('sci', {
      ...corrected('long', { sources: [long(i)] }),
    });
  for (const [list, count] of Object.entries({
    '/v1/records': 82,
    '/v1/initiatives/sci/mous': 81,
    '/v1/events': 122,
    '/v1/events?order=desc': 122,
    '/v1/initiatives/sci/events': 122,
    '/v1/initiatives/sci/records/long/history': 41,
  })) {
    const first = await app.inject(withQuery(list, 'limit=1000'));
    t.ok(first.body.length < 2_500_000, `${list}: ${first.body.length} bytes`);
    t.ok(nextOf(first.headers.link), list);
    const all = await walk(withQuery(list, 'limit=1000'));
    t.equal(all.length, count, list);
    const lines = await app.inject(withQuery(list, 'format=ndjson'));
    t.ok(lines.body === all.map((item) => `${JSON.stringify(item)}\n`).join(''), `${list} as lines`);
  }
});
