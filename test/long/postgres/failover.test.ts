import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'tap';
import type { Officer } from '../../failover/officer.ts';
import { firstAnswersMs, sumOf } from '../../failover/outcome.ts';
import { failOver } from '../../failover/run.ts';
import '../../helpers/on-postgres.ts';

const acknowledgedBy = (officers: Officer[]): number =>
  sumOf(officers, ({ acknowledged }) => acknowledged.length);
const sentAgainBy = (officers: Officer[]): number => sumOf(officers, ({ again }) => again.sent);

/** `npm run failover` does it for longer. */
test('the primary is killed under load and its standby promoted: nothing acknowledged is missing, and posting goes on', async (t) => {
  const clients = 12;
  const outcome = await failOver(t, {
    clients,
    // So that requests are sent again while the first one is under way still.
    patience: { answerMs: 500, pauseMs: 50, retryAfterShare: 0.02 },
    async lasts(stage, officers) {
      const [acknowledged, again] = [acknowledgedBy(officers), sentAgainBy(officers)];
      const isOver = () =>
        stage === 'no primary'
          ? sentAgainBy(officers) >= again + clients
          : acknowledgedBy(officers) >= acknowledged + 5 * clients;
      while (!isOver()) await pause(20);
    },
  });
  const { officers, killedMs, promotedMs, rejoinedMs, readiness } = outcome;
  t.same(readiness, {
    'both servers': 200,
    'no primary': 503,
    'the new primary': 200,
    'both servers again': 200,
  });
  const firsts = firstAnswersMs(outcome);
  const [first = Infinity] = firsts;
  const last = firsts.at(-1) ?? Infinity;
  t.ok(last <= 10_000, 'every client is answered within 10 s of the promotion');
  const ms = (value: number): string => `${Math.round(value)} ms`;
  t.comment(
    `${acknowledgedBy(officers)} acknowledged, ${sentAgainBy(officers)} sent again, ${sumOf(officers, ({ again }) => again.replayed)} of them recorded before`,
  );
  t.comment(
    `${ms(promotedMs - killedMs)} without a primary; first client after ${ms(first)}, last after ${ms(last)}; old primary back after ${ms(rejoinedMs - promotedMs)}`,
  );
});
