import { randomBytes } from 'node:crypto';
import { Refusal } from '../errors.ts';
import { decide, Progress } from '../ledger/decide.ts';
import { Draft } from '../ledger/draft.ts';
import { addDays } from '../ledger/edtf.ts';
import type { Facts, KeptAnswer, Warning } from '../ledger/facts.ts';
import type { Circumstances } from '../ledger/item-decision.ts';
import type { Posting } from '../ledger/posting.ts';
import { prefetch } from '../ledger/prefetch.ts';
import { extraOf, type Recorded } from '../ledger/recorded.ts';
import { titleKeyOf } from '../ledger/title-key.ts';
import { warningsOf } from '../ledger/warnings.ts';
import { Missing, World } from '../ledger/world.ts';
import type { Edge } from '../tlog/edge.ts';
import { answerRowOf } from './kept-answers.ts';
import type { Basis, Receipt } from './receipt.ts';
import { instantOf } from './rows.ts';
import type { Batch, GroupTransaction } from './store.ts';
import { uuidv7 } from './uuidv7.ts';

/** How far the log may be ahead of the clock before recording waits. */
const clockBehindMaxMs = 5_000;

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
 * all that is to be written is the batch. Throws Refusal `clock-behind` for the whole group.
 */
export async function decideGroup(
  group: Posting[],
  { head, facts, edge }: GroupTransaction,
  fingerprintKey: Buffer,
  nowMs: number,
  { receipts = true, eventsMax = Number.POSITIVE_INFINITY }: GroupOptions = {},
): Promise<DecidedGroup> {
  if (head.recordedAt > nowMs + clockBehindMaxMs) {
    throw new Refusal(
      'clock-behind',
      `The clock says ${instantOf(nowMs)}, the log ends at ${instantOf(head.recordedAt)}.`,
    );
  }
  const recordedAtMs = Math.max(nowMs, head.recordedAt);
  const circumstances: Circumstances = {
    recordedAt: instantOf(recordedAtMs),
    lastDay: addDays(instantOf(nowMs).slice(0, 10), 1),
    fingerprintKey,
    newId: () => uuidv7(recordedAtMs),
    newSalt: () => randomBytes(32),
  };
  const world = new World(head.position);
  await prefetch(world, facts, group, { warnings: receipts });

  const batch: Batch = { changes: [], answers: [], tiles: [], edge };
  const outcomes: Outcome[] = [];
  for (const posting of group) {
    try {
      let draft = new Draft(world);
      let progress = new Progress();
      const decision = await untilLoaded(facts, world, () => {
        if (progress.torn) [draft, progress] = [new Draft(world), new Progress()];
        return decide(posting, draft, circumstances, progress);
      });
      if ('kept' in decision) {
        outcomes.push({ kept: decision.kept });
        continue;
      }
      const warnings = receipts ? await warningsAbout(draft, facts, world) : [];
      if (!posting.dryRun && draft.changes.length > 0) {
        const extra = extraOf(decision.recorded, warnings);
        // From here on nothing is refused any more.
        draft.accept();
        batch.changes.push(...draft.changes);
        if (batch.changes.length > eventsMax) break;
        for (const { leafHash } of draft.changes) batch.tiles.push(...edge.append(leafHash));
        const answer = answerRowOf(posting, extra, draft, recordedAtMs);
        if (answer) {
          batch.answers.push(answer.row);
          world.answers.set(answer.key, answer.kept);
        }
      }
      outcomes.push(
        receipts ? { receipt: { ...decision, warnings, basis: basisOf(edge), kept: false } } : decision,
      );
    } catch (error) {
      outcomes.push({ error });
    }
  }
  if (batch.changes.length > eventsMax)
    throw new Refusal('too-many-events', `Together they would make more than ${eventsMax} events.`);
  return { outcomes, batch };
}

async function warningsAbout(draft: Draft, facts: Facts, world: World): Promise<Warning[]> {
  await world.loadTitles(
    facts,
    draft.changes.flatMap(({ after }) => titleKeyOf(after.record) ?? []),
  );
  const warnings: Warning[] = [];
  for (const step of warningsOf(draft)) warnings.push(...(await untilLoaded(facts, world, step)));
  return warnings;
}

/** Tries until nothing is missing any more. Each round knows more, and no fact is asked for twice. */
async function untilLoaded<T>(facts: Facts, world: World, decision: () => T): Promise<T> {
  for (;;) {
    try {
      return decision();
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      await error.load(facts, world);
    }
  }
}

const basisOf = (edge: Edge): Basis => ({ treeSize: edge.size, rootHash: edge.root() });
