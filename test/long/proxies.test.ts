import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { type Test, test } from 'tap';
import { openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { caddy, startCaddy } from '../helpers/caddy.ts';
import { makeCertificate } from '../helpers/certificate.ts';
import { runCommand } from '../helpers/command.ts';
import { identityProvider, settingsFor } from '../helpers/identity.ts';
import { nginx, startNginx } from '../helpers/nginx.ts';
import { listen } from '../helpers/shell.ts';
import { readDocument } from '../helpers/steps.ts';
import { until } from '../helpers/until.ts';

const document = readDocument('docs/proxy.md');
const blockOf = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(document)?.[1] ?? '';

/** A proxy of the document. */
interface Proxy {
  block: string;
  start: (t: Test, directory: string, block: string) => Promise<number>;
  /** What it answers itself where the block of a path passes nothing on. */
  beside: number;
  skip: string | false;
}

const proxies: Record<string, Proxy> = {
  nginx: {
    block: blockOf('nginx'),
    start: startNginx,
    beside: 404,
    // CI installs it, so there it is a fault if it is missing.
    skip: nginx === undefined && !process.env['CI'] && 'nginx is not on this machine',
  },
  Caddy: {
    block: blockOf('caddy'),
    start: startCaddy,
    beside: 200,
    skip: caddy === undefined && 'Caddy is not on this machine',
  },
};
/** The changes that the document names for a path below a host. */
const changes = [...document.matchAll(/`([^`]+ \{)` becomes\s`([^`]+ \{)`/g)];
const settings = [...document.matchAll(/^```text\n(.*?)^```$/gms)].map(([, lines = '']) =>
  Object.fromEntries([...lines.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value])),
);
const [atRoot = {}, belowPath = {}] = settings;
const host = 'ledger.example.org';

/** A ledger behind the block of the document, with these settings. */
async function behind(
  { block, start }: Proxy,
  t: Test,
  given: Record<string, string>,
  changed: (block: string) => string = (b) => b,
) {
  const directory = t.testdir();
  const ca = await makeCertificate(directory);
  const provider = await identityProvider(t);
  const places = { DATABASE_URL: `file:${directory}/ledger.db`, SIGNER_DIR: join(directory, 'signer') };
  const who = ['--label', 'Administrator', '--role', 'admin', '--initiative', '*', '--expires', '1d'];
  const { out } = await runCommand(['token', 'create', ...who], places);
  const lines: { reqId?: string; req?: { remoteAddress: string } }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const config = readConfig({ ...settingsFor(t, provider.issuer), ...places, ...given });
  const app = await openLedgerApp(config, log);
  t.teardown(() => app.close());
  const upstream = await listen(app);
  const port = await start(
    t,
    directory,
    changed(block)
      .replace('127.0.0.1:3000', `127.0.0.1:${upstream}`)
      .replaceAll('/etc/ssl/ledger', directory),
  );
  const name = new URL(String(given['PUBLIC_URL'])).host;
  const send = async (
    options: RequestOptions,
    body?: AsyncIterable<string> | Iterable<string>,
  ): Promise<IncomingMessage> => {
    const sent = request({
      ...{ host: '127.0.0.1', port, ca, servername: name, agent: false, ...options },
      headers: { host: name, ...(options.headers as object) },
    });
    const answer = once(sent, 'response');
    t.teardown(() => sent.destroy());
    if (body) Readable.from(body).pipe(sent);
    else sent.end();
    const [response] = await answer;
    return response;
  };
  const ask = async (options: RequestOptions, body?: AsyncIterable<string> | Iterable<string>) => {
    const response = await send(options, body);
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  };
  return { token: out.trim(), send, ask, lines };
}

test('the document has the block and its settings', (t) => {
  t.ok(nginx !== undefined || !process.env['CI'], 'nginx is there where tests must not be left out');
  t.match(proxies['nginx']?.block, /^server \{\n.*proxy_pass http:\/\/127\.0\.0\.1:3000;/s);
  t.match(proxies['Caddy']?.block, /^ledger\.example\.org \{\n.*reverse_proxy 127\.0\.0\.1:3000/s);
  t.same([Object.keys(atRoot), Object.keys(belowPath)], [['PUBLIC_URL', 'TRUST_PROXY'], ['PUBLIC_URL']]);
  t.end();
});

for (const [name, proxy] of Object.entries(proxies)) {
  const options = { skip: proxy.skip };
  test(
    `behind ${name}, as the document has it, a ledger is recorded in, streamed and imported into`,
    options,
    async (t) => {
      const { token, ask, send, lines } = await behind(proxy, t, atRoot);
      const authorization = `Bearer ${token}`;
      const json = { authorization, 'content-type': 'application/json' };
      const post = (path: string, body: object, headers: object = {}) =>
        ask({ method: 'POST', path, headers: { ...json, ...headers } }, [JSON.stringify(body)]);
      const registered = await post('/v1/initiatives/sci/events', {
        type: 'InitiativeRegistered',
        data: { name: 'SCI' },
      });
      t.equal(registered.status, 201, registered.body);
      t.equal(registered.headers['strict-transport-security'], 'max-age=31536000');

      const stream = await send({ path: '/v1/events/stream?initiativeId=sci', headers: { authorization } });
      const read = stream.setEncoding('utf8')[Symbol.asyncIterator]();
      let arrived = '';
      const untilIn = async (part: string): Promise<void> => {
        while (!arrived.includes(part)) {
          const { done, value } = await read.next();
          if (done) throw new Error(`The stream ended without ${part}.`);
          arrived += value;
        }
      };
      await untilIn('InitiativeRegistered');
      t.notMatch(arrived, 'MoUSigned');
      await post('/v1/initiatives/sci/events', { type: 'MoUSigned', occurredOn: '2023' });
      await untilIn('MoUSigned');
      t.notOk(stream.complete, 'the event arrived while the stream goes on');

      const quote = 'x'.repeat(8_000);
      const count = 2_600;
      const fileOf = async function* (): AsyncGenerator<string> {
        for (let i = 0; i < count; i++) {
          // Half of the file is sent, and recorded before the rest is sent: the proxy does not wait for the end.
          if (i === count / 2) await untilIn('MoU 0');
          const sources = [{ publisher: 'An office', quote: `${i} ${quote}` }];
          yield `${JSON.stringify({ type: 'MoUSigned', occurredOn: '2024', data: { title: `MoU ${i}` }, sources })}\n`;
        }
      };
      const imported = await ask(
        {
          method: 'POST',
          path: '/v1/initiatives/sci/import',
          headers: { authorization, 'content-type': 'application/x-ndjson' },
        },
        fileOf(),
      );
      t.equal(imported.status, 200, imported.body);
      t.match(JSON.parse(imported.body), { recorded: count });
      stream.destroy();
      const exported = await ask({ path: '/v1/export?initiativeId=sci', headers: { authorization } });
      t.ok(exported.body.length > 20_000_000, `${exported.body.length} bytes were exported`);

      for (let i = 0; i < 30; i++) {
        const tooLarge = await post('/v1/initiatives/sci/events', { data: 'x'.repeat(2_000_000) });
        t.match(tooLarge.body, '"code":"body-too-large"', 'the service says so, not the proxy');
      }
      const long = await ask({ path: '/v1/me', headers: { authorization: `Bearer ${'x'.repeat(12_000)}` } });
      t.equal(JSON.parse(long.body).code, 'unauthenticated', 'a long token reaches it');
      t.equal((await ask({ path: '/v1/summary' })).status, 401);
      t.equal(
        JSON.parse((await ask({ path: '/livez', headers: { host: 'evil.example' } })).body).code,
        'host-not-allowed',
      );
      t.ok(lines.length > 8, 'the service logs each request');
    },
  );

  test(
    `the service sees who asks ${name}, and believes nothing that they say of themselves`,
    options,
    async (t) => {
      const { ask, lines } = await behind(proxy, t, atRoot);
      const addressOf = async (path: string, localAddress: string, headers: Record<string, string> = {}) => {
        const answer = await ask({ path, localAddress, headers });
        const line = () => lines.find(({ reqId }) => reqId === answer.headers['x-request-id']);
        await until(() => line() !== undefined);
        return line()?.req?.remoteAddress;
      };
      t.equal(await addressOf('/v1/one', '127.0.0.5'), '127.0.0.5');
      const claimed = '198.51.100.7';
      const tries = [
        ['x-forwarded-for', claimed],
        ['x-forwarded-for', `127.0.0.1, ${claimed}`],
        ['x-forwarded-for', '127.0.0.1'],
        ['forwarded', `for=${claimed}`],
        ['x-real-ip', claimed],
      ] as const;
      for (const [i, [name, value]] of tries.entries())
        t.equal(
          await addressOf(`/v1/try-${i}`, '127.0.0.6', { [name]: value }),
          '127.0.0.6',
          `${name}: ${value}`,
        );
      const named = await ask({
        path: '/livez',
        headers: { host: 'evil.example', 'x-forwarded-host': host },
      });
      t.equal(named.status, 403, 'nor by which name they ask');
      t.equal((await ask({ path: '/livez', headers: { 'x-forwarded-host': 'evil.example' } })).status, 200);
    },
  );

  test(
    `a login behind ${name} leads to the provider, and is told to come back to PUBLIC_URL`,
    options,
    async (t) => {
      const { ask } = await behind(proxy, t, atRoot);
      const { status, headers } = await ask({ path: '/login?return=/docs' });
      t.equal(status, 302);
      const { searchParams } = new URL(String(headers.location));
      t.equal(searchParams.get('redirect_uri'), `https://${host}/login/callback`);
      t.match(headers['set-cookie'], [/^__Host-ledger-login=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/]);
    },
  );

  test(`below a path behind ${name}, with the change that the document names`, options, async (t) => {
    const [, from = '', to = ''] = changes.find(([, from = '']) => proxy.block.includes(from)) ?? [];
    t.not(from, '', 'the document names it');
    const { token, ask } = await behind(proxy, t, { ...atRoot, ...belowPath }, (b) => b.replace(from, to));
    const headers = { authorization: `Bearer ${token}` };
    const get = (path: string) => ask({ path, headers });
    t.equal((await get('/ledger/v1/me')).status, 200);
    t.match(
      await get('/v1/me'),
      { status: proxy.beside, body: /^(?!.*principal-1)/s },
      'there is nothing beside it',
    );
    const page = await get('/ledger/docs');
    t.match(page.body, 'href="/ledger/docs/static/');
    t.equal((await get('/ledger/docs/static/swagger-ui.css')).status, 200);
    const { headers: first } = await get('/ledger/v1/events?limit=1&order=asc');
    t.equal(first.link, undefined, 'there is one event');
    const problem = JSON.parse((await get('/ledger/v1/initiatives/a%2Fb%20c/nope')).body);
    t.same(
      [problem.type, problem.detail],
      ['/ledger/problems/not-found', 'Nothing is served at /ledger/v1/initiatives/a%2Fb%20c/nope.'],
    );
    t.equal((await get(problem.type)).status, 200);
    const begun = await ask({ path: '/ledger/login' });
    const { searchParams } = new URL(String(begun.headers.location));
    t.equal(searchParams.get('redirect_uri'), 'https://office.example.org/ledger/login/callback');
    t.match(begun.headers['set-cookie'], [
      /^__Secure-ledger-login=.*; Path=\/ledger; HttpOnly; Secure; SameSite=Lax$/,
    ]);
  });
}
