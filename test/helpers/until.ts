import { setTimeout as pause } from 'node:timers/promises';

/** Resolves when it holds, which is asked every few milliseconds, so that what is waited for has the processor. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(5);
}
