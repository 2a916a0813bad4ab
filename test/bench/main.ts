import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import Sqlite from 'better-sqlite3';
import packageJson from '../../package.json' with { type: 'json' };
import { benchAccess } from './access.ts';
import { benchBatch } from './batch.ts';
import { benchBulk } from './bulk.ts';
import { benchCounts } from './counts.ts';
import { benchFlat } from './flat.ts';
import { benchGrown } from './grown.ts';
import { benchInteractive } from './interactive.ts';
import { benchLists } from './lists.ts';
import { benchPages } from './pages.ts';
import { benchPeers } from './peers.ts';
import { benchPost } from './post.ts';
import { benchPostgres } from './postgres.ts';
import { benchStart } from './start.ts';
import { benchStreams } from './streams.ts';
import { benchSummary } from './summary.ts';
import { benchSync } from './sync.ts';
import { benchVerify } from './verify.ts';
import { benchWorst } from './worst.ts';
import { benchWriter } from './writer.ts';

/** How a question is measured. */
export interface Options {
  rounds: number;
  seconds: number;
  /** Events in the ledgers that are compared. */
  sizes: number[];
  /** Instead of comparing, show where the posting server spends its time. */
  profile: boolean;
}

const questions = {
  post: benchPost,
  access: benchAccess,
  grown: benchGrown,
  batch: benchBatch,
  bulk: benchBulk,
  counts: benchCounts,
  summary: benchSummary,
  flat: benchFlat,
  interactive: benchInteractive,
  lists: benchLists,
  pages: benchPages,
  streams: benchStreams,
  sync: benchSync,
  start: benchStart,
  verify: benchVerify,
  worst: benchWorst,
  writer: benchWriter,
  postgres: benchPostgres,
  peers: benchPeers,
};

function printHeader({ rounds, seconds }: Options): void {
  const [cpu] = cpus();
  const database = new Sqlite(':memory:');
  const sqliteVersion = database.prepare<[], string>('select sqlite_version()').pluck().get();
  database.close();
  console.log(`Machine   ${cpu?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB
Versions  ${packageJson.name} ${packageJson.version}, node ${process.versions.node}, fastify ${versionOf('fastify')}, better-sqlite3 ${versionOf('better-sqlite3')}, kysely ${versionOf('kysely')}, SQLite ${sqliteVersion}
Method    Servers in processes of their own, the load generator in this one: a closed loop over kept-alive connections.
          Both sides in turns, ${rounds} rounds of ${seconds} s each after a warm-up; medians of rounds, and the ratio of the medians.`);
}

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8'))
    .version;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    sizes: { type: 'string', default: '100000' },
    profile: { type: 'boolean', default: false },
  },
});
const options: Options = {
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  sizes: values.sizes.split(',').map(Number),
  profile: values.profile,
};
const named = positionals.length > 0 ? positionals : values.profile ? ['post'] : Object.keys(questions);
const unknown = named.filter((name) => !Object.hasOwn(questions, name));
const { rounds, seconds, sizes } = options;
if (unknown.length > 0 || !(rounds >= 1) || !(seconds > 0) || !sizes.every((size) => size >= 10_000)) {
  console.error(
    `usage: npm run bench -- [${Object.keys(questions).join('] [')}] [--rounds N] [--seconds N] [--sizes N,…] [--profile]`,
  );
  process.exit(2);
}
printHeader(options);
for (const name of named) {
  const start = performance.now();
  await questions[name as keyof typeof questions](options);
  console.log(`(${name} took ${Math.round((performance.now() - start) / 1000)} s)`);
}
