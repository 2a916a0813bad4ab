import { forgottenAtOnce, type Store } from './store.ts';

const dayMs = 86_400_000;
/** How long an answer is kept for a repeat with the same Idempotency-Key; at least a day is promised. */
const answersKeptMs = 2 * dayMs;
/** How often it is looked whether there are old ones; and the pause where there are more, so that others hardly notice. */
const lookEveryMs = 60_000;
const pauseMs = 50;

/**
 * Forgets kept answers that are old, a little at a time: some thousand a second, which is more than posts make. check: throws while
 * the clock may be wrong, which would take new ones for old. failed: told of an error, after which it goes on. Gives what ends it.
 */
export function forgetOldAnswers(
  store: Store,
  clock: () => number,
  check: () => Promise<void>,
  failed: (error: unknown) => void,
): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  let isStopped = false;
  const forget = async (): Promise<void> => {
    let forgotten = 0;
    try {
      await check();
      forgotten = await store.forgetAnswers(clock() - answersKeptMs);
    } catch (error) {
      failed(error);
    }
    if (!isStopped) wait(forgotten < forgottenAtOnce ? lookEveryMs : pauseMs);
  };
  const wait = (ms: number): void => {
    timer = setTimeout(() => {
      running = forget();
    }, ms).unref();
  };
  wait(lookEveryMs);
  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await running;
  };
}
