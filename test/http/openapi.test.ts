import { createConfig, lintFromString } from '@redocly/openapi-core';
import { test } from 'tap';
import { Type } from 'typebox';
import { buildShell } from '../helpers/shell.ts';

test('the document of the shell has no findings', async (t) => {
  const { app } = await buildShell(t, { routes: () => {} });
  const answer = await app.inject('/openapi.json');
  t.match(answer.headers['content-type'], 'application/json');
  t.equal(answer.json().openapi, '3.1.0');
  const config = await createConfig({ extends: ['recommended-strict'] });
  const findings = await lintFromString({ source: answer.body, absoluteRef: '/openapi.json', config });
  t.same(
    findings.map(({ ruleId, message }) => `${ruleId}: ${message}`),
    [],
  );
});

test('components are named by $id, and every route may answer with a problem', async (t) => {
  const variant = ($id: string, type: string) => Type.Object({ type: Type.Literal(type) }, { $id });
  const { app } = await buildShell(t, {
    routes: (app) => {
      for (const schema of [variant('Cat', 'cat'), variant('Dog', 'dog')]) app.addSchema(schema);
      const oneOf = [{ $ref: 'Cat#' }, { $ref: 'Dog#' }];
      app.addSchema({ $id: 'Pet', type: 'object', discriminator: { propertyName: 'type' }, oneOf });
      app.post('/pets', { config: { access: 'nothing' }, schema: { body: { $ref: 'Pet#' } } }, () => ({}));
    },
  });
  const { components, paths } = (await app.inject('/openapi.json')).json();
  t.same(Object.keys(components.schemas), ['Problem', 'Health', 'Cat', 'Dog', 'Pet']);
  t.same(paths['/pets'].post.responses['4XX'].content['application/problem+json'].schema, {
    $ref: '#/components/schemas/Problem',
  });
  const wrong = await app.inject({ method: 'POST', url: '/pets', payload: { type: 'cow' } });
  t.match(wrong.json(), { code: 'invalid-body', errors: [{ pointer: '/type' }] });
});

test('the page of the API loads nothing from elsewhere', async (t) => {
  const { app } = await buildShell(t);
  const page = await app.inject('/docs');
  t.notMatch(page.headers['content-security-policy'], /https?:/);
  const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
  t.ok(links.length >= 4);
  for (const link of links) {
    t.match(link, /^\/docs\/static\//);
    t.equal((await app.inject(link)).statusCode, 200, link);
  }
  t.same((await app.inject('/docs/json')).json().servers, [{ url: '/' }]);
  t.match((await app.inject('/openapi.json')).json().servers, [{ url: 'http://127.0.0.1:3000' }]);
});
