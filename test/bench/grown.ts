import { fixed, median, percent, printTable, ratioOf, verdict, whole } from './figures.ts';
import { inTurns } from './in-turns.ts';
import { copyOf, initiativesOf, randomOf, type Shape, shapes } from './ledgers.ts';
import { type Measured, measure } from './load.ts';
import type { Options } from './main.ts';
import { correctionRequest, postRequests } from './samples.ts';
import { startServer } from './servers.ts';

const base = 10_000;
const connections = 64;
const ratioMin = 0.85;

/** Does an event cost the same at the end of a long log as near its beginning? */
export async function benchGrown({ rounds, seconds, sizes }: Options): Promise<void> {
  console.log(`
Posting one event a request, ${connections} connections, to ledgers of different sizes; each round on a copy of its own, so that a small
one stays small. "corrected": every tenth post corrects an earlier record, as in the ledger itself.`);
  const rows: string[][] = [];
  for (const shape of shapes) {
    for (const size of sizes) {
      const sides = { small: base, large: size };
      const measured = await inTurns(['small', 'large'], rounds, (side) =>
        onFreshCopy(shape, sides[side], seconds),
      );
      const perSecond = (side: keyof typeof sides) => measured[side].map((round) => round.perSecond);
      const p99Ms = (side: keyof typeof sides) => fixed(median(measured[side].map((round) => round.p99Ms)));
      const { ratio, range } = ratioOf(perSecond('large'), perSecond('small'));
      rows.push([
        shape,
        `${whole(base)}..${whole(base + Math.max(...measured.small.map(({ answered }) => answered)))}`,
        whole(median(perSecond('small'))),
        p99Ms('small'),
        whole(size),
        whole(median(perSecond('large'))),
        p99Ms('large'),
        percent(median(measured.large.map(({ busy }) => busy))),
        fixed(ratio),
        range,
        verdict(ratio, ratioMin),
      ]);
    }
  }
  printTable(
    [
      '',
      ...Array(2).fill(['events', 'posts/s', 'p99 ms']).flat(),
      'generator busy',
      'ratio',
      'rounds',
      'target',
    ],
    rows,
    1,
  );
}

async function onFreshCopy(shape: Shape, size: number, seconds: number): Promise<Measured> {
  const server = await startServer('sqlite', await copyOf(shape, size));
  const next = requestsTo(server.port, shape, size);
  const measured = await measure({
    port: server.port,
    connections,
    seconds,
    rampSeconds: 1,
    next,
    status: 201,
  });
  await server.stop();
  return measured;
}

/** Requests to post what the ledger consists of. */
function requestsTo(port: number, shape: Shape, size: number): () => string {
  const random = randomOf(3);
  // In a larger ledger these exist, too.
  const initiatives = initiativesOf(shape, base);
  const posts = new Map([...new Set(initiatives)].map((id) => [id, postRequests(port, id).next]));
  return () => {
    if (shape === 'corrected' && random() < 0.1)
      return correctionRequest(port, 'sci', `record-${Math.floor(random() * size * 0.8)}`, random());
    const next = posts.get(initiatives[Math.floor(random() * initiatives.length)] ?? '');
    if (!next) throw new Error('no initiative');
    return next();
  };
}
