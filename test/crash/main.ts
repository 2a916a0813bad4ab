import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fixed, whole } from '../bench/figures.ts';
import type { Check } from '../kills/checks.ts';
import { failures, runFailures } from './failures.ts';
import { runCrashes } from './run.ts';

/*
 * `npm run crash`: a service on a SQLite file, under load, is killed at random moments and started again, and so are commands at
 * work; with --disk, the disk fails instead. After each time all promises are checked. Ends with 1 where any check fails. The seed
 * determines what is posted and when it is killed.
 */

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    clients: { type: 'string', default: '16' },
    seed: { type: 'string', default: randomBytes(4).toString('hex') },
    disk: { type: 'string' },
  },
});
const { seed, disk } = values;
const [rounds, clients] = [Number(values.rounds ?? (disk === undefined ? 200 : 50)), Number(values.clients)];
const chosen = failures.filter((failure) => disk === 'any' || disk === failure);
const isUsable = [rounds, clients].every((value) => Number.isInteger(value) && value >= 1);
if (!isUsable || (disk !== undefined && chosen.length === 0)) {
  console.error(
    `usage: npm run crash -- [--rounds N] [--clients N] [--seed TEXT] [--disk any|${failures.join('|')}]`,
  );
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
const t = { teardown: (end: () => unknown) => void ends.unshift(end) };
let lastMs = performance.now();
const options = {
  ...{ rounds, clients, seed, loadMs: 1_200 },
  told(round: number, what: string, checks: Check[]) {
    const wrong = checks.filter((check) => check.wrong.length > 0).map(({ name }) => name);
    const seconds = (performance.now() - lastMs) / 1_000;
    lastMs += seconds * 1_000;
    console.log(
      `round ${round}: ${fixed(seconds, 1)} s, ${what}: ${wrong.length === 0 ? 'all holds' : `FAILS: ${wrong.join('; ')}`}`,
    );
    for (const { wrong } of checks)
      for (const what of wrong.slice(0, 5)) console.log(`  ${what.slice(0, 500)}`);
  },
};

console.log(
  `${rounds} rounds of ${disk === undefined ? 'kill -9' : chosen.join(', ')}, ${clients} clients, --seed ${seed}`,
);
process.exit((await (disk === undefined ? crash() : fail())) ? 0 : 1);

async function crash(): Promise<boolean> {
  const { kills, whileStarting, figures } = await runCrashes(t, options);
  const verdict = figures.print([
    ...[...kills].map(([kind, { kills, hits }]): [string, string] => [
      `kill -9 during ${kind}`,
      `${whole(kills)}, ${whole(hits)} hit it`,
    ]),
    ['kill -9 of a service that starts', whole(whileStarting)],
  ]);
  const all = rounds + whileStarting;
  console.log(`crash: ${rounds} rounds, ${all} kills, ${figures.events} events, ${verdict} (--seed ${seed})`);
  return figures.checks.every(({ wrong }) => wrong.length === 0);
}

async function fail(): Promise<boolean> {
  const failed = await runFailures(t, { ...options, failures: chosen });
  if (typeof failed === 'string') {
    console.error(failed);
    return false;
  }
  const { hits, figures } = failed;
  const verdict = figures.print(
    [...hits].sort().map(([what, count]): [string, string] => [what, whole(count)]),
  );
  console.log(
    `crash: ${rounds} rounds of a failing disk, ${figures.events} events, ${verdict} (--seed ${seed})`,
  );
  return figures.checks.every(({ wrong }) => wrong.length === 0);
}
