import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as bodyOf } from 'node:stream/consumers';
import { type Test, test } from 'tap';
import { type Client, ConnectionError, createClient, ProblemError } from '../../src/client/client.ts';
import { closedLedger } from '../helpers/access.ts';
import { initiative, meeting, mou } from '../helpers/decide.ts';

/** A ledger with principals, and a client that has a token. */
async function served(t: Test) {
  const ledger = await closedLedger(t);
  const url = await ledger.app.listen({ host: '127.0.0.1', port: 0 });
  return { ...ledger, url, client: createClient({ url: `${url}/`, token: ledger.admin }) };
}

/** A server in front of a ledger, which answers as it likes or passes a request on. */
async function inFront(t: Test, url: string, listener: (...asked: Parameters<RequestListener>) => unknown) {
  const server = createServer(listener);
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const passOn = async (request: IncomingMessage, reply: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const answer = await fetch(url + request.url, {
      method: request.method ?? 'GET',
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      ...(body !== '' && { body }),
    });
    const sent = Object.fromEntries(answer.headers);
    reply.writeHead(answer.status, { ...sent, connection: 'close' }).end(await answer.text());
  };
  return { front: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, passOn };
}

const posted = { type: 'MoUSigned', occurredOn: '2023-12-14', data: { title: 'AI talent' } } as const;

test('it records, reads, and lists page after page, with the types of the document', async (t) => {
  const { client, url, record } = await served(t);
  t.equal(client.url, url);
  await record('sci', initiative(), meeting());
  const rehearsed = await client.record('sci', posted, { dryRun: true });
  t.equal(rehearsed.basis.treeSize, (await client.get('/v1/summary')).basis.treeSize, 'nothing is recorded');
  const made = await client.record('sci', { events: [posted, { ...posted, repeat: 249, data: {} }] });
  t.match(made, { replayed: false, warnings: [], recorded: { length: 250 } });

  const summary = await client.get('/v1/initiatives/{initiativeId}/summary', { initiativeId: 'sci' });
  t.match(summary.counts.mous, { total: 250, named: 1 });
  const titles: (string | undefined)[] = [];
  for await (const found of client.list('/v1/records', { kind: 'mou', limit: 100 })) {
    // The compiler knows the data by the kind.
    if (found.kind === 'mou') titles.push(found.data.title);
  }
  t.equal(titles.length, 250);
  t.same(
    titles.filter((title) => title !== undefined),
    ['AI talent'],
  );
  const rebuilt = await client.post('/v1/rebuild', { view: ['records', 'counts'] }, undefined);
  t.match(
    rebuilt,
    /"records".+"counts"/s,
    'a parameter may have several values, and what is no JSON is text',
  );

  const { principalId } = await client.post(
    '/v1/principals',
    {},
    {
      label: 'A',
      grants: [{ role: 'reader', initiativeId: 'sci' }],
      reason: { code: 'other', text: 'Tried.' },
    },
  );
  const { tokenId, token } = await client.post('/v1/tokens', {}, { principalId, label: 'a', expires: '1d' });
  const reader = createClient({ url, token });
  t.equal((await reader.get('/v1/me')).principalId, principalId);
  t.equal(await client.delete('/v1/tokens/{tokenId}', { tokenId }), undefined);
  await t.rejects(reader.get('/v1/me'), { name: 'ProblemError', status: 401 });
});

test('a refusal says what the ledger said', async (t) => {
  const { client, record } = await served(t);
  await record('sci', initiative());
  const refused = client.record('sci', { ...posted, data: { meetingId: 'none' } });
  await t.rejects(refused, {
    name: 'ProblemError',
    message: /^POST \/v1\/initiatives\/sci\/events: 422 \S+: .+/,
    status: 422,
    problem: { errors: [{ pointer: '/data/meetingId' }] },
  });
  const error = await refused.catch((error) => error);
  t.ok(error instanceof ProblemError && error.code === error.problem?.code);
  await t.rejects(client.get('/v1/initiatives/{initiativeId}/summary', { initiativeId: 'a/b?c' }), {
    name: 'ProblemError',
    status: 404,
  });
});

test('what is refused for now is sent again, as late as the ledger says and not for ever', async (t) => {
  const { url, admin, record } = await served(t);
  await record('sci', initiative());
  let refusals = 2;
  let asked = 0;
  const { front, passOn } = await inFront(t, url, async (request, reply) => {
    asked += 1;
    refusals -= 1;
    if (refusals < 0) return passOn(request, reply);
    reply.writeHead(refusals % 2 === 0 ? 429 : 503, { 'retry-after': '0' }).end();
  });
  const client = createClient({ url: front, token: admin, retries: 2 });
  t.match(await client.get('/v1/summary'), { initiatives: 1 });
  t.equal(asked, 3);
  refusals = 9;
  asked = 0;
  // A post that records nothing may be sent again, too.
  await t.rejects(client.post('/v1/rebuild', {}, undefined), { name: 'ProblemError', status: 429 });
  t.equal(asked, 3);
});

test('what is refused for good is asked once', async (t) => {
  let asked = 0;
  let headers: Record<string, string> = {};
  const { front } = await inFront(t, '', (_request, reply) => {
    asked += 1;
    reply.writeHead(503, headers).end('<html>');
  });
  const client = createClient({ url: front });
  await t.rejects(client.get('/v1/summary'), { name: 'ProblemError', status: 503, problem: undefined });
  headers = { 'retry-after': '3600' };
  await t.rejects(client.get('/v1/summary'), { name: 'ProblemError', status: 503, retryAfterMs: 3_600_000 });
  t.equal(asked, 2, 'nor is waited for an hour');
});

test('a post whose answer is lost is sent again with its key, and is recorded once', async (t) => {
  const { url, admin, record, client } = await served(t);
  await record('sci', initiative());
  const keys: (string | undefined)[] = [];
  const { front, passOn } = await inFront(t, url, async (request, reply) => {
    keys.push(String(request.headers['idempotency-key']));
    if (keys.length > 1) return passOn(request, reply);
    // The ledger has it, and the sender never hears of it.
    reply.writeHead = () => reply;
    reply.end = () => reply.destroy();
    return passOn(request, reply);
  });
  const receipt = await createClient({ url: front, token: admin }).record('sci', posted);
  t.equal(receipt.replayed, true);
  t.equal(keys.length, 2);
  t.equal(keys[0], keys[1]);
  const { counts } = await client.get('/v1/summary');
  t.equal(counts.mous.total, 1);

  keys.length = 0;
  const lost = createClient({ url: front, token: admin }).post('/v1/rebuild', {}, undefined);
  await t.rejects(lost, ConnectionError);
  t.equal(keys.length, 1, 'another post is not');
});

test('the token goes to no other host', async (t) => {
  const seen: unknown[] = [];
  const other = await inFront(t, '', (request, reply) => {
    seen.push(request.headers.authorization);
    reply.end('{}');
  });
  const { front } = await inFront(t, '', (_request, reply) => {
    reply.writeHead(302, { location: `${other.front}/` }).end();
  });
  await t.rejects(createClient({ url: front, token: 'mledger_x' }).get('/v1/me'), {
    name: 'ProblemError',
    status: 302,
    location: `${other.front}/`,
  });
  t.same(seen, []);
});

/** The next positions of a stream. */
async function positions(stream: ReturnType<Client['events']>, count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) {
    const { value } = await stream.next();
    if (!value) throw new Error('the stream ended');
    found.push(value.position);
  }
  return found;
}

test('the stream goes on where it broke off, with nothing twice or left out', async (t) => {
  const { url, admin, record } = await served(t);
  await record('sci', initiative(), meeting(), mou());
  const asked: (string | undefined)[] = [];
  const { front } = await inFront(t, url, async (request, reply) => {
    asked.push(request.url);
    const answer = await fetch(url + request.url, {
      headers: { authorization: String(request.headers.authorization) },
    });
    reply.on('close', () => void answer.body?.cancel().catch(() => {}));
    reply.writeHead(200, { 'content-type': 'text/event-stream' });
    let events = 0;
    // Breaks off in the middle of the second event of each connection.
    for await (const chunk of answer.body?.values({ preventCancel: true }) ?? []) {
      const text = Buffer.from(chunk).toString();
      for (const part of text.split(/(?<=\n\n)/)) {
        if (part.startsWith(':')) continue;
        events += 1;
        if (events === 2) {
          reply.write(part.slice(0, -2), () => reply.destroy());
          return;
        }
        reply.write(part);
      }
    }
  });
  const client = createClient({ url: front, token: admin });
  const stream = client.events({ initiativeId: 'sci' });
  const first = await positions(stream, 3);
  t.equal(first[2], (first[0] ?? 0) + 2);
  const last = await record('sci', mou());
  t.same(await positions(stream, 1), [last.basis.treeSize]);
  t.ok(asked.length >= 3);
  t.match(asked[1], new RegExp(`after=${first[0]}$`));
  await stream.return();
});

test('a signal ends a stream, and a refusal does', async (t) => {
  const { client, url, record } = await served(t);
  await record('sci', initiative());
  const ending = new AbortController();
  const stream = client.events({}, { signal: ending.signal });
  await stream.next();
  ending.abort(new Error('enough'));
  await t.rejects(async () => {
    for await (const _ of stream);
  }, /enough/);
  await t.rejects(createClient({ url }).events().next(), { name: 'ProblemError', status: 401 });
  const aborted = client.get('/v1/summary', {}, { signal: AbortSignal.abort(new Error('no')) });
  await t.rejects(aborted, /no/);
});
