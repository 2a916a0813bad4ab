import { hash } from 'node:crypto';
import { test } from 'tap';
import { problems } from '../../src/errors.ts';
import { buildShell } from '../helpers/shell.ts';

test('a refusal is a problem document with its members', async (t) => {
  const { app } = await buildShell(t);
  const answer = await app.inject('/refused');
  t.equal(answer.statusCode, 409);
  t.equal(answer.headers['content-type'], 'application/problem+json');
  t.same(answer.json(), {
    type: '/problems/version-conflict',
    title: problems['version-conflict'][1],
    status: 409,
    detail: 'It is at version 3.',
    instance: `urn:uuid:${answer.headers['x-request-id']}`,
    code: 'version-conflict',
    actualVersion: 3,
  });
});

test('an overloaded ledger says when to come back', async (t) => {
  const { app } = await buildShell(t);
  t.equal((await app.inject('/overloaded')).headers['retry-after'], '1');
});

test('a bug is logged once with its request id, and answered without a word about it', async (t) => {
  const { app, lines } = await buildShell(t);
  const answer = await app.inject('/bug');
  t.equal(answer.statusCode, 500);
  t.notMatch(answer.body, /SELECT|stack|\.ts/);
  t.equal(answer.json().detail, undefined);
  const errors = lines.filter(({ level }) => level >= 50);
  t.equal(errors.length, 1);
  t.equal(errors[0]?.reqId, answer.headers['x-request-id']);
  t.match(errors[0], { err: { message: 'SELECT secret FROM table', stack: /shell\.ts/ } });
});

test('what a sender did wrong is no error of the log', async (t) => {
  const { app, lines } = await buildShell(t);
  for (const url of ['/refused', '/nope', '/items/a?x=1', '/%zz']) await app.inject(url);
  await app.inject({
    method: 'POST',
    url: '/echo',
    headers: { 'content-type': 'application/json' },
    payload: '{',
  });
  t.same(
    lines.filter(({ level }) => level >= 40),
    [],
  );
});

test('every code has a name in kebab-case, an error status and a page of its own', async (t) => {
  const { app } = await buildShell(t);
  const list = (await app.inject('/problems')).body;
  for (const [code, [status, title]] of Object.entries(problems)) {
    t.match(code, /^[a-z]+(-[a-z]+)*$/);
    t.ok(status >= 400 && status <= 599, code);
    t.ok(list.includes(`href="/problems/${code}"`), `${code} is in the list`);
    const page = await app.inject(`/problems/${code}`);
    t.equal(page.statusCode, 200, code);
    t.match(page.headers['content-type'], 'text/html', code);
    t.ok(page.body.includes(`<h1>${title.replaceAll('"', '&quot;')}</h1>`), code);
  }
});

test('the pages run no script, load nothing, and their style fits their policy', async (t) => {
  const { app } = await buildShell(t);
  const { body, headers } = await app.inject('/problems/not-found');
  t.notMatch(body, /<script|src=|https?:/);
  const style = /<style>(.*)<\/style>/s.exec(body)?.[1] ?? '';
  t.match(headers['content-security-policy'], `'sha256-${hash('sha256', style, 'base64')}'`);
});

test('an unknown code has no page', async (t) => {
  const { app } = await buildShell(t);
  for (const code of ['nope', 'constructor', '__proto__']) {
    t.equal((await app.inject(`/problems/${code}`)).statusCode, 404, code);
  }
});
