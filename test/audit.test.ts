import { test } from 'tap';
import { buildLedger } from './helpers/ledger.ts';
import { hasCurl, readDocument, serveForSteps, stepsOf, tourOf } from './helpers/steps.ts';

test('each question of AUDIT.md is answered as shown, as JSON and as a table', async (t) => {
  if (!(await hasCurl(t))) return;
  // The period of the questions holds this day.
  const app = await buildLedger(t, () => Date.parse('2026-07-01T12:00:00.000Z'));
  const tryStep = await serveForSteps(t, app);
  for (const step of stepsOf(tourOf(readDocument('README.md')))) await tryStep(step);
  const steps = stepsOf(readDocument('AUDIT.md'));
  t.ok(steps.length >= 12, 'the questions are there');
  for (const step of steps) {
    await tryStep(step);
    const [, path] = /'http:\/\/127\.0\.0\.1:3000([^']+)'/.exec(step.command) ?? [];
    if (path === undefined || path.includes('format=csv')) continue;
    const answer = (await app.inject(path)).json();
    t.equal(answer.basis.treeSize, 24, `${step.title}: with its basis`);
    const items: object[] = answer.items ?? answer.versions ?? answer.changes;
    if (path.includes('count=true') && !path.includes('limit='))
      t.equal(answer.total, items.length, `${step.title}: complete`);
    const table = await app.inject(`${path}&format=csv`);
    t.equal(table.statusCode, 200, `${step.title}: as a table`);
    t.equal(table.headers['basis-tree-size'], '24');
    t.equal(table.headers['basis-root-hash'], answer.basis.rootHash);
    t.equal(table.headers['total-count'], answer.total === undefined ? undefined : String(answer.total));
    // No text of this ledger has a line break in it.
    t.equal(table.body.trimEnd().split('\r\n').length, items.length + 1, `${step.title}: as many rows`);
  }
});
