import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fixed, printTable, whole } from '../bench/figures.ts';
import { measure } from '../bench/load.ts';
import { serveChild } from '../helpers/child.ts';
import { initiative, mou } from '../helpers/decide.ts';
import { type Attack, attacks } from './attacks.ts';
import { crowd } from './crowd.ts';
import { Taken } from './process.ts';

/*
 * `npm run overload`: a service on SQLite is asked for more than it can do, and sent what is made to do harm. Prints what that costs.
 * Ends with 1 where an answer is none that it should be, and with the figures where they are not what they should be.
 */

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '30' }, connections: { type: 'string', default: '640' } },
});
const [seconds, connections] = [Number(values.seconds), Number(values.connections)];
if (![seconds, connections].every((value) => value >= 1)) {
  console.error('usage: npm run overload -- [--seconds N] [--connections N]');
  process.exit(2);
}

const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-overload-'));
const ends: (() => unknown)[] = [() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 })];
process.on('exit', () => {
  for (const end of ends) end();
});
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));
const t = { teardown: (end: () => unknown) => void ends.unshift(end) };

const { child, url } = await serveChild(t, join(directory, 'ledger.db'));
const port = Number(new URL(url).port);
const taken = new Taken(child.pid ?? 0);
const wrong: string[] = [];
const mebibytes = (bytes: number): string => `${whole(bytes / 2 ** 20)} MiB`;

const request = (body: object): string => {
  const text = JSON.stringify(body);
  return `POST /v1/initiatives/sci/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
};
const post = request(mou());
const reads = [
  '/v1/initiatives/sci/summary',
  '/v1/initiatives/sci/mous?limit=100',
  '/v1/events?limit=20',
].map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
await fetch(`${url}/v1/initiatives/sci/events`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(initiative()),
});

/** What it does where it is fastest. */
const calm = (forSeconds: number) =>
  measure({ port, connections: 64, seconds: forSeconds, rampSeconds: 0.2, next: () => post, status: 201 });

const before = await calm(5);
console.log(
  `64 connections: ${whole(before.perSecond)} posts/s, p99 ${fixed(before.p99Ms, 0)} ms, ${mebibytes(taken.peakBytes())}`,
);
const rows: string[][] = [];
for (const [name, pipelined] of [
  ['each waits for its answer', 1],
  ['16 requests at once each', 16],
] as const) {
  let n = 0;
  const { counts, p99Ms, acceptedPerSecond } = await crowd({
    ...{ port, connections, seconds: seconds / 2, pipelined, lazy: 5 },
    next: () => {
      n += 1;
      return n % 4 === 0 ? (reads[(n / 4) % reads.length] ?? post) : post;
    },
  });
  const after = await calm(1);
  rows.push([
    name,
    whole(acceptedPerSecond),
    `${fixed(p99Ms, 0)} ms`,
    mebibytes(taken.peakBytes()),
    `${whole(after.perSecond)}/s`,
    [...counts].map(([status, count]) => `${whole(count)} × ${status}`).join(', '),
  ]);
  for (const status of counts.keys())
    if (!/^(2\d\d|429 too-many-requests|503 overloaded)$/.test(status)) wrong.push(`${name}: ${status}`);
}
printTable(
  [`${connections} connections, ${seconds} s`, 'accepted/s', 'p99', 'memory', 'a second after', 'answers'],
  rows,
  1,
);

const harm: string[][] = [];
for (const [name, { attack, times = 20 }] of Object.entries(attacks)) {
  const { answers, cpuMs } = await suffer(attack, times);
  harm.push([name, [...answers].join('; '), `${fixed(cpuMs / times, 0)} ms`, mebibytes(taken.peakBytes())]);
  // A file with a wrong line is taken, and its report says so.
  for (const answer of answers)
    if (/^(\d+ × )?(200 (?!invalid-body)|201 |500 (?!×))/.test(answer)) wrong.push(`${name}: ${answer}`);
}
printTable(['sent', 'answered', 'CPU each', 'memory'], harm, 2);
const after = await calm(3);
console.log(`\n64 connections again: ${whole(after.perSecond)} posts/s, p99 ${fixed(after.p99Ms, 0)} ms`);
for (const what of wrong) console.log(`WRONG: ${what}`);
console.log(
  `overload: ${wrong.length === 0 ? 'every answer is one that it should be' : `${wrong.length} answers are WRONG`}`,
);
taken.end();
process.exit(wrong.length === 0 ? 0 : 1);

async function suffer(attack: Attack, times: number): Promise<{ answers: Set<string>; cpuMs: number }> {
  const answers = new Set<string>();
  taken.peakBytes();
  const beganMs = taken.cpuMs;
  for (let i = 0; i < times; i++) answers.add(await attack(port));
  return { answers, cpuMs: taken.cpuMs - beganMs };
}
