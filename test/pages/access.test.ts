import { test } from 'tap';
import { closedLedger } from '../helpers/access.ts';
import { Browser, ledgerWithProvider, publicUrl } from '../helpers/identity.ts';
import { buildLedger } from '../helpers/ledger.ts';

const registered = (name: string) => ({ type: 'InitiativeRegistered', data: { name } });

test('a page says who one is, what one may do and by which rules', async (t) => {
  const { ask, record, principal } = await closedLedger(t);
  await record('sci', registered('SCI'));
  const { principalId, token } = await principal([
    { role: 'recorder', initiativeId: 'sci' },
    { role: 'reader', initiativeId: '*' },
  ]);
  const { text, status } = await ask(token, 'GET', '/me');
  t.equal(status, 200);
  t.match(text, `<h1>You are ${principalId}</h1>`);
  const { rights } = (await ask(token, 'GET', '/v1/me')).body;
  const rows = Array.from(
    text.matchAll(/<th scope="row">(\w+)<\/th><td>(?:<a [^>]*>)?([^<]*)(?:<\/a>)?<\/td><td>([^<]*)<\/td>/g),
    ([, right, where, rule]) => [right, where, rule],
  );
  const all = (place: string) => (place === '*' ? 'all initiatives' : place);
  t.same(
    rows,
    rights.map(
      ({ right, initiativeId, rule }: { right: string; initiativeId: string; rule: { role: string } }) => [
        right,
        all(initiativeId),
        `${rule.role} in ${all(initiativeId)}`,
      ],
    ),
  );
  const { items } = (await ask(token, 'GET', '/v1/tokens')).body;
  t.equal(items.length, 1);
  t.match(text, new RegExp(`<th scope="row">${items[0].label}</th>`));
  t.notMatch(text, token, 'the text of a token is never shown');
  const unknown = await ask(undefined, 'GET', '/me');
  t.equal(unknown.status, 401);
});

test('an open ledger says that everybody may do everything', async (t) => {
  const app = await buildLedger(t);
  const me = await app.inject('/me');
  t.match(me.body, '<h1>The ledger is open</h1>');
  t.match(me.body, 'admin in all initiatives');
  const access = await app.inject('/access?route=POST%20%2Fv1%2Frebuild');
  t.match(access.body, '<strong>You may.</strong>');
  t.equal((await app.inject('/access/who?right=read')).statusCode, 200);
});

test('why one may or may not is told as the API decides it', async (t) => {
  const { ask, record, principal, admin } = await closedLedger(t);
  await record('sci', registered('SCI'));
  const { principalId, token } = await principal([{ role: 'recorder', initiativeId: 'sci' }]);
  const { items } = (await ask(token, 'GET', '/v1/access')).body;
  const page = await ask(token, 'GET', '/access');
  for (const { method, path } of items)
    t.match(
      page.text,
      `<th scope="row" class="wrap"><code>${method} ${path}</code></th>`,
      `${method} ${path}`,
    );
  for (const [route, initiative] of [
    ['POST /v1/rebuild', 'sci'],
    ['POST /v1/initiatives/{initiativeId}/events', 'sci'],
    ['POST /v1/initiatives/{initiativeId}/events', 'other'],
    ['GET /v1/export', 'sci'],
    ['GET /v1/export', ''],
    ['GET /livez', ''],
    ['GET /v1/log/keys', ''],
  ] as const) {
    const query = new URLSearchParams({ route, ...(initiative && { initiative }) });
    const told = (await ask(admin, 'GET', `/v1/access/explain?${query}&principal=${principalId}`)).body;
    const mine = await ask(token, 'GET', `/access?${query}`);
    t.match(mine.text, `<strong>You ${told.allowed ? 'may' : 'may not'}.</strong>`, `${route} ${initiative}`);
    t.match(mine.text, told.explanation);
    const asAuditor = await ask(admin, 'GET', `/access/who?${query}&principal=${principalId}`);
    t.match(asAuditor.text, `<strong>${principalId} ${told.allowed ? 'may' : 'may not'}.</strong>`);
    t.match(asAuditor.text, told.explanation);
  }
  t.equal((await ask(token, 'GET', '/access?route=GET%20/nothing')).status, 404);
  t.equal((await ask(admin, 'GET', '/access/who?principal=nobody-here&route=GET%20/livez')).status, 404);
});

test('who had which right at a moment, for auditors alone', async (t) => {
  const { ask, record, principal, admin } = await closedLedger(t);
  await record('sci', registered('SCI'));
  const { basis } = (await ask(admin, 'GET', '/v1/summary')).body;
  const { principalId, token } = await principal([{ role: 'recorder', initiativeId: 'sci' }], '<b>Tan</b>');
  for (const moment of ['', `&asOfPosition=${basis.treeSize}`]) {
    const query = `?right=record&initiative=sci${moment}`;
    const { items } = (await ask(admin, 'GET', `/v1/access/who${query}`)).body;
    const { text } = await ask(admin, 'GET', `/access/who${query}`);
    const listed = Array.from(text.matchAll(/href="\/log\/([0-9a-f-]{36})/g), ([, id]) => id);
    t.same(
      listed,
      items.map(({ since }: { since: { eventId: string } }) => since.eventId),
    );
    t.equal(text.includes(`>${principalId}</a>`), moment === '');
    t.notMatch(text, '<b>Tan</b>');
  }
  t.equal((await ask(token, 'GET', '/access/who?right=record')).status, 403);
  t.equal((await ask(admin, 'GET', '/access/who?right=everything')).status, 400);
  const addedEvent = (await ask(admin, 'GET', '/v1/events?type=PrincipalAdded&order=desc&limit=1')).body
    .items[0];
  const event = await ask(admin, 'GET', `/log/${addedEvent.event.eventId}`);
  t.equal(event.status, 200);
  t.match(event.text, /<dt>Rights<\/dt><dd>recorder: sci<\/dd>/);
  t.equal((await ask(token, 'GET', `/log/${addedEvent.event.eventId}`)).status, 404);
});

test('whoever logs in with a browser comes to the page about them, and logs out from there', async (t) => {
  const { app, provider } = await ledgerWithProvider(t);
  provider.users.set('mei', { groups: ['ledger-admins'] });
  const browser = new Browser(app, provider.issuer);
  const stranger = await browser.get('/me');
  t.equal(stranger.statusCode, 401);
  t.match(stranger.body, '<a href="/login?return=%2Fme">Log in</a>');
  const done = await browser.logIn('mei');
  t.equal(done.headers.location, `${publicUrl}/me`);
  const me = await browser.get('/me');
  t.match(me.body, '<h1>You are principal-1</h1>');
  t.match(me.body, 'You have no token.');
  const [, action = ''] = /<form class="inline" method="post" action="([^"]*)"/.exec(me.body) ?? [];
  const out = await browser.post(action, { 'content-type': 'application/x-www-form-urlencoded' });
  t.same([out.statusCode, out.headers.location], [303, `${publicUrl}/`]);
  t.equal((await browser.get('/me')).statusCode, 401);
});

test('where everybody may read, a stranger is told so', async (t) => {
  const { ask } = await closedLedger(t, { PUBLIC_READ: 'true' });
  const { status, text } = await ask(undefined, 'GET', '/me');
  t.equal(status, 200);
  t.match(text, '<h1>You are not known here</h1>');
  t.match(text, '<td>reader in all initiatives</td>');
  t.notMatch(text, 'Your tokens');
  const access = await ask(undefined, 'GET', '/access?route=GET%20/v1/summary');
  t.match(access.text, '<strong>You may.</strong>');
  t.equal((await ask(undefined, 'GET', '/access/who')).status, 403);
});
