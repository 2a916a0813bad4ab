import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { atMost, fixed, median, percent, printTable, ratioOf, verdict, whole } from './figures.ts';
import { inTurns } from './in-turns.ts';
import { measure } from './load.ts';
import type { Options } from './main.ts';
import { initiative, initiativeId, milestone, postRequests } from './samples.ts';
import { post, type Server, startServer, temporaryDirectory } from './servers.ts';

const connectionCounts = [1, 64];
const ratioMin = 0.95;
const initiatives = 5_000;
const readable = 2_500;
const summaryMsMax = 50;

/** What does it cost that whoever posts has to be known, and that a reader sees only some initiatives? */
export async function benchAccess(options: Options): Promise<void> {
  console.log(`
Posting one MoUSigned a request to a ledger that is open, and to one that has principals, with a token; both count towards no limit
that is reached.`);
  const directories = { open: temporaryDirectory(), token: temporaryDirectory() };
  const servers = {
    open: await startServer('sqlite', directories.open),
    token: await startServer('closed', directories.token),
  };
  const token = readFileSync(join(directories.token, 'token'), 'utf8');
  await post(servers.open.port, initiativeId, initiative);
  await post(servers.token.port, initiativeId, initiative, token);
  await comparePosts(servers, token, options);
  await servers.open.stop();
  await timeSummary(servers.token.port, token);
  await servers.token.stop();
}

async function comparePosts(
  servers: { open: Server; token: Server },
  token: string,
  { rounds, seconds }: Options,
): Promise<void> {
  const requests = {
    open: postRequests(servers.open.port),
    token: postRequests(servers.token.port, initiativeId, token),
  };
  const rows: string[][] = [];
  for (const connections of connectionCounts) {
    const measured = await inTurns(['open', 'token'], rounds, async (side) => {
      const { port, ask } = servers[side];
      await ask('usage');
      const load = { port, connections, seconds, rampSeconds: 0.3, next: requests[side].next, status: 201 };
      const round = await measure(load);
      const { busy = 0 } = await ask('usage');
      return { ...round, serverBusy: busy };
    });
    const { ratio, range } = ratioOf(
      measured.token.map(({ perSecond }) => perSecond),
      measured.open.map(({ perSecond }) => perSecond),
    );
    rows.push([
      `${connections}`,
      ...[measured.open, measured.token].flatMap((series) => [
        whole(median(series.map(({ perSecond }) => perSecond))),
        fixed(median(series.map(({ p99Ms }) => p99Ms))),
        percent(median(series.map(({ serverBusy }) => serverBusy))),
      ]),
      fixed(ratio),
      range,
      verdict(ratio, ratioMin),
    ]);
  }
  printTable(
    [
      'connections',
      ...['open', 'token'].flatMap((name) => [`${name} req/s`, 'p99 ms', 'busy']),
      'ratio',
      'rounds',
      'target',
    ],
    rows,
  );
}

/** Each summary follows a post, so that none is a kept answer. */
async function timeSummary(port: number, token: string): Promise<void> {
  const ids = Array.from({ length: initiatives }, (_, i) => `initiative-${i}`);
  for (let first = 0; first < ids.length; first += 50)
    await Promise.all(ids.slice(first, first + 50).map((id) => post(port, id, initiative, token)));
  for (let first = 0; first < ids.length; first += 50)
    await Promise.all(
      ids.slice(first, first + 50).map((id, i) => post(port, id, milestone(first + i), token)),
    );
  const ask = async (path: string, body: object): Promise<{ [name: string]: string }> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (answer.status !== 201) throw new Error(`${path} was answered with ${answer.status}`);
    return (await answer.json()) as { [name: string]: string };
  };
  const grants = ids.slice(0, readable).map((id) => ({ role: 'reader', initiativeId: id }));
  const { principalId } = await ask('/v1/principals', {
    label: 'A reader',
    grants,
    reason: { code: 'other', text: 'To measure.' },
  });
  const reader = await ask('/v1/tokens', { principalId, label: 'A reader', expires: '1d' });
  const times: number[] = [];
  for (let i = 0; i < 31; i++) {
    await post(port, `initiative-${i * 100}`, milestone(initiatives + i), token);
    const start = performance.now();
    const answer = await fetch(`http://127.0.0.1:${port}/v1/summary`, {
      headers: { authorization: `Bearer ${reader['token']}` },
    });
    const { covers } = (await answer.json()) as { covers?: string };
    times.push(performance.now() - start);
    if (answer.status !== 200 || covers !== 'readable') throw new Error(`answered with ${answer.status}`);
  }
  const [first = 0, ...others] = times;
  console.log(
    `/v1/summary for a reader of ${whole(readable)} of ${whole(initiatives)} initiatives, after each of ${others.length} posts: median ${fixed(median(others))} ms (${atMost(median(others), summaryMsMax)}), at most ${fixed(Math.max(...others))} ms; the first one of all ${fixed(first)} ms.`,
  );
}
