import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { printTable, quantile, whole } from '../bench/figures.ts';
import type { Officer } from './officer.ts';
import { firstAnswersMs, sumOf } from './outcome.ts';
import { failOver, type Outcome } from './run.ts';

/*
 * `npm run failover`: what `failover.test.ts` does, for longer and with clients that wait as long as they are told to.
 */

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '64' },
    seconds: { type: 'string', default: '30' },
    down: { type: 'string', default: '10' },
  },
});
const [clients, seconds, down] = [Number(values.clients), Number(values.seconds), Number(values.down)];
if (!(clients >= 1 && seconds > 0 && down >= 0)) {
  console.error('usage: npm run failover -- [--clients N] [--seconds N] [--down N]');
  process.exit(2);
}
console.log(`${clients} clients post one request after the other, and each again with its key until it is acknowledged, after as long as
Retry-After says. One instance, two servers: ${seconds} s with both; kill -9 of all processes of the primary; ${down} s without; the
standby is promoted; ${seconds} s later the old primary is rewound and waited for again; ${seconds} s with both.`);

const ends: (() => unknown)[] = [];
try {
  print(
    await failOver(
      { teardown: (end) => ends.unshift(end) },
      {
        clients,
        patience: { answerMs: 30_000, pauseMs: 1_000, retryAfterShare: 1 },
        lasts: (stage) => pause((stage === 'no primary' ? down : seconds) * 1_000),
      },
    ),
  );
} finally {
  for (const end of ends) await end();
}

function print(outcome: Outcome): void {
  const { officers, killedMs, promotedMs, rejoinedMs, readiness } = outcome;
  const acknowledged = officers.flatMap((officer) => officer.acknowledged);
  const took = acknowledged.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  const firsts = firstAnswersMs(outcome);
  const again = (what: keyof Officer['again']): number => sumOf(officers, (officer) => officer.again[what]);
  printTable(
    ['what', 'figure'],
    [
      ['events acknowledged, each found once at its position, on both servers', whole(acknowledged.length)],
      ['requests sent again', whole(again('sent'))],
      ['of these, refused with 503', whole(again('refused'))],
      ['of these, recorded before', whole(again('replayed'))],
      ['ms without a primary', whole(promotedMs - killedMs)],
      ['ms from the promotion until a client was acknowledged', whole(firsts[0] ?? Infinity)],
      [
        'ms from the promotion until every client was acknowledged (<= 10,000)',
        whole(firsts.at(-1) ?? Infinity),
      ],
      ['ms from the promotion until the old primary was waited for again', whole(rejoinedMs - promotedMs)],
      ['ms of a request, median', whole(quantile(took, 0.5))],
      ['ms of a request, longest', whole(took.at(-1) ?? 0)],
      ['/readyz with both, none, the new primary, both again', Object.values(readiness).join(', ')],
    ],
    1,
  );
}
