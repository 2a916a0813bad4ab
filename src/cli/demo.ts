import { type Command, InvalidArgumentError } from 'commander';
import { readConfig } from '../config.ts';
import { Client, Refused } from './demo/client.ts';
import { type Moments, reportBasis, reportMoments, reportPresent } from './demo/report.ts';
import { type DemoInitiative, readShenzhen } from './demo/requests.ts';
import { serviceUrl } from './service-url.ts';

export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('record a real initiative into a running ledger and print what comes of it')
    .option(
      '--url <url>',
      'where the ledger answers (default: as the service of DATABASE_URL says, else at HOST and PORT)',
      webUrl,
    )
    .action(async ({ url }: { url?: string }) => {
      try {
        await demo(url ?? serviceUrl(readConfig()), (line) => process.stdout.write(`${line}\n`));
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
 * Throws Refused if the ledger refuses a request, CouldNotRun if no ledger answers.
 */
export async function demo(url: string, say: (line: string) => void): Promise<void> {
  const client = new Client(url);
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
    const recorded = await client.record(initiativeId, key, { events: posted });
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

function webUrl(text: string): string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError('It must be an http or https URL.');
  }
  return text;
}
