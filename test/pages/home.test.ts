import { test } from 'tap';
import { closedLedger } from '../helpers/access.ts';
import { buildLedger } from '../helpers/ledger.ts';
import { linksIn, linkText, pageOf, textOf } from '../helpers/pages.ts';
import { chongqing, egyptJordan, recordReal, shenzhen } from '../helpers/real-data.ts';

test('the first page has the figures of the API, each a link to what it counts', async (t) => {
  const app = await buildLedger(t);
  for (const initiative of [shenzhen, chongqing, egyptJordan]) await recordReal(app, initiative);
  const html = await pageOf(app, '/');
  const { items } = (await app.inject('/v1/initiatives')).json();
  t.equal(items.length, 3);
  for (const { initiativeId, counts } of items) {
    const path = `/initiatives/${initiativeId}`;
    t.equal(linkText(html, `${path}/mous`), String(counts.mous.total));
    t.equal(linkText(html, `${path}/projects`), String(counts.projects.total));
    t.equal(linkText(html, `${path}#meetings`), String(counts.meetings.total));
  }
  const { counts } = (await app.inject('/v1/summary')).json();
  const text = textOf(html);
  t.match(text, `3 initiatives, ${counts.mous.total} MoUs, ${counts.projects.total} projects, `);
  t.match(text, `All, each milestone once ${counts.mous.total} ${counts.projects.total} `);

  const short = (await app.inject('/v1/claims?status=short&count=true')).json();
  t.equal(linkText(html, '/claims?status=short'), `${short.total} claims above what is recorded`);
  for (const { initiativeId, recordId } of short.items)
    t.ok(linksIn(html).includes(`/initiatives/${initiativeId}/records/${recordId}`), recordId);
  const cut = await pageOf(app, '/?until=2022');
  const then = (await app.inject('/v1/claims?status=short&until=2022&count=true')).json();
  t.equal(linkText(cut, '/claims?status=short&until=2022'), `${then.total} claims above what is recorded`);
  t.not(then.total, short.total);
  t.same((await app.inject('/.json')).json(), (await app.inject('/v1/initiatives')).json());
  t.equal((await app.inject('/.csv')).body, (await app.inject('/v1/initiatives?format=csv')).body);
});

test('newest milestones: those without a name in one line, without those that were taken back', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, egyptJordan);
  const newest = async () => /Newest milestones<[\s\S]*?<\/section>/.exec(await pageOf(app, '/'))?.[0] ?? '';
  t.equal(linksIn(await newest())[0], '/initiatives/eg-jo-jhc/mous?named=false&meetingId=jhc-33');
  const post = (event: object) =>
    app.inject({ method: 'POST', url: '/v1/initiatives/eg-jo-jhc/events', payload: { events: [event] } });
  const made = await post({
    type: 'MoUSigned',
    recordId: 'new',
    occurredOn: '2025-12',
    data: { title: 'Ports & <piers>' },
  });
  t.equal(made.statusCode, 201);
  const path = '/initiatives/eg-jo-jhc/records/new';
  t.equal(linkText(await newest(), path), 'Ports &amp; &lt;piers&gt;');
  const reason = { code: 'other', text: 'It is another port.' };
  t.equal((await post({ type: 'RecordRetracted', recordId: 'new', reason })).statusCode, 201);
  t.notOk(linksIn(await newest()).includes(path));
});

test('what ends within 90 days of the moment that the page speaks of', async (t) => {
  const now = Date.parse('2026-03-01T12:00:00Z');
  const app = await buildLedger(t, () => now);
  const mou = (recordId: string, validUntil: string | undefined) => ({
    type: 'MoUSigned',
    recordId,
    occurredOn: '2020',
    data: { title: recordId, validUntil },
  });
  const ends = {
    over: '2026-02-28',
    today: '2026-03-01',
    soon: '2026-05-30',
    may: '2026-05',
    year: '2026',
    open: undefined,
  };
  const events = [
    { type: 'InitiativeRegistered', data: { name: 'Ports' } },
    ...Object.entries(ends).map(([id, end]) => mou(id, end)),
    { type: 'MeetingHeld', occurredOn: '2020' },
  ];
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/initiatives/ports/events',
    payload: { events },
  });
  t.equal(answer.statusCode, 201);
  // A page of the past speaks of the day on which the last of its events was recorded.
  const section =
    /Ends within 90 days<[\s\S]*?<\/section>/.exec(await pageOf(app, '/?asOfPosition=7'))?.[0] ?? '';
  t.same(
    linksIn(section),
    ['today', 'soon'].map((id) => `/initiatives/ports/records/${id}?asOfPosition=7`),
    'May ends on its last day, 91 days later',
  );
});

test('whoever may read some initiatives is told so, and of these alone', async (t) => {
  const ledger = await closedLedger(t);
  for (const id of ['one', 'two'])
    await ledger.record(id, { type: 'InitiativeRegistered', data: { name: `The ${id}` } });
  const { token } = await ledger.principal([{ role: 'reader', initiativeId: 'one' }]);
  const page = async (token: string) => {
    const headers = { accept: 'text/html', authorization: `Bearer ${token}` };
    return textOf((await ledger.app.inject({ url: '/', headers })).body);
  };
  const some = await page(token);
  t.match(some, 'The one');
  t.match(some, 'You may read some of the initiatives');
  t.notMatch(some, 'The two');
  const all = await page(ledger.admin);
  t.match(all, 'The two');
  t.notMatch(all, 'You may read some');
});

test('an empty ledger, the state of the log, and fields of a form that were left empty', async (t) => {
  const app = await buildLedger(t);
  const empty = textOf(await pageOf(app, '/?until='));
  t.match(empty, 'No initiative is recorded yet.');
  t.match(empty, 'Newest checkpoint none yet');
  await recordReal(app, shenzhen);
  const { position, event } = (await app.inject('/v1/events?order=desc&limit=1')).json().items[0];
  // A proof of the last event has all of them signed.
  t.equal((await app.inject(`/v1/events/${event.eventId}/proof`)).statusCode, 200);
  t.match(textOf(await pageOf(app, '/')), `Newest checkpoint ${position} events, signed `);
  const html = await pageOf(app, '/?until=&asOf=');
  t.ok(linksIn(html).includes('/.json'));
  const refused = await app.inject({ url: '/?until=x', headers: { accept: 'text/html' } });
  t.equal(refused.statusCode, 400);
  t.match(refused.headers['content-type'], 'text/html');
});
