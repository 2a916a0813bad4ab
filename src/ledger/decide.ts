import { Refusal } from '../errors.ts';
import type { Draft } from './draft.ts';
import type { KeptAnswer, LoggedEvent } from './facts.ts';
import { type Circumstances, ItemDecision } from './item-decision.ts';
import type { Posting } from './posting.ts';
import type { Recorded } from './recorded.ts';

export type Decision =
  | { recorded: Recorded[] }
  /** The request was answered before, under its Idempotency-Key. */
  | { kept: KeptAnswer };

/** How far a decision got on a draft: after Missing it goes on from there, not from the beginning. */
export class Progress {
  decisions: ItemDecision[] | undefined;
  logged: (LoggedEvent | undefined)[] | undefined;
  readonly recorded: Recorded[] = [];
  /** The item to decide next. */
  next = 0;
  /** An item stopped halfway: its first events stand in the draft, which has to be dropped. */
  torn = false;
}

/**
 * Decides on a request: what it records stands in the draft afterwards. Throws a Refusal, and then the draft is
 * to be dropped; or Missing, and then the decision is to be made again: on the same draft with the same progress,
 * or on new ones, which it must be if the progress is torn.
 */
export function decide(
  posting: Posting,
  draft: Draft,
  circumstances: Circumstances,
  progress: Progress = new Progress(),
): Decision {
  const { items, idempotency } = posting;
  if (idempotency && !posting.dryRun) {
    const kept = keptAnswer(posting, idempotency, draft);
    if (kept) return { kept };
  }
  progress.decisions ??= items.map((item) => new ItemDecision(item, posting, draft, circumstances));
  // Of all items first: a known eventId is looked at before anything else.
  progress.logged ??= progress.decisions.map((decision) => decision.logged());
  for (const decision of progress.decisions.slice(progress.next)) {
    const logged = progress.logged[progress.next];
    const { length } = draft.changes;
    try {
      progress.recorded.push(...(logged ? [decision.replayed(logged)] : decision.record()));
    } catch (error) {
      progress.torn = draft.changes.length > length;
      throw error;
    }
    progress.next += 1;
  }
  return { recorded: progress.recorded };
}

function keptAnswer(
  { principal, initiativeId }: Posting,
  { key, fingerprint }: NonNullable<Posting['idempotency']>,
  draft: Draft,
): KeptAnswer | undefined {
  const kept = draft.keptAnswer({ principal, initiativeId, key });
  if (!kept || fingerprint.equals(kept.fingerprint)) return kept;
  throw new Refusal('idempotency-key-reused', 'This Idempotency-Key was used with another body or query.');
}
