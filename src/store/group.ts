import { randomBytes } from 'node:crypto';
import { instantOf } from '../db/rows.ts';
import { Refusal } from '../errors.ts';
import { decide } from '../ledger/decide.ts';
import { Draft } from '../ledger/draft.ts';
import type { KeptAnswer } from '../ledger/facts.ts';
import type { Circumstances } from '../ledger/item-decision.ts';
import type { Posting } from '../ledger/posting.ts';
import { prefetch } from '../ledger/prefetch.ts';
import { extraOf, type Recorded } from '../ledger/recorded.ts';
import { warningsOf } from '../ledger/warnings.ts';
import { World } from '../ledger/world.ts';
import { rules } from '../rules.ts';
import type { Asking } from '../shapes/asking.ts';
import { addDays } from '../shapes/edtf.ts';
import type { Edge } from '../tlog/edge.ts';
import { answerRowOf } from './kept-answers.ts';
import type { Basis, Receipt } from './receipt.ts';
import type { Batch, GroupTransaction } from './store.ts';
import { uuidv7 } from './uuidv7.ts';

/** What came of a request, once the batch of its group is on disk; `recorded` in place of a receipt where none was asked for. */
export type Outcome =
  | { receipt: Receipt }
  | { recorded: Recorded[] }
  | { kept: KeptAnswer }
  | { error: unknown };

export interface DecidedGroup {
  /** In the order of the requests. */
  outcomes: Outcome[];
  batch: Batch;
}

export interface GroupOptions {
  /** false: outcomes without warnings and basis, which cost as much as the decision. */
  receipts?: boolean;
  /** If the group would make more events, it is refused: `too-many-events`. */
  eventsMax?: number;
}

/**
 * Decides on the requests of a group one after the other, each seeing the accepted ones before it. Writes nothing:
 * all that is to be written is the batch.
 */
export function* decideGroup(
  group: Posting[],
  { head, facts, edge }: Pick<GroupTransaction, 'head' | 'facts' | 'edge'>,
  fingerprintKey: Buffer,
  nowMs: number,
  { receipts = true, eventsMax = Number.POSITIVE_INFINITY }: GroupOptions = {},
): Asking<DecidedGroup> {
  const recordedAtMs = Math.max(nowMs, head.recordedAt);
  const circumstances: Circumstances = {
    recordedAt: instantOf(recordedAtMs),
    lastDay: addDays(instantOf(nowMs).slice(0, 10), 1),
    fingerprintKey,
    newId: () => uuidv7(recordedAtMs),
    newSalt: () => randomBytes(32),
  };
  const world = new World(head.position, facts);
  yield* prefetch(rules, world, group, { warnings: receipts });

  const batch: Batch = { changes: [], answers: [], tiles: [], edge };
  const outcomes: Outcome[] = [];
  for (const posting of group) {
    try {
      const draft = new Draft(world);
      const decision = yield* decide(rules, posting, draft, circumstances);
      if ('kept' in decision) {
        outcomes.push({ kept: decision.kept });
        continue;
      }
      const warnings = receipts ? yield* warningsOf(draft, world) : [];
      if (!posting.dryRun && draft.changes.length > 0) {
        const extra = extraOf(decision.recorded, warnings);
        // From here on nothing is refused any more.
        draft.accept(rules.namingPersons);
        batch.changes.push(...draft.changes);
        if (batch.changes.length > eventsMax) break;
        for (const { leafHash } of draft.changes) batch.tiles.push(...edge.append(leafHash));
        const answer = answerRowOf(posting, extra, draft, { recordedAtMs, fingerprintKey });
        if (answer) {
          batch.answers.push(answer.row);
          world.answers.set(answer.key, answer.kept);
        }
      }
      outcomes.push(
        receipts ? { receipt: { ...decision, warnings, basis: basisOf(edge), kept: false } } : decision,
      );
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      outcomes.push({ error });
    }
  }
  if (batch.changes.length > eventsMax)
    throw new Refusal('too-many-events', `Together they would make more than ${eventsMax} events.`);
  return { outcomes, batch };
}

const basisOf = (edge: Edge): Basis => ({ treeSize: edge.size, rootHash: edge.root() });
