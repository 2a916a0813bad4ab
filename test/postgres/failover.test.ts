import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'tap';
import type { Officer } from '../failover/officer.ts';
import { failOver } from '../failover/run.ts';
import '../helpers/on-postgres.ts';

const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);
const acknowledgedBy = (officers: Officer[]): number =>
  sum(officers.map(({ acknowledged }) => acknowledged.length));
const repeatedBy = (officers: Officer[]): number => sum(officers.map(({ again }) => again.sent));

/** `npm run failover` does it for longer. */
test('the primary is killed under load and its standby promoted: nothing acknowledged is missing, and posting goes on', async (t) => {
  const clients = 16;
  const { officers, killedMs, promotedMs, rejoinedMs, readiness } = await failOver(t, {
    clients,
    patience: { answerMs: 500, pauseMs: 50, retryAfterShare: 0.02 },
    async lasts(stage, officers) {
      const before = { acknowledged: acknowledgedBy(officers), repeated: repeatedBy(officers) };
      const isOver = () =>
        stage === 'no primary'
          ? repeatedBy(officers) > before.repeated + clients
          : acknowledgedBy(officers) > before.acknowledged + 10 * clients;
      while (!isOver()) await pause(20);
    },
  });
  t.same(readiness, {
    'both servers': 200,
    'no primary': 503,
    'the new primary': 200,
    'both servers again': 200,
  });
  const firsts = officers
    .map(
      ({ acknowledged }) =>
        (acknowledged.find(({ atMs }) => atMs > promotedMs)?.atMs ?? Infinity) - promotedMs,
    )
    .sort((a, b) => a - b);
  t.ok((firsts.at(-1) ?? Infinity) <= 10_000, 'every client has its answer within 10 s of the promotion');
  const [first, last, without, rejoined] = [
    firsts[0],
    firsts.at(-1),
    promotedMs - killedMs,
    rejoinedMs - promotedMs,
  ];
  t.comment(
    `${acknowledgedBy(officers)} events; no primary for ${without} ms; after the promotion the first client is answered in ${first} ms, the last in ${last} ms; the old primary is back after ${rejoined} ms`,
  );
  const again = officers.map(({ again }) => again);
  t.comment(
    `sent again ${sum(again.map(({ sent }) => sent))}, refused ${sum(again.map(({ refused }) => refused))}, recorded before ${sum(again.map(({ replayed }) => replayed))}`,
  );
});
