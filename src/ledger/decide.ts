import { Refusal } from '../errors.ts';
import type { Asking } from '../shapes/asking.ts';
import { authorize } from './authorize.ts';
import type { Draft } from './draft.ts';
import type { EventTypes } from './event-types.ts';
import type { KeptAnswer, LoggedEvent } from './facts.ts';
import { type Circumstances, ItemDecision } from './item-decision.ts';
import type { Posting } from './posting.ts';
import type { Recorded } from './recorded.ts';
import { itemsAtOnce } from './turns.ts';
import { itemsOfUndo } from './undo.ts';

export type Decision =
  | { recorded: Recorded[] }
  /** The request was answered before, under its Idempotency-Key. */
  | { kept: KeptAnswer };

/**
 * Decides on a request: what it records stands in the draft afterwards. Throws a Refusal, and then the draft is to be
 * dropped.
 */
export function* decide(
  types: EventTypes,
  posting: Posting,
  draft: Draft,
  circumstances: Circumstances,
): Asking<Decision> {
  const kept = yield* keptAnswer(posting, draft);
  if (kept) return { kept };
  const items = posting.undo ? yield* itemsOfUndo(types, posting, posting.undo, draft) : posting.items;
  yield* authorize(types, { ...posting, items }, draft);
  const decisions = items.map((item) => new ItemDecision(types, item, posting, draft, circumstances));
  // Of all items first: a known eventId is looked at before anything else.
  const logged: (LoggedEvent | undefined)[] = [];
  for (const decision of decisions) logged.push(yield* decision.logged());
  const recorded: Recorded[] = [];
  for (const [i, decision] of decisions.entries()) {
    if (i > 0 && i % itemsAtOnce === 0) yield [];
    const before = logged[i];
    recorded.push(...(before ? [decision.replayed(before)] : yield* decision.decided()));
  }
  return { recorded };
}

function* keptAnswer(
  { idempotency, principal, initiativeId, dryRun }: Posting,
  draft: Draft,
): Asking<KeptAnswer | undefined> {
  if (!idempotency || dryRun) return undefined;
  const { key, fingerprint } = idempotency;
  const kept = yield* draft.keptAnswer({ principal, initiativeId, key });
  if (!kept || fingerprint.equals(kept.fingerprint)) return kept;
  throw new Refusal('idempotency-key-reused', 'This Idempotency-Key was used with another body or query.');
}
