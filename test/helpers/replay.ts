import { evolve } from '../../src/rules.ts';
import type { Change } from '../../src/shapes/change.ts';
import { commitmentsInText } from '../../src/shapes/people.ts';
import type { Version } from '../../src/shapes/record.ts';
import { eventOf } from '../../src/shapes/stored-event.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { leafHash } from '../../src/tlog/merkle.ts';

export interface LeafWithOpenings {
  leaf: string;
  openings: { commitment: string; name: string; salt: string }[];
}

/** Makes a ledger of its own from leaves alone, folding each event from nothing: what a rebuild would come to. */
export async function replay(file: string, leaves: LeafWithOpenings[]): Promise<void> {
  const store = await openSqlite(file);
  const versions = new Map<string, Version>();
  const opened = new Set<string>();
  await store.group(async (transaction) => {
    const changes: Change[] = [];
    const tiles = [];
    for (const [i, { leaf, openings }] of leaves.entries()) {
      const event = eventOf(leaf);
      const key = `${event.initiativeId}/${event.recordId}`;
      const before = versions.get(key);
      const record = evolve(before?.record, event);
      const position = i + 1;
      const after = { record, position, made: before?.made ?? position };
      versions.set(key, after);
      const brought = commitmentsInText(leaf).filter((commitment) => !opened.has(commitment));
      for (const commitment of brought) opened.add(commitment);
      const hash = leafHash(Buffer.from(leaf));
      tiles.push(...transaction.edge.append(hash));
      changes.push({
        position,
        pointer: '',
        event,
        leaf,
        leafHash: hash,
        fingerprint: null,
        before,
        after,
        openings: openings
          .filter(({ commitment }) => brought.includes(commitment))
          .map(({ commitment, name, salt }) => ({ commitment, name, salt: Buffer.from(salt, 'hex') })),
      });
    }
    await transaction.write({ changes, answers: [], tiles, edge: transaction.edge });
  });
  await store.close();
}
