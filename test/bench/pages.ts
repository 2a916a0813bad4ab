import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { atMost, fixed, median, printTable, ratioOf, whole } from './figures.ts';
import { inTurns } from './in-turns.ts';
import type { Options } from './main.ts';
import { initiative, milestone } from './samples.ts';
import { post, startServer, temporaryDirectory } from './servers.ts';

const sizes = [1_000, 10_000];
const meetings = 20;
const ratioMax = 1.5;
const bytesMax = 150_000;
const paintMsMax = 200;
const browser = '/usr/bin/chromium';

/** What does a page cost beside the answers that it is computed from? */
export async function benchPages({ rounds }: Options): Promise<void> {
  console.log(`
The page of an initiative against the answers of the API that it shows, one after the other over one connection. Each is asked as of
another position, so that neither is a kept answer. Milliseconds of the server's answers, medians.`);
  const server = await startServer('sqlite', temporaryDirectory());
  const origin = `http://127.0.0.1:${server.port}`;
  const rows: string[][] = [];
  for (const size of sizes) {
    const id = `initiative-${size}`;
    const end = await fill(server.port, id, size);
    let asked = 0;
    const timed = async (paths: readonly string[]): Promise<{ ms: number; bytes: number }> => {
      // Within the last thousand, which hold nearly as many.
      const asOf = `asOfPosition=${end - (asked++ % 500)}`;
      const start = performance.now();
      let bytes = 0;
      for (const path of paths) {
        const answer = await fetch(`${origin}${path}${path.includes('?') ? '&' : '?'}${asOf}`);
        if (answer.status !== 200) throw new Error(`${path} was answered with ${answer.status}`);
        bytes += (await answer.arrayBuffer()).byteLength;
      }
      return { ms: performance.now() - start, bytes };
    };
    // Of the smaller one each page, of the larger one that of the initiative.
    const pages = Object.entries(answersOf(id)).slice(0, size === sizes[0] ? undefined : 1);
    for (const [page, answers] of pages) {
      const sides = { page: [page], answers };
      const measured = await inTurns(['page', 'answers'] as const, Math.max(rounds, 5) * 8, (side) =>
        timed(sides[side]),
      );
      const times = (side: 'page' | 'answers') => measured[side].map(({ ms }) => ms);
      const { ratio } = ratioOf(times('page'), times('answers'));
      const bytes = Math.max(...measured.page.map((one) => one.bytes));
      rows.push([
        page.replace(`/initiatives/${id}`, '…') || '/',
        whole(size),
        fixed(median(times('page'))),
        fixed(median(times('answers'))),
        fixed(ratio),
        atMost(ratio, ratioMax),
        `${whole(bytes)} bytes`,
        atMost(bytes, bytesMax),
      ]);
    }
  }
  printTable(['page', 'milestones', 'page ms', 'answers ms', 'ratio', 'target', 'size', 'target'], rows, 1);
  if (existsSync(browser)) {
    const ms = await firstPaint(`${origin}/initiatives/initiative-${sizes.at(-1)}`);
    console.log(
      `First paint in Chromium: ${fixed(ms, 0)} ms (${atMost(ms, paintMsMax)}), the median of seven loads.`,
    );
  } else console.log('First paint: Chromium is not installed.');
  await server.stop();
}

/** Each page, and what it asks of the API. */
function answersOf(id: string): Record<string, string[]> {
  const [path, api] = [`/initiatives/${id}`, `/v1/initiatives/${id}`];
  const meetings = `${api}/meetings?limit=1000`;
  return {
    [path]: [api, meetings, `${api}/mous?named=true&limit=10`, `${api}/projects?named=true&limit=10`],
    [`${path}/mous`]: [`${api}/mous?limit=100&count=true`, api, meetings],
    [`${path}/meetings/meeting-1`]: [`${api}/meetings/meeting-1`, api, meetings],
    [`${path}/records/meeting-1`]: [
      `${api}/records/meeting-1`,
      `${api}/records/${id}`,
      `${api}/records/meeting-1/history?limit=20`,
    ],
    [`${path}/claims`]: [`${api}/claims?count=true`, `${api}/records/${id}`],
    [`${path}/changes`]: [`${api}/records/${id}`, `${api}/changes?limit=50`],
    '/log': ['/v1/events?order=desc&limit=50'],
  };
}

/** Gives the position of the last event. */
async function fill(port: number, id: string, size: number): Promise<number> {
  await post(port, id, initiative);
  const held = Array.from({ length: meetings }, (_, i) => ({
    type: 'MeetingHeld',
    recordId: `meeting-${i}`,
    occurredOn: `${2005 + i}-06-01`,
    data: { series: 'JIC', ordinal: i + 1 },
  }));
  await post(port, id, { events: held });
  const batch = 500;
  for (let first = 0; first < size; first += batch)
    await post(port, id, {
      events: Array.from({ length: batch }, (_, i) => {
        const { data, ...event } = milestone(first + i);
        return { ...event, data: { ...data, meetingId: `meeting-${i % meetings}` } };
      }),
    });
  const answer = await fetch(`http://127.0.0.1:${port}/v1/initiatives/${id}/summary`);
  const { basis } = (await answer.json()) as { basis: { treeSize: number } };
  return basis.treeSize;
}

async function firstPaint(url: string): Promise<number> {
  const process = await chromium.launch({
    executablePath: browser,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  const times: number[] = [];
  for (let i = 0; i < 8; i++) {
    const page = await process.newPage();
    await page.goto(url);
    const ms = await page.evaluate(
      `new Promise((done) => new PerformanceObserver((list) => done(list.getEntries()[0].startTime)).observe({ type: 'paint', buffered: true }))`,
    );
    // The first one starts what renders.
    if (i > 0) times.push(Number(ms));
    await page.close();
  }
  await process.close();
  return median(times);
}
