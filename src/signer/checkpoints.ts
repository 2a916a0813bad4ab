import type { Database } from '../db/schema.ts';
import type { Store } from '../store/store.ts';

export type CheckpointRow = Database['checkpoints'];

export async function newestCheckpoint(store: Store): Promise<CheckpointRow | undefined> {
  return shown(store).orderBy('size', 'desc').limit(1).executeTakeFirst();
}

export async function checkpointOf(store: Store, size: number): Promise<CheckpointRow | undefined> {
  return shown(store).where('size', '=', size).executeTakeFirst();
}

/** Only checkpoints that are on disk: a published checkpoint is never lost. */
const shown = ({ db, checkpointsBelow }: Store) =>
  db.selectFrom('checkpoints').selectAll().where('size', '<', checkpointsBelow());
