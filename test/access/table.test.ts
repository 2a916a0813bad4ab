import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'tap';
import { closedLedger } from '../helpers/access.ts';
import { moreInLong } from '../helpers/effort.ts';
import { tableFile, walkedTable } from './table.ts';

test('each route answers each of those who ask as the table says', moreInLong, async (t) => {
  const walked = await walkedTable(t);
  if (process.env['WRITE_TABLE'] === 'true') writeFileSync(tableFile, `${JSON.stringify(walked, null, 2)}\n`);
  const table = JSON.parse(readFileSync(tableFile, 'utf8'));
  t.same(Object.keys(walked), Object.keys(table), 'every route has a row, and there are no others');
  for (const [route, row] of Object.entries(walked)) t.same(row, table[route], route);
});

test('however a path is written, it gives nobody more', moreInLong, async (t) => {
  const { app, record, principal } = await closedLedger(t);
  for (const initiativeId of ['a', 'b'])
    await record(initiativeId, {
      type: 'InitiativeRegistered',
      data: { name: `The initiative ${initiativeId}` },
    });
  const { token } = await principal([{ role: 'reader', initiativeId: 'a' }]);
  const headers = { authorization: `Bearer ${token}` };
  for (const url of [
    '/v1/initiatives/%62/summary',
    '/v1/initiatives/b/summary?initiativeId=a',
    '/v1/initiatives/a/../b/summary',
    '/v1/initiatives/a/%2e%2e/b/summary',
    '/v1/initiatives/a%2f..%2fb/summary',
    '/v1//initiatives/b/summary',
    '//v1/initiatives/b/summary',
    '/%761/initiatives/b/summary',
    '/v1/initiatives/b/summary/',
    '/v1/initiatives/b;a/summary',
    '/v1/events?initiativeId=a&initiativeId=b',
    '/v1/events?initiativeId[]=b',
    '/v1/events?initiativeid=b',
    '/v1/events?initiativeId=%62',
    '/v1/export?initiativeId=a&initiativeId=b',
    '/v1/export?initiativeId=',
    '/v1/export?',
    '/tile/entries/000.p/1',
    '/tile/%65ntries/000.p/1',
    '/tile//entries/000.p/1',
    '/tile/0/../entries/000.p/1',
    '/tile/x/entries/000.p/1',
    '/v1/principals?initiativeId=a',
    '/v1/rebuild?initiativeId=a',
  ])
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'] as const) {
      const { statusCode, body } = await app.inject({ method, url, headers });
      t.ok(statusCode >= 400 || !/"b"|initiative b/.test(body), `${method} ${url}: ${statusCode}`);
      if (!url.startsWith('/v1/events')) t.ok(statusCode >= 400, `${method} ${url}: ${statusCode}`);
    }
});
