import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { printTable, whole } from '../bench/figures.ts';
import { type Outcome, runCrashes } from './run.ts';

/*
 * `npm run crash`: a service on a SQLite file, under load, is killed at random moments and started again; after each time all
 * promises are checked. Ends with 1 where any check fails. The seed determines what is posted and when it is killed.
 */

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    clients: { type: 'string', default: '16' },
    seed: { type: 'string', default: randomBytes(4).toString('hex') },
  },
});
const [rounds, clients] = [Number(values.rounds), Number(values.clients)];
const { seed } = values;
if (!(Number.isInteger(rounds) && rounds >= 1 && Number.isInteger(clients) && clients >= 1)) {
  console.error('usage: npm run crash -- [--rounds N] [--clients N] [--seed TEXT]');
  process.exit(2);
}

// The service starts often: what was compiled once is not compiled again.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('../../node_modules/.cache/compiled', import.meta.url),
);
const ends: (() => unknown)[] = [];
process.on('exit', () => {
  for (const end of ends) end();
});
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

console.log(`${rounds} rounds of kill -9, ${clients} clients, --seed ${seed}`);
const outcome = await runCrashes(
  { teardown: (end) => void ends.unshift(end) },
  {
    ...{ rounds, clients, seed, loadMs: 1_200 },
    told(round, events, checks) {
      const wrong = checks.filter((check) => check.wrong.length > 0).map(({ name }) => name);
      const result = wrong.length === 0 ? 'all holds' : `FAILS: ${wrong.join('; ')}`;
      console.log(`round ${round}: ${whole(events)} events, ${result}`);
    },
  },
);
print(outcome);
process.exit(outcome.checks.every(({ wrong }) => wrong.length === 0) ? 0 : 1);

function print({ journal, deeds, kills, events, checkpoints, checks }: Outcome): void {
  const { acknowledged, refused, givenUp, retried, recordedBefore, repeated, readsChecked } = journal;
  const figures: [string, string][] = [
    ['kill -9 under load', whole(kills.underLoad)],
    ['kill -9 of a service that starts', whole(kills.whileStarting)],
    ['events in the log', whole(events)],
    ['requests acknowledged', whole(acknowledged.length)],
    ['files imported', whole(deeds.imports.length)],
    ['names erased', whole(deeds.erased.length)],
    ['refused, as the record had moved on', whole(refused.length)],
    ['retried without an answer', whole(retried.unanswered)],
    ['retried after a 503', whole(retried.unavailable)],
    ['found recorded by an earlier attempt', whole(recordedBefore)],
    ['given up without an answer', whole(givenUp.length)],
    ['repeated after the answer', whole(repeated)],
    ['reads compared with what was acknowledged', whole(readsChecked)],
    ['checkpoints kept and verified again', whole(checkpoints)],
  ];
  printTable(['one service on SQLite', ''], figures, 1);
  printTable(
    ['check', ''],
    checks.map(({ name, wrong }) => [name, wrong.length === 0 ? 'holds' : `FAILS (${wrong.length})`]),
    2,
  );
  for (const { name, wrong } of checks) {
    if (wrong.length > 0) console.log(`\n${name}:`);
    for (const what of wrong.slice(0, 20)) console.log(`  ${what.slice(0, 2_000)}`);
  }
  const failing = checks.filter(({ wrong }) => wrong.length > 0).length;
  console.log(
    `crash: ${kills.underLoad} rounds, ${kills.underLoad + kills.whileStarting} kills, ${events} events, ${
      failing === 0 ? 'every check holds' : `${failing} checks FAIL`
    } (--seed ${seed})`,
  );
}
