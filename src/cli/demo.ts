import type { Command } from 'commander';
import { environmentHelp, readConfig } from '../config.ts';
import { Client, Refused } from './demo/client.ts';
import { type Moments, reportBasis, reportMoments, reportPresent } from './demo/report.ts';
import { type DemoInitiative, readShenzhen } from './demo/requests.ts';
import { CouldNotRun } from './outcome.ts';
import { type Service, serviceOf, urlOption } from './service.ts';

export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('record a real initiative into a running ledger and print what comes of it')
    .addOption(urlOption())
    .addHelpText('after', environmentHelp())
    .action(async ({ url }: { url?: string }) => {
      try {
        await demo(serviceOf(readConfig(), url), (line) => process.stdout.write(`${line}\n`));
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        process.stderr.write(`milestone-ledger: the ledger refused: ${error.message}\n`);
        process.exitCode = 1;
      }
    });
}

/**
 * Records the initiative over HTTP and says line by line what it finds. Each request is recorded all or nothing, and a
 * request that the log has is not sent again, so the demo may be interrupted and repeated at any time.
 * Throws Refused if the ledger refuses a request, CouldNotRun if no ledger answers or the token gives too little.
 */
export async function demo(service: Service, say: (line: string) => void): Promise<void> {
  const client = new Client(service);
  const shenzhen = await readShenzhen();
  const done = await recordMissing(client, shenzhen);
  say(`Singapore-China (Shenzhen) Smart City Initiative, at ${client.url}`);
  say(done);
  const moments = await momentsOf(client, shenzhen.initiativeId);
  await reportPresent(client, shenzhen.initiativeId, say);
  await reportMoments(client, shenzhen.initiativeId, moments, say);
  await reportBasis(client, shenzhen.initiativeId, moments, say);
}

async function recordMissing(client: Client, { initiativeId, requests }: DemoInitiative): Promise<string> {
  const moments = await momentsOf(client, initiativeId);
  let events = 0;
  let sent = 0;
  for (const { key, events: posted } of requests) {
    // The ledger keeps an Idempotency-Key for days only. The log says for ever what it has.
    if (moments.has(key)) continue;
    // The key keeps another demo, which may run at the same time, from recording the request twice.
    const recorded = await client.record(initiativeId, key, { events: posted }).catch((error) => {
      // The first request registers the initiative, so only whoever may not read it is told that it is not there.
      if (!(error instanceof Refused) || error.code !== 'initiative-not-found') throw error;
      throw new CouldNotRun(
        `The token in LEDGER_TOKEN gives no right in ${initiativeId}. The demo needs one with the role admin there.`,
      );
    });
    events += recorded;
    if (recorded > 0) sent += 1;
  }
  return events === 0
    ? `Nothing to record: the ledger has all ${requests.length} requests already.`
    : `Recorded ${events} events in ${sent} requests.`;
}

interface Logged {
  position: number;
  event: { correlationId?: string };
}

/** The last position of each request that the log has, by its key. */
async function momentsOf(client: Client, initiativeId: string): Promise<Moments> {
  const moments = new Map<string, number>();
  try {
    const path = `/v1/initiatives/${initiativeId}/events?order=asc&limit=1000`;
    for (const { position, event } of await client.list<Logged>(path)) {
      if (event.correlationId !== undefined) moments.set(event.correlationId, position);
    }
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'initiative-not-found') throw error;
  }
  return moments;
}
