import { milestone } from './samples.ts';

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Posts to an initiative at a steady pace, whether or not the answers keep up. lost: told of a post that broke, which counts
 * with the time until then; without it the run ends.
 */
export function poster(port: number, initiativeId: string, pauseMs: number, lost?: (error: unknown) => void) {
  let number = 900_000_000;
  return {
    /** While something is under way; gives the latencies, each from when its post was due, sorted. */
    async during(work: Promise<unknown>): Promise<number[]> {
      let done = false;
      const ended = work.finally(() => {
        done = true;
      });
      const latencies: number[] = [];
      const posts: Promise<void>[] = [];
      for (let due = performance.now(); !done; due += pauseMs) {
        await pause(Math.max(due - performance.now(), 0));
        posts.push(
          fetch(`http://127.0.0.1:${port}/v1/initiatives/${initiativeId}/events`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(milestone(number++)),
          })
            .then(async (response) => {
              await response.text();
              if (response.status !== 201) throw new Error(`a post was answered with ${response.status}`);
            })
            .catch((error: unknown) => {
              if (!lost) throw error;
              lost(error);
            })
            .then(() => {
              latencies.push(performance.now() - due);
            }),
        );
      }
      await Promise.all([ended, ...posts]);
      return latencies.sort((a, b) => a - b);
    },
  };
}
