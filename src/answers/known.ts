import { sees, type Visible } from '../access/visible.ts';
import { type ProblemCode, Refusal } from '../errors.ts';
import { notRegistered } from '../ledger/authorize.ts';
import type { LedgerRecord } from '../shapes/record.ts';
import type { ReadStore } from '../store/store.ts';
import { madeAt, recordAt } from '../views/records.ts';

// A record that was not known at a position is not found, whatever was recorded since. So a repeat of a position is answered alike.

/** An initiative as it was known at a position. Throws Refusal where it was not. */
export async function initiativeKnownAt(
  store: ReadStore,
  visible: Visible,
  initiativeId: string,
  position: number,
): Promise<LedgerRecord<'initiative'>> {
  // An initiative that may not be seen is answered like one that does not exist.
  if (!sees(visible, initiativeId)) throw notRegistered(initiativeId);
  const record = await recordAt(store.db, initiativeId, initiativeId, position);
  if (record?.kind === 'initiative') return record;
  const since = await knownSince(store, initiativeId, initiativeId);
  throw notKnown('initiative-not-found', initiativeId, 'is not registered', position, since);
}

/** A record as it was known at a position. Throws Refusal where it was not. */
export async function recordKnownAt(
  store: ReadStore,
  initiativeId: string,
  recordId: string,
  position: number,
): Promise<LedgerRecord> {
  const record = await recordAt(store.db, initiativeId, recordId, position);
  if (record) return record;
  const since = await knownSince(store, initiativeId, recordId);
  throw notKnown('record-not-found', recordId, `is not known in ${initiativeId}`, position, since);
}

const knownSince = async (store: ReadStore, initiativeId: string, recordId: string) =>
  madeAt(store.db, initiativeId, recordId, (await store.head()).position);

/** Not known at a position; since: where it is known now, the position since which it is. */
export const notKnown = (
  code: ProblemCode,
  id: string,
  absence: string,
  position: number,
  since: number | undefined,
): Refusal =>
  since === undefined
    ? new Refusal(code, `${id} ${absence}.`)
    : new Refusal(code, `${id} is known since position ${since}, not at position ${position}.`, {
        knownSince: since,
      });
