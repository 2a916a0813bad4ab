import { Refusal } from '../../errors.ts';
import { standardLimits } from '../../shapes/limits.ts';
import type { Basis } from '../../store/receipt.ts';
import { firstOf } from '../../views/synced.ts';
import type { Target } from '../import-lines.ts';
import { Places } from '../places.ts';
import { Spool } from '../spool.ts';
import { type List, listOf } from './list.ts';
import { Plan, type PlanAsked } from './plan.ts';
import { idsOf } from './postings.ts';
import { ChangedMeanwhile, recordPlan } from './record.ts';
import type { SyncOptions, SyncReport } from './report.ts';

/** How often a plan is made anew because somebody recorded in the initiative meanwhile. */
const attemptsMax = 5;
/** The first steps that may be refused by a sync that can go on after an interruption. */
const lookedAt = 512;
const syncs = new Places('syncs');

/**
 * Compares a list with the records of an initiative. Without `expect` says what would have to be recorded so that the records are as
 * the list; with it records exactly that. Throws Refusal `plan-changed` where that is not what the preview said any more.
 */
export async function syncList(
  target: Target,
  source: AsyncIterable<Uint8Array>,
  options: SyncOptions,
): Promise<SyncReport> {
  using _place = syncs.take((options.limits ?? standardLimits).files);
  const spool = await Spool.open();
  try {
    const list = await listOf(target, source, options, spool);
    for (let attempt = 1; ; attempt++) {
      const done = await attempted(target, list, options, attempt === attemptsMax);
      if (done) return done;
    }
  } finally {
    await spool.close();
  }
}

/** Previews, or records what was previewed; undefined: somebody recorded in the initiative meanwhile. */
async function attempted(
  target: Target,
  list: List,
  options: SyncOptions,
  isLast: boolean,
): Promise<SyncReport | undefined> {
  const { store } = target;
  const { expect } = options;
  const { position: end } = await store.head();
  const begun = expect === undefined ? undefined : await begunAt(target, options, expect);
  const asked = { target, options, list, position: begun === undefined ? end : begun - 1 };
  if (expect === undefined) {
    const { report } = await planned(asked, true, async (plan) => plan);
    return { ...report, basis: await basisAt(target, end) };
  }
  const record = async (plan: Plan): Promise<SyncReport | undefined> => {
    if (plan.report.hash !== expect) return undefined;
    const counts = await recordPlan(target, options, plan, begun === undefined);
    return { ...plan.report, ...counts, basis: await basisAt(target, (await store.head()).position) };
  };
  try {
    // A preview in which no rule refused a row was of the plan as it is without a rehearsal, which takes as long as to record it.
    const done = (await planned(asked, false, record)) ?? (await planned(asked, true, record));
    if (done) return done;
  } catch (error) {
    // What was recorded may have nothing to do with the list.
    if (!isLast && error instanceof ChangedMeanwhile) return undefined;
    throw error;
  }
  throw new Refusal('plan-changed', 'The file, the options or the records are not as in the preview.');
}

/** Makes a plan and works with it. isRehearsed: without the rows that a rule refuses. */
async function planned<T>(
  asked: PlanAsked,
  isRehearsed: boolean,
  work: (plan: Plan) => Promise<T>,
): Promise<T> {
  const plan = new Plan(asked);
  try {
    await plan.make(isRehearsed);
    return await work(plan);
  } finally {
    await plan.close();
  }
}

/** Where the sync of a preview began, so that it can go on after an interruption; undefined: nothing of it was recorded. */
function begunAt(
  { store }: Target,
  { initiativeId }: SyncOptions,
  expect: string,
): Promise<number | undefined> {
  const idAt = idsOf(store.fingerprintKey, initiativeId, expect);
  return firstOf(
    store.db,
    Array.from({ length: lookedAt }, (_, place) => idAt(place, 0)),
  );
}

async function basisAt({ store }: Target, position: number): Promise<Basis> {
  return { treeSize: position, rootHash: await store.rootAt(position) };
}
