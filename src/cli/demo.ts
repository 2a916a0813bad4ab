import type { Command } from 'commander';
import { type Client, ProblemError } from '../client/client.ts';
import { environmentHelp, readConfig } from '../config.ts';
import { type Moments, reportBasis, reportMoments, reportPresent } from './demo/report.ts';
import { type DemoInitiative, readShenzhen } from './demo/requests.ts';
import { CouldNotRun, say } from './outcome.ts';
import { answering, serviceOf, urlOption } from './service.ts';

export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('record a real initiative into a running ledger and print what comes of it')
    .addOption(urlOption())
    .addHelpText('after', environmentHelp())
    .action(({ url }: { url?: string }) =>
      answering(serviceOf(readConfig(), url), (client) => demo(client, say)),
    );
}

/**
 * Records the initiative over HTTP and says line by line what it finds. Each request is recorded all or nothing, and a
 * request that the log has is not sent again, so the demo may be interrupted and repeated at any time.
 * Throws what the client throws, and CouldNotRun if the token gives no right in the initiative.
 */
export async function demo(client: Client, say: (line: string) => void): Promise<void> {
  const shenzhen = await readShenzhen();
  const done = await recordMissing(client, shenzhen);
  say(`Singapore-China (Shenzhen) Smart City Initiative, at ${client.url}`);
  say(done);
  const moments = await momentsOf(client, shenzhen.initiativeId);
  await reportPresent(client, { initiativeId: shenzhen.initiativeId }, say);
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
    const receipt = await client.record(initiativeId, { events: posted }, { key }).catch((error) => {
      // The first request registers the initiative, so only whoever may not read it is told that it is not there.
      if (!isNotThere(error)) throw error;
      throw new CouldNotRun(
        `The token in LEDGER_TOKEN gives no right in ${initiativeId}. The demo needs one with the role admin there.`,
      );
    });
    if (receipt.replayed) continue;
    events += receipt.recorded.length;
    sent += 1;
  }
  return events === 0
    ? `Nothing to record: the ledger has all ${requests.length} requests already.`
    : `Recorded ${events} events in ${sent} requests.`;
}

/** The last position of each request that the log has, by its key. */
async function momentsOf(client: Client, initiativeId: string): Promise<Moments> {
  const moments = new Map<string, number>();
  try {
    const path = '/v1/initiatives/{initiativeId}/events';
    for await (const { position, event } of client.list(path, { initiativeId, order: 'asc', limit: 1000 })) {
      if (event.correlationId !== undefined) moments.set(event.correlationId, position);
    }
  } catch (error) {
    if (!isNotThere(error)) throw error;
  }
  return moments;
}

const isNotThere = (error: unknown): boolean =>
  error instanceof ProblemError && error.code === 'initiative-not-found';
