import { randomBytes } from 'node:crypto';
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { Head } from '../../src/db/rows.ts';
import type { Database } from '../../src/db/schema.ts';
import type { Facts } from '../../src/ledger/facts.ts';
import { type Asking, answered } from '../../src/shapes/asking.ts';
import type { Version } from '../../src/shapes/record.ts';
import { factsIn } from '../../src/store/facts.ts';
import { sqlite } from '../../src/store/sqlite/statements.ts';
import { type Batch, foreseesNothing, type Store } from '../../src/store/store.ts';
import { Edge } from '../../src/tlog/edge.ts';
import { turnIfDue } from '../../src/turns.ts';

/** What this engine leaves out, for the reader of the figures. */
export const emptyEngine =
  'It opens no file: facts are answered from memory (the initiative exists, nothing else does), a write makes no rows, syncs nothing, keeps no snapshots of counts and only moves the head; the Merkle tree grows as in the ledger, since answers carry its root.';

/**
 * An engine that stores nothing, to measure the others against: with it the application still parses, validates,
 * decides, hashes and replies. It remembers the initiatives and the end of the log, no more.
 */
export function openEmpty(): Store {
  const initiatives = new Map<string, Version>();
  let edge = new Edge(0, []);
  let head: Head = { position: 0, recordedAt: 0, rootHash: edge.root() };

  const facts: Facts = {
    // Nothing else is there.
    ...factsIn(sqlite),
    *versions(refs) {
      return refs.flatMap(({ initiativeId, recordId }) =>
        initiativeId === recordId ? (initiatives.get(initiativeId) ?? []) : [],
      );
    },
    // Every record made so far may have had a number, but there is no principal.
    *lastNumbers(asked) {
      return asked.map((one) => ({ ...one, lastNumber: one.kind === 'principal' ? 0 : head.position }));
    },
  };

  const write = async (batch: Batch): Promise<void> => {
    for (const { event, after } of batch.changes) {
      if (event.kind === 'initiative') initiatives.set(event.initiativeId, after);
    }
    const last = batch.changes.at(-1);
    edge = batch.edge;
    head = {
      position: edge.size,
      recordedAt: last ? Date.parse(last.event.recordedAt) : head.recordedAt,
      rootHash: edge.root(),
    };
  };

  return {
    db: new Kysely<Database>({
      dialect: {
        createAdapter: () => new SqliteAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (db) => new SqliteIntrospector(db),
        createQueryCompiler: () => new SqliteQueryCompiler(),
      },
    }),
    origin: 'empty',
    tile: async () => undefined,
    keepCheckpoint: async () => {},
    keepFork: async () => {},
    durably: async () => {
      throw new Error('nothing stands beside this log');
    },
    weaknesses: () => [],
    keepSigningKey: async () => {},
    fingerprintKey: randomBytes(32),
    head: async () => head,
    headNow: () => head,
    erasures: () => 0,
    async group(work, foresee = foreseesNothing) {
      const answer = <T>(asking: Asking<T>): Promise<T> => answered(asking, () => [], turnIfDue);
      const foreseen = await answer(foresee(facts));
      return work({ head, edge: edge.clone(), facts, answered: answer, write }, foreseen);
    },
    sync: async () => {},
    requireWritable: () => {},
    hasFailed: () => false,
    checkpointsBelow: () => Number.MAX_SAFE_INTEGER,
    rehearsal: () => Promise.reject(new Error('an engine that stores nothing has no dry runs of imports')),
    rootAt: async () => head.rootHash,
    lastEventOf: async () => 0,
    leafLines: async () => undefined,
    eventsOf: async () => [],
    forgetAnswers: async () => 0,
    keepSnapshot: async () => {},
    watch: () => {},
    writtenVersions: () => new Map(),
    rebuild: async () => [],
    fillSearch: async () => 0,
    clearRebuilt: async () => {},
    swaps: () => 0,
    check: async () => {},
    close: async () => {},
  };
}
