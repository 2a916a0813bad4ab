import type { KeyRow } from '../db/schema.ts';
import type { Draft } from '../ledger/draft.ts';
import type { AnswerExtra, KeptAnswer } from '../ledger/facts.ts';
import type { Posting } from '../ledger/posting.ts';
import { recordedOf } from '../ledger/recorded.ts';
import { answerKey } from '../ledger/world.ts';
import { answerMac } from './check-values.ts';
import type { Receipt } from './receipt.ts';
import type { Store } from './store.ts';

/** The row that keeps the answer to a request with an Idempotency-Key, and what its repeats in the same group find. */
export function answerRowOf(
  { idempotency, principal, initiativeId }: Posting,
  extra: AnswerExtra | null,
  draft: Draft,
  { recordedAtMs, fingerprintKey }: { recordedAtMs: number; fingerprintKey: Uint8Array },
): { row: KeyRow; key: string; kept: KeptAnswer } | undefined {
  const [firstPosition, lastPosition] = [draft.changes[0]?.position, draft.changes.at(-1)?.position];
  if (!idempotency || firstPosition === undefined || lastPosition === undefined) return undefined;
  const { key, fingerprint } = idempotency;
  const row = {
    principal,
    initiative_id: initiativeId,
    key,
    fingerprint,
    first_position: firstPosition,
    last_position: lastPosition,
    extra: extra && JSON.stringify(extra),
    recorded_at: recordedAtMs,
  };
  const mac = answerMac(fingerprintKey, row);
  const kept = { fingerprint, firstPosition, lastPosition, extra };
  return { row: { ...row, mac }, key: answerKey({ principal, initiativeId, key }), kept };
}

/** The first answer again, rebuilt from the log. */
export async function keptReceipt(store: Store, kept: KeptAnswer): Promise<Receipt> {
  const { lastPosition, extra } = kept;
  const events = new Map((await store.eventsOf(kept)).map((event) => [event.position, event]));
  const items = extra?.items ?? [...events.keys()].map((position, i) => [i, position, 0] as const);
  // What was recorded before the request, under eventIds that it repeated, lies outside its range.
  for (const [, position, replayed] of items) {
    if (replayed === 0) continue;
    const [event] = await store.eventsOf({ ...kept, firstPosition: position, lastPosition: position });
    if (event) events.set(position, event);
  }
  const recorded = items.map(([index, position, replayed]) => {
    const event = events.get(position);
    if (!event) throw new Error(`the log lacks position ${position} of a kept answer`);
    return recordedOf(index, event, replayed === 1);
  });
  const basis = { treeSize: lastPosition, rootHash: await store.rootAt(lastPosition) };
  return { recorded, warnings: extra?.warnings ?? [], basis, kept: true };
}
