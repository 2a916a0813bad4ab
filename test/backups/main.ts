import { parseArgs } from 'node:util';
import { fixed, printTable, quantile, whole } from '../bench/figures.ts';
import { runBackups } from './run.ts';

/*
 * `npm run backups`: a service backs up its ledger once a minute, while clients post all the time. Each backup is restored beside it and
 * verified whole. Prints how long posts took with and without it. Ends with 1 where anything is wrong.
 */

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    every: { type: 'string', default: '60' },
    clients: { type: 'string', default: '4' },
    events: { type: 'string', default: '20000' },
  },
});
const [minutes, everySeconds, clients, events] = [
  Number(values.minutes),
  Number(values.every),
  Number(values.clients),
  Number(values.events),
];
if (![minutes, everySeconds, clients, events].every((value) => value > 0)) {
  console.error('usage: npm run backups -- [--minutes N] [--every SECONDS] [--clients N] [--events N]');
  process.exit(2);
}

const ends: (() => unknown)[] = [];
process.on('exit', () => {
  for (const end of ends) end();
});
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

const { tried, posts, wrong } = await runBackups(
  { teardown: (end) => void ends.unshift(end) },
  {
    ...{ count: Math.ceil((minutes * 60) / everySeconds), everyMs: everySeconds * 1_000, clients, events },
    told: ({ backup, wrong }) =>
      console.log(`${backup.file}: restored, ${wrong.length === 0 ? 'nothing wrong' : wrong.join('; ')}`),
  },
);
printTable(
  ['backup', 'verified', 'events', 'acknowledged before', 'MB', 'made in ms', 'restored in ms', ''],
  tried.map(({ backup, acknowledged, bytes, madeMs, restoredMs, wrong }) => [
    ...[backup.file, backup.verified, whole(backup.position), whole(acknowledged), fixed(bytes / 1e6, 1)],
    ...[whole(madeMs), whole(restoredMs), wrong.length === 0 ? 'whole' : 'WRONG'],
  ]),
  2,
);
const kinds = [
  ['alone', posts.alone],
  ['beside a backup', posts.besideBackup],
  ['beside a restore', posts.besideRestore],
] as const;
printTable(
  ['posts', 'count', 'p50 ms', 'p99 ms', 'p99.9 ms', 'longest ms'],
  kinds.map(([kind, unsorted]) => {
    const sorted = unsorted.toSorted((a, b) => a - b);
    const shares = [0.5, 0.99, 0.999, 1].map((share) => fixed(quantile(sorted, share), 1));
    return [kind, whole(sorted.length), ...shares];
  }),
  1,
);
for (const what of wrong) console.log(what);
const isWell = wrong.length === 0 && tried.every((one) => one.wrong.length === 0);
console.log(`backups: ${tried.length} made, restored and verified: ${isWell ? 'all is well' : 'FAILS'}`);
process.exit(isWell ? 0 : 1);
