import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { type Test, test } from 'tap';
import { encodingFor } from '../../src/http/wire/encoding.ts';
import { mou } from '../helpers/decide.ts';
import { openStreaming, range } from '../helpers/streaming.ts';

test('the encoding is the one that the reader likes best', (t) => {
  const expected: [accepted: string, encoding: string | undefined][] = [
    ['', undefined],
    ['gzip', 'gzip'],
    ['zstd', 'zstd'],
    ['gzip, deflate, br, zstd', 'zstd'],
    ['GZIP;Q=0.5', 'gzip'],
    ['zstd;q=0.5, gzip', 'gzip'],
    ['gzip ; q=0.2 , zstd ; q=0.1', 'gzip'],
    ['gzip;q=0', undefined],
    ['gzip;q=0.000, zstd;q=0', undefined],
    ['identity', undefined],
    ['identity, gzip;q=0.5', undefined],
    ['identity;q=0.5, gzip', 'gzip'],
    ['br, deflate', undefined],
    ['*', 'zstd'],
    ['*, zstd;q=0', 'gzip'],
    ['*;q=0', undefined],
    ['gzip;q=x', undefined],
    [',,;q=1,', undefined],
  ];
  for (const [accepted, encoding] of expected) t.equal(encodingFor(accepted), encoding, accepted);
  t.end();
});

async function ask(
  t: Test,
  port: number,
  path: string,
  encoding = '',
  method = 'GET',
): Promise<IncomingMessage> {
  const headers = encoding === '' ? {} : { 'accept-encoding': encoding };
  const request = get({ port, path, method, headers, agent: false });
  t.teardown(() => request.destroy());
  const [response] = await once(request, 'response');
  return response;
}

/** A ledger of several pieces that are large enough for their memory to be let go of. */
async function openFilled(t: Test) {
  const ledger = await openStreaming(t);
  for (const part of range(1, 6))
    await ledger.post(
      range(1, 100).map((i) => mou({ data: { title: `深圳 ${part} ${i} ${'x'.repeat(9_000)}` } })),
    );
  return ledger;
}

const decoders = { gzip: gunzipSync, zstd: zstdDecompressSync };

test('an export and a whole list are sent as their reader asks for, and hold the same bytes', async (t) => {
  const { port } = await openFilled(t);
  for (const path of ['/v1/export', '/v1/export?initiativeId=sci', '/v1/initiatives/sci/mous?format=csv']) {
    const plain = await ask(t, port, path);
    t.match(plain.headers, { vary: 'Accept-Encoding', 'content-encoding': undefined }, path);
    const expected = await buffer(plain);
    t.ok(expected.length > 5_000_000);
    for (const [encoding, decoded] of Object.entries(decoders)) {
      const answer = await ask(t, port, path, encoding);
      t.match(answer.headers, { vary: 'Accept-Encoding', 'content-encoding': encoding });
      t.equal(answer.headers['content-type'], plain.headers['content-type']);
      const sent = await buffer(answer);
      t.ok(sent.length < expected.length / 5, `${encoding}: ${sent.length} bytes`);
      t.ok(decoded(sent).equals(expected), `${path} as ${encoding}`);
      const head = await ask(t, port, path, encoding, 'HEAD');
      t.match(head.headers, { vary: 'Accept-Encoding', 'content-encoding': encoding });
      t.equal((await buffer(head)).length, 0);
    }
  }
});

test('a reader that takes its time gets every byte', async (t) => {
  const { port } = await openFilled(t);
  const expected = await buffer(await ask(t, port, '/v1/export'));
  for (const encoding of ['', 'gzip']) {
    const slow = await ask(t, port, '/v1/export', encoding);
    const chunks: Buffer[] = [];
    for await (const chunk of slow) {
      chunks.push(chunk);
      for (let i = 0; i < 3; i++) await turn();
    }
    const all = Buffer.concat(chunks);
    t.ok((encoding === '' ? all : gunzipSync(all)).equals(expected), encoding);
  }
});

test('a page of a list, and what may hold a secret, is sent as it is', async (t) => {
  const { port } = await openFilled(t);
  for (const path of ['/v1/initiatives/sci/mous', '/v1/me', '/', '/v1/initiatives/sci/datapackage.zip']) {
    const answer = await ask(t, port, path, 'gzip, zstd');
    const { headers, statusCode } = answer;
    t.match({ statusCode, ...headers }, { statusCode: 200, 'content-encoding': undefined }, path);
    t.ok((await buffer(answer)).length > 0);
  }
});
