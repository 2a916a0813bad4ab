import { Refusal } from '../../errors.ts';
import { eventsMax } from '../../shapes/posted.ts';
import type { Outcome } from '../../store/group.ts';
import { isOfLine, type Target } from '../import-lines.ts';
import type { Plan } from './plan.ts';
import { postingOf, type Todo } from './postings.ts';
import type { SyncOptions } from './report.ts';

/** Steps of the first commit of a sync that is too large for one: nothing is recorded where the plan does not hold. */
const firstSteps = 100;

/** Something was recorded in the initiative after the plan was made, and nothing of the plan. */
export class ChangedMeanwhile extends Refusal {}

/** Events that were recorded now, and before. */
interface Counts {
  recorded: number;
  alreadyRecorded: number;
}

/** Records what is planned. isNew: nothing of it was recorded before. Throws a Refusal where it can't be recorded as planned. */
export async function recordPlan(
  { recorder, store }: Target,
  options: SyncOptions,
  plan: Plan,
  isNew: boolean,
): Promise<Counts> {
  const counts = { recorded: 0, alreadyRecorded: 0 };
  const { events, hash } = plan.report;
  const postingsOf = (todos: Todo[]) =>
    todos.map((todo) => postingOf(todo, options, store.fingerprintKey, hash));
  const begin = async (todos: Todo[]): Promise<void> => {
    const premise = isNew ? plan.premise : undefined;
    const outcomes = await recorder.recordTogether(postingsOf(todos), eventsMax, premise).catch((error) => {
      const isChanged = error instanceof Refusal && error.code === 'plan-changed';
      throw isChanged ? new ChangedMeanwhile(error.code, error.message) : error;
    });
    // Together means all or none.
    const refused = outcomes.filter((outcome) => 'error' in outcome);
    count(plan, todos, refused.length > 0 ? refused : outcomes, counts);
  };
  const goOn = async (todos: Todo[]): Promise<void> =>
    count(plan, todos, await recorder.recordEach(postingsOf(todos), options.alone), counts);
  const together: Todo[] = [];
  let isBegun = false;
  try {
    for await (const todos of plan.todos()) {
      if (isBegun) await goOn(todos);
      else if (events <= eventsMax) together.push(...todos);
      else {
        await begin(todos.slice(0, firstSteps));
        isBegun = true;
        await goOn(todos.slice(firstSteps));
      }
    }
    if (together.length > 0) await begin(together);
  } finally {
    await store.sync();
  }
  return counts;
}

/** Throws where an event was refused. */
function count(plan: Plan, todos: Todo[], outcomes: Outcome[], counts: Counts): void {
  let refused: { error: unknown } | undefined;
  for (const [i, outcome] of outcomes.entries()) {
    if ('error' in outcome) refused ??= outcome;
    if (!('recorded' in outcome)) continue;
    plan.warnOf(todos[i]?.line, outcome.warnings);
    for (const { replayed } of outcome.recorded) counts[replayed ? 'alreadyRecorded' : 'recorded'] += 1;
  }
  if (!refused) return;
  const { error } = refused;
  if (!isOfLine(error) || !(error instanceof Refusal)) throw error;
  const before = counts.recorded > 0 ? ` ${counts.recorded} events were recorded before that.` : '';
  throw new Refusal('plan-changed', `${error.message}${before}`);
}
