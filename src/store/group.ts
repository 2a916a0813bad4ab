import { randomBytes } from 'node:crypto';
import { instantOf } from '../db/rows.ts';
import { Refusal } from '../errors.ts';
import { decide } from '../ledger/decide.ts';
import { Draft } from '../ledger/draft.ts';
import type { Facts, KeptAnswer, Warning } from '../ledger/facts.ts';
import type { Circumstances } from '../ledger/item-decision.ts';
import type { Posting } from '../ledger/posting.ts';
import { prefetch } from '../ledger/prefetch.ts';
import { previewed } from '../ledger/preview.ts';
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
  | { recorded: Recorded[]; warnings: Warning[] }
  | { kept: KeptAnswer }
  | { error: unknown };

export interface DecidedGroup {
  /** In the order of the requests. */
  outcomes: Outcome[];
  batch: Batch;
}

export interface GroupOptions {
  /** false: outcomes without receipts. */
  receipts?: boolean;
  /** If the group would make more events, it is refused: `too-many-events`. */
  eventsMax?: number;
}

/** The ledger as the decisions on a group will see it, with what they are sure to ask for. */
export function* foreseen(group: Posting[], facts: Facts): Asking<World> {
  const world = new World(0, facts);
  yield* prefetch(rules, world, group);
  return world;
}

/**
 * Decides on the requests of a group one after the other, each seeing the accepted ones before it. Writes nothing:
 * all that is to be written is the batch. world: `foreseen`, as of the head.
 */
export function* decideGroup(
  group: Posting[],
  { head, edge, world }: Pick<GroupTransaction, 'head' | 'edge'> & { world: World },
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
  world.position = head.position;
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
      if (receipts && posting.dryRun) decision.recorded = yield* previewed(decision.recorded, draft, world);
      // Who asks for no receipt knows what was sent before by the ids of its events.
      const mayRepeat = receipts && (!posting.idempotency || posting.dryRun);
      const warnings = yield* warningsOf(draft, world, mayRepeat);
      if (!posting.dryRun && draft.changes.length > 0) {
        const extra = extraOf(decision.recorded, warnings);
        // From here on nothing is refused any more.
        draft.accept(rules.namingPersons);
        for (const change of draft.changes) batch.changes.push(change);
        if (batch.changes.length > eventsMax) break;
        for (const { leafHash } of draft.changes)
          for (const tile of edge.append(leafHash)) batch.tiles.push(tile);
        const answer = answerRowOf(posting, extra, draft, { recordedAtMs, fingerprintKey });
        if (answer) {
          batch.answers.push(answer.row);
          world.answers.set(answer.key, answer.kept);
        }
      }
      outcomes.push(
        receipts
          ? { receipt: { ...decision, warnings, basis: basisOf(edge), kept: false } }
          : { ...decision, warnings },
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
