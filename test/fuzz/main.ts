import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { printTable, whole } from '../bench/figures.ts';
import { runFuzz } from './run.ts';

/*
 * `npm run fuzz`: requests made from the OpenAPI document, and their answers compared with it. Ends with 1 where any is wrong. The
 * seed determines the requests.
 */

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '20000' },
    seed: { type: 'string', default: randomBytes(4).toString('hex') },
  },
});
const { seed } = values;
const requests = Number(values.requests);
if (!(Number.isInteger(requests) && requests >= 1)) {
  console.error('usage: npm run fuzz -- [--requests N] [--seed TEXT]');
  process.exit(2);
}
const ends: (() => unknown)[] = [];
process.on('exit', () => {
  for (const end of ends) end();
});

console.log(`${requests} requests, --seed ${seed}`);
const { answers, operations, wrong } = await runFuzz(
  { teardown: (end) => void ends.unshift(end) },
  { requests, seed, told: (done) => console.log(`${whole(done)} requests`) },
);
const askers = [...new Set([...answers.keys()].map((name) => name.split(' ')[0] ?? ''))];
const statuses = [...new Set([...answers.keys()].map((name) => name.split(' ')[1] ?? ''))].sort();
printTable(
  ['status', ...askers],
  statuses.map((status) => [status, ...askers.map((who) => whole(answers.get(`${who} ${status}`) ?? 0))]),
  1,
);
for (const what of wrong.slice(0, 50)) console.log(`\n${what}`);
const total = [...answers.values()].reduce((sum, count) => sum + count, 0);
console.log(
  `\nfuzz: ${whole(total)} requests to ${operations} operations, ${
    wrong.length === 0
      ? 'every answer as documented, no refusal changed the log'
      : `${wrong.length} are WRONG`
  } (--seed ${seed})`,
);
process.exit(wrong.length === 0 ? 0 : 1);
