import type { Ledger } from '../answers/ledger.ts';
import type { Computed } from './computed.ts';
import { type AskedOf, type Reading, type TaskName, type Texts, tasksOn } from './tasks.ts';

/** Computes on the thread that asks. */
export function readingHere(ledger: Ledger, texts: () => Promise<Texts>): Reading {
  const tasks: { [N in TaskName]: (ledger: Ledger, asked: AskedOf<N>) => Promise<Computed> } = tasksOn(texts);
  return { compute: (task, asked) => tasks[task](ledger, asked) };
}
