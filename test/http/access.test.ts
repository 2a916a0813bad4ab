import { test } from 'tap';
import { buildLedger } from '../helpers/ledger.ts';
import { buildShell } from '../helpers/shell.ts';

test('the application does not start with a route that does not declare the access that it needs', async (t) => {
  await t.rejects(
    buildShell(t, {
      routes: (app) => {
        app.get('/declared', { config: { access: 'read' } }, () => ({}));
        app.get('/secret', () => ({}));
        app.post('/other', { config: {} }, () => ({}));
      },
    }),
    {
      message:
        'These routes do not declare the access that they need: GET /secret, HEAD /secret, POST /other.',
    },
  );
});

test('the table of routes and rights has every operation of the document once', async (t) => {
  const app = await buildLedger(t);
  const { paths } = (await app.inject('/openapi.json')).json() as { paths: Record<string, object> };
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const answer = await app.inject('/v1/access');
  const items: { method: string; path: string; access: string }[] = answer.json().items;
  const access = new Map(items.map(({ method, path, access }) => [`${method} ${path}`, access]));
  t.same([...access.keys()].sort(), operations.sort());
  t.equal(items.length, access.size);
  t.equal(access.get('GET /livez'), 'nothing');
  t.equal(access.get('GET /v1/log/keys'), 'principal');
  t.equal(access.get('GET /v1/initiatives/{initiativeId}/summary'), 'read');
  t.equal(access.get('POST /v1/initiatives/{initiativeId}/import'), 'record');
  t.equal(access.get('GET /v1/export'), 'export');
  t.equal(access.get('GET /tile/{level}/{index}'), 'principal');
  t.equal(access.get('GET /tile/entries/{index}'), 'audit');
  t.equal(access.get('POST /v1/rebuild'), 'administer');
});

test('every route of a ledger declares its access, so the ledger starts; each is open to this machine alone', async (t) => {
  const app = await buildLedger(t);
  for (const url of [
    '/livez',
    '/docs',
    '/openapi.json',
    '/problems',
    '/v1/summary',
    '/checkpoint',
    '/nothing',
  ]) {
    const strange = await app.inject({ url, headers: { host: 'ledger.example' } });
    t.equal(strange.json().code, 'host-not-allowed', url);
    t.not((await app.inject(url)).statusCode, 403, url);
  }
});
