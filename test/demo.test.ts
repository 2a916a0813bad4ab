import type { AddressInfo } from 'node:net';
import { test } from 'tap';
import { readShenzhen } from '../src/cli/demo/requests.ts';
import { demo } from '../src/cli/demo.ts';
import { CouldNotRun } from '../src/cli/outcome.ts';
import { asking, clientOf, namedService } from '../src/cli/service.ts';
import { buildLedger } from './helpers/ledger.ts';

const shenzhen = await readShenzhen();

test('the demo records a real initiative once, and finds the same every time', async (t) => {
  const app = await buildLedger(t);
  await app.listen({ host: '127.0.0.1', port: 0 });
  // Listening on a port, so its address is no path of a socket.
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const run = async (): Promise<string[]> => {
    const lines: string[] = [];
    const service = namedService({ LEDGER_URL: `${url}/`, LEDGER_TOKEN: '' });
    if (service) await demo(clientOf(service), (line) => lines.push(line));
    return lines;
  };

  const first = await run();
  const text = first.join('\n');
  t.match(text, /^Recorded \d+ events in 10 requests\.$/m);
  t.match(text, /^ {2}MoUs +29 +7 +28 +1$/m);
  t.match(text, /^ {2}projects +29 +15 +29 +0$/m);
  t.match(text, /^ {2}jic-4 +2023-12-14 +8 +0 +28 +14 +6 +29 +counted +partial$/m);
  t.match(text, /MoUs at meetings +29 +28 +-1 +short$/m);
  t.match(text, /projects in all +43 +29 +-14 +short +\+14\/\+14$/m);
  t.match(text, /^ {2}before +\d+ +28 +28 +29$/m);
  t.match(text, /^ {2}the founding MoU +\d+ +29 +28 +29$/m);
  t.match(text, /^ {2}reclassified as MoUs +\d+ +33 +32 +25$/m);
  t.match(text, /^ {2}and back +\d+ +29 +28 +29$/m);
  t.match(text, /gives no day +\d+ +2023-12 +1$/m);
  t.match(text, /later source +\d+ +2023-12-14 +2$/m);
  t.match(text, /^ {2}tree size \d+, root hash [0-9a-f]{64}$/m);
  for (const line of first) t.ok(line.length <= 102, line);

  const second = await run();
  t.equal(second[1], 'Nothing to record: the ledger has all 10 requests already.');
  t.same(second.slice(2), first.slice(2), 'the same findings on the same basis');
});

test('a demo that was broken off is completed by the next', async (t) => {
  const app = await buildLedger(t);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const client = clientOf({ url, token: '' });
  for (const request of shenzhen.requests.slice(0, 5)) {
    t.ok(await client.record(shenzhen.initiativeId, { events: request.events }, { key: request.key }));
  }
  const lines: string[] = [];
  await demo(client, (line) => lines.push(line));
  t.match(lines[1], /^Recorded \d+ events in 5 requests\.$/);
});

test('the demo says in one line that no ledger answers', async (t) => {
  await t.rejects(
    asking({ url: 'http://127.0.0.1:1', token: '' }, (client) => demo(client, () => {})),
    { name: CouldNotRun.name, message: /^No ledger answers at http:\/\/127\.0\.0\.1:1 \(.+\)\. Start one/ },
  );
});

test('the demo says what answers in place of a ledger', async (t) => {
  const app = await buildLedger(t);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/elsewhere`;
  await t.rejects(
    asking({ url, token: '' }, (client) => demo(client, () => {})),
    { name: CouldNotRun.name, message: /is not a Milestone Ledger: GET .+: 404 not-found: / },
  );
});

test('the demo says what the ledger refuses', async (t) => {
  const app = await buildLedger(t);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const taken = { type: 'InitiativeRegistered', data: { name: 'Entered by hand' } } as const;
  await clientOf({ url, token: '' }).record(shenzhen.initiativeId, taken);
  await t.rejects(
    asking({ url, token: '' }, (client) => demo(client, () => {})),
    { name: 'ProblemError', problem: { code: 'record-exists' } },
  );
});
