import { type Command, InvalidArgumentError } from 'commander';
import { Client, Refused } from './demo/client.ts';
import { type Moments, reportBasis, reportMoments, reportPresent } from './demo/report.ts';
import { bodyOf, type RealInitiative } from './demo/requests.ts';
import { shenzhen } from './demo/shenzhen.ts';

export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('record a real initiative into a running ledger and show what comes of it')
    .option('--url <url>', 'where the ledger answers', webUrl, 'http://127.0.0.1:3000')
    .action(async ({ url }: { url: string }) => {
      try {
        await demo(url, (line) => process.stdout.write(`${line}\n`));
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        process.stderr.write(`milestone-ledger: the ledger refused: ${error.message}\n`);
        process.exitCode = 1;
      }
    });
}

/**
 * A client over HTTP, which says what it finds line by line. Each request is recorded all or nothing, and one that
 * the log has already is not sent again, so that it may be broken off and repeated at any time.
 * Throws Refused if the ledger says no, CouldNotRun if none answers.
 */
export async function demo(url: string, say: (line: string) => void): Promise<void> {
  const client = new Client(url);
  const done = await recordMissing(client, shenzhen);
  say(`Singapore-China (Shenzhen) Smart City Initiative, at ${client.url}`);
  say(done);
  const moments = await momentsOf(client, shenzhen.initiativeId);
  await reportPresent(client, shenzhen.initiativeId, say);
  await reportMoments(client, shenzhen.initiativeId, moments, say);
  await reportBasis(client, shenzhen.initiativeId, moments, say);
}

async function recordMissing(client: Client, { initiativeId, requests }: RealInitiative): Promise<string> {
  const moments = await momentsOf(client, initiativeId);
  let events = 0;
  let sent = 0;
  for (const request of requests) {
    // The log, as a key lives for days only: after that, what is no conflict would be recorded once more.
    if (moments.has(request.key)) continue;
    // The key, as another demo may be running.
    const recorded = await client.record(initiativeId, request.key, bodyOf(request));
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

/** The last position of each request that the log has, by the key that its events carry. */
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
