import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { printTable, whole } from '../bench/figures.ts';
import { startCluster } from '../helpers/postgres.ts';
import { Random } from './random.ts';
import { kinds, type Outcome, runKills } from './run.ts';

/*
 * `npm run kills`: several instances on a PostgreSQL server of their own, under load, while instances and processes of the
 * server are killed at random. Ends with 1 where any check fails.
 */

const { values } = parseArgs({
  options: {
    instances: { type: 'string', default: '2' },
    clients: { type: 'string', default: '64' },
    readers: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: randomBytes(4).toString('hex') },
  },
});
const [instances, clients, readers, seconds] = [
  Number(values.instances),
  Number(values.clients),
  Number(values.readers),
  Number(values.seconds),
] as const;
const { seed } = values;
if (![instances, clients, readers, seconds].every((value) => value >= 1)) {
  console.error(
    'usage: npm run kills -- [--instances N] [--clients N] [--readers N] [--seconds N] [--seed TEXT]',
  );
  process.exit(2);
}

// Instances start often: what was compiled once is not compiled again.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('../../node_modules/.cache/compiled', import.meta.url),
);
const ends: (() => unknown)[] = [];
const t = { teardown: (end: () => unknown) => void ends.unshift(end) };
process.on('exit', () => {
  for (const end of ends) end();
});
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

console.log(
  `${instances} instances, ${clients} clients, ${readers} readers of the stream, ${seconds} s, --seed ${seed}`,
);
// As a server is set by default: tests switch the first two off, as they are quicker without. With the last one it syncs
// its directory before it recovers at once, not file by file.
const cluster = await startCluster(['fsync=on', 'full_page_writes=on', 'recovery_init_sync_method=syncfs']);
const random = new Random(`${seed} times`);
let endMs: number | undefined;
const outcome = await runKills(t, cluster, {
  instances,
  clients,
  readers,
  seed,
  async nextKill(journal) {
    endMs ??= performance.now() + seconds * 1_000;
    // Whatever is killed next has work under way.
    await journal.more(1);
    await pause(Math.max(0, Math.min(random.below(3_000), endMs - performance.now())));
    return performance.now() < endMs ? random.pick(kinds) : undefined;
  },
});
print(outcome);
await cluster.end();
process.exit(outcome.checks.every(({ wrong }) => wrong.length === 0) ? 0 : 1);

function print({ journal, kills, events, streams, startsInVain, recoveryMs, checks }: Outcome): void {
  const {
    acknowledged,
    refused,
    givenUp,
    retried,
    recordedBefore,
    repeated,
    readsChecked,
    longestSilenceMs,
  } = journal;
  const figures: [string, string][] = [
    ['requests acknowledged', whole(acknowledged.length)],
    ['events in the log', whole(events)],
    ['refused, as the record had moved on', whole(refused.length)],
    ['retried without an answer', whole(retried.unanswered)],
    ['retried after a 503', whole(retried.unavailable)],
    ['found recorded by an earlier attempt', whole(recordedBefore)],
    ['given up without an answer', whole(givenUp.length)],
    ['repeated after the answer', whole(repeated)],
    ['reads compared with what was acknowledged', whole(readsChecked)],
    ['streams opened by the readers', whole(streams)],
    ['kill -9 of an instance', whole(kills.instance)],
    ['kill -9 of a process of PostgreSQL', whole(kills.backend)],
    ['connections ended by PostgreSQL', whole(kills.connection)],
    ['starts while PostgreSQL recovered', whole(startsInVain)],
    ['longest time that PostgreSQL recovered', `${whole(recoveryMs)} ms`],
    ['longest time without an acknowledgement', `${whole(longestSilenceMs)} ms`],
  ];
  printTable([`${instances} instances`, ''], figures, 1);
  printTable(
    ['check', ''],
    checks.map(({ name, wrong }) => [name, wrong.length === 0 ? 'holds' : `FAILS (${wrong.length})`]),
    2,
  );
  for (const { name, wrong } of checks) {
    if (wrong.length > 0) console.log(`\n${name}:`);
    for (const what of wrong.slice(0, 20)) console.log(`  ${what.slice(0, 2_000)}`);
  }
}
