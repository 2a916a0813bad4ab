import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Asked, requestsOf } from './worst-requests.ts';

/*
 * Asks in a process of its own: `worst-asker.ts PORT SIZE`. Told a question it asks its requests one after the other, for as
 * many milliseconds and until the last one is answered, or for a minute; then it tells what came of them. Requests without end it
 * opens, and holds for as long.
 */

export interface Ask {
  question: string;
  forMs: number;
}

export interface Told {
  answers: number;
  statuses: number[];
  /** The longest time until an answer was there as a whole. */
  longestMs: number;
  /** Requests that were given up, or cut. */
  lost: number;
}

const [port = 0, size = 0] = process.argv.slice(2).map(Number);
/** Each request has a connection of its own: a server that is kept busy for long cuts those that it keeps alive. */
const agent = new Agent();
const patienceMs = 60_000;
const dripMs = 1_000;

/** Resolves with the status when the whole answer is there. A body that drips never ends. */
function answerTo(asked: Asked, signal: AbortSignal, drips = false): Promise<number> {
  const { path, method = 'GET', type, body } = asked;
  return new Promise((resolve, reject) => {
    const length = body === undefined || drips ? {} : { 'content-length': Buffer.byteLength(body) };
    const headers = { ...(type === undefined ? {} : { 'content-type': type }), ...length };
    const one = request({ host: '127.0.0.1', port, path, method, headers, agent, signal });
    const drip = drips ? setInterval(() => one.write('\n'), dripMs) : undefined;
    one.on('error', reject);
    one.on('close', () => clearInterval(drip));
    one.on('response', (response: IncomingMessage) => {
      response.on('error', reject);
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.resume();
    });
    if (drips) one.write(body ?? '');
    else one.end(body);
  });
}

async function askInTurn({ question, forMs }: Ask): Promise<Told> {
  const { atOnce, next } = requestsOf(question, size);
  const signal = AbortSignal.timeout(patienceMs);
  const end = performance.now() + forMs;
  const told: Told = { answers: 0, statuses: [], longestMs: 0, lost: 0 };
  const statuses = new Set<number>();
  const loop = async (): Promise<void> => {
    while (performance.now() < end) {
      const start = performance.now();
      try {
        statuses.add(await answerTo(next(), signal));
        told.answers += 1;
      } catch {
        told.lost += 1;
      }
      told.longestMs = Math.max(told.longestMs, performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
  return { ...told, statuses: [...statuses].sort() };
}

/**
 * Requests that are never answered to their end: they are held open for as long as it takes. Tells when all are open. They end
 * at the pace at which they began, unless they are cut.
 */
async function askAndHold({ question, forMs }: Ask): Promise<Told> {
  const { atOnce, cut, drips, next } = requestsOf(question, size);
  const told: Told = { answers: 0, statuses: [], longestMs: forMs, lost: 0 };
  const held: { end: AbortController; ended: Promise<void> }[] = [];
  for (let i = 0; i < atOnce; i++) {
    const end = new AbortController();
    const ended = answerTo(next(), end.signal, drips).then(
      (status) => void told.statuses.push(status),
      () => {
        if (!end.signal.aborted) told.lost += 1;
      },
    );
    held.push({ end, ended });
    await paced(i);
  }
  await sleep(500);
  process.send?.('open');
  await sleep(forMs);
  told.answers = atOnce - told.lost - told.statuses.length;
  for (const [i, { end }] of held.entries()) {
    end.abort();
    if (!cut) await paced(i);
  }
  await Promise.all(held.map(({ ended }) => ended));
  return { ...told, statuses: [...new Set(told.statuses)] };
}

/** A thousand a second. */
const paced = async (i: number): Promise<void> => (i % 20 === 19 ? sleep(20) : undefined);

async function ask(message: Ask): Promise<Told> {
  return requestsOf(message.question, size).holds ? askAndHold(message) : askInTurn(message);
}

process.on('message', (message: Ask) => void ask(message).then((told) => process.send?.(told)));
process.once('disconnect', () => process.exit());
process.send?.('ready');
