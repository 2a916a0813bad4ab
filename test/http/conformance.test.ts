import fc from 'fast-check';
import { test } from 'tap';
import { Conformance, isText, type Request } from '../fuzz/document.ts';
import { buildFilled, initiativeId, known, plainRequest, requestsTo } from '../fuzz/requests.ts';
import { closedLedger } from '../helpers/access.ts';
import { effort, moreInLong } from '../helpers/effort.ts';
import { buildLedger } from '../helpers/ledger.ts';

// Requests made from the OpenAPI document, answers compared with it. A failure prints the seed and the request.

function runsOf(path: string, method: string): number {
  // These start a thread each, and have few parameters.
  if (path === '/v1/rebuild') return effort(2, 4);
  if (/\/(import|preview|sync)$/.test(path)) return effort(15, 100);
  if (method === 'post') return effort(60, 400);
  return path.startsWith('/v1/') ? effort(20, 80) : effort(5, 10);
}

test('the examples of all event types can be recorded, in the order of the catalogue', async (t) => {
  const app = await buildLedger(t);
  await buildFilled(app);
  const { counts } = (await app.inject(`/v1/initiatives/${initiativeId}/summary`)).json();
  t.match(counts, { mous: { total: 10 }, projects: { total: 3 }, meetings: { total: 1 } });
});

test(
  'whatever is asked, the answer is as documented, and never an error of the server',
  moreInLong,
  async (t) => {
    // A stream that is asked for by inject() never ends.
    const { app, ask, admin, principal } = await closedLedger(t, { LONG_REQUESTS: '2000' });
    await buildFilled(app, admin);
    const others = [await principal([]), await principal([{ role: 'reader', initiativeId: '*' }])];
    known['principalId'] = others.map(({ principalId }) => principalId);
    for (let i = 0; i < 20; i++) await principal([]);
    const { items } = (await ask(admin, 'GET', '/v1/tokens')).body;
    known['tokenId'] = items.slice(1).map(({ tokenId }: { tokenId: string }) => tokenId);
    const conformance = new Conformance(app);
    const asAdmin = (request: Request): Request => ({
      ...request,
      headers: { ...request.headers, authorization: `Bearer ${admin}` },
    });
    const seen = new Map<string, number>();
    for (const route of conformance.routes) {
      const { path, method, operation } = route;
      const name = `${method.toUpperCase()} ${path}`;
      const property = fc.asyncProperty(requestsTo(conformance, operation), async (request) => {
        const status = `${name} ${await conformance.check(route, asAdmin(request))}`;
        seen.set(status, (seen.get(status) ?? 0) + 1);
      });
      const result = await fc.check(property, {
        numRuns: runsOf(path, method),
        examples:
          method === 'get' || isText(operation) || /\/(undo|rebuild|disable)$/.test(path)
            ? [[plainRequest(operation)]]
            : [],
      });
      t.notOk(
        result.failed,
        `${name} (${result.numRuns} requests)`,
        result.failed ? { report: `${fc.defaultReportMessage(result)}\n${result.errorInstance}` } : {},
      );
      // A tile is there only once it is full, which takes more events than there are here; and two numbers that are
      // drawn are seldom both within so short a log.
      if (path.startsWith('/tile/') || path.startsWith('/v1/log/proofs/')) continue;
      const answered = [200, 201, 204].some((status) => seen.has(`${name} ${status}`));
      t.ok(answered, `${name}: some are answered`);
    }
    t.ok((seen.get(`POST /v1/initiatives/{initiativeId}/events 201`) ?? 0) > 2, 'some bodies are accepted');
    t.ok((seen.get(`POST /v1/initiatives/{initiativeId}/events 400`) ?? 0) > 10, 'some bodies are refused');
    t.comment(Object.fromEntries(seen));
  },
);
