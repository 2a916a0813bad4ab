import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { itemsOf } from '../../src/rules.ts';
import { Recorder } from '../../src/store/recorder.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { leafHash } from '../../src/tlog/merkle.ts';
import { consistencyProof, inclusionProof, type SubtreeHashes, tileHashes } from '../../src/tlog/proofs.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { fixed, median, printTable, ratioOf, verdict, whole } from './figures.ts';
import type { Options } from './main.ts';
import { initiative, initiativeId, milestone } from './samples.ts';
import { temporaryDirectory } from './servers.ts';

const eventCount = 50_000;
const proofCount = 2_000;

/** What does it cost to verify the log, and to prove from it? */
export async function benchVerify({ rounds }: Options): Promise<void> {
  console.log(`
Verifying a ledger of ${whole(eventCount)} events in this process, against reading the same leaves in order and hashing each in a bare loop.
Proofs of random events in trees of random sizes, from the same ledger, without HTTP.`);
  const file = join(temporaryDirectory(), 'ledger.db');
  const store = await openSqlite(file);
  await fill(store);
  const perSecond = { bare: [] as number[], hashes: [] as number[], whole: [] as number[] };
  for (let round = 0; round <= rounds; round++) {
    const rates = {
      bare: await rate(eventCount, () => bareLoop(file)),
      hashes: await rate(eventCount, () => clean(file, true)),
      whole: await rate(eventCount, () => clean(file, false)),
    };
    // The first round warms up.
    if (round > 0) for (const name of ['bare', 'hashes', 'whole'] as const) perSecond[name].push(rates[name]);
  }
  const [hashes, all] = [ratioOf(perSecond.hashes, perSecond.bare), ratioOf(perSecond.whole, perSecond.bare)];
  printTable(
    ['', 'events/s', 'ratio', 'rounds', 'target'],
    [
      ['bare loop', whole(median(perSecond.bare)), '', '', ''],
      [
        'verify --hashes-only',
        whole(median(perSecond.hashes)),
        fixed(hashes.ratio),
        hashes.range,
        verdict(hashes.ratio, 0.9),
      ],
      ['verify', whole(median(perSecond.whole)), fixed(all.ratio), all.range, verdict(all.ratio, 0.2)],
    ],
    1,
  );
  const inclusion = await rate(proofCount, () =>
    proofs(store, (tree, size, index) => inclusionProof(index, size, tree)),
  );
  const consistency = await rate(proofCount, () =>
    proofs(store, (tree, size, index) => consistencyProof(index, size, tree)),
  );
  printTable(
    ['proofs', 'per second'],
    [
      ['inclusion', whole(inclusion)],
      ['consistency', whole(consistency)],
    ],
    1,
  );
  await store.close();
}

async function fill(store: Store): Promise<void> {
  const recorder = new Recorder(store, Date.now);
  const record = (body: object) =>
    recorder.record({
      initiativeId,
      principal: 'bench',
      authority: 'operator',
      items: itemsOf(body),
      dryRun: false,
    });
  await record(initiative);
  const batch = 1000;
  for (let first = 1; first < eventCount; first += batch) {
    const length = Math.min(batch, eventCount - first);
    await record({ events: Array.from({ length }, (_, i) => milestone(first + i)) });
  }
}

async function rate(count: number, work: () => Promise<void> | void): Promise<number> {
  const start = performance.now();
  await work();
  return count / ((performance.now() - start) / 1000);
}

function bareLoop(file: string): void {
  const handle = new Sqlite(file, { readonly: true });
  let hashed = 0;
  for (const leaf of handle
    .prepare<[], string>('select leaf from events order by position')
    .pluck()
    .iterate()) {
    leafHash(Buffer.from(leaf));
    hashed += 1;
  }
  handle.close();
  if (hashed !== eventCount) throw new Error(`${hashed} leaves were hashed`);
}

async function clean(file: string, hashesOnly: boolean): Promise<void> {
  const { count, events } = await verifyLedger(`file:${file}`, { hashesOnly });
  if (count > 0 || events !== eventCount) throw new Error(`${count} findings in ${events} events`);
}

async function proofs(
  store: Store,
  prove: (tree: SubtreeHashes, size: number, index: number) => Promise<Uint8Array[]>,
): Promise<void> {
  for (let i = 0; i < proofCount; i++) {
    const size = 2 + Math.floor(Math.random() * (eventCount - 2));
    const index = 1 + Math.floor(Math.random() * (size - 1));
    const tree = tileHashes((level, index, width) => store.tile(level, index, width), size);
    await prove(tree, size, index);
  }
}
