import { setTimeout as wait } from 'node:timers/promises';

/**
 * Takes one step after another until it is stopped.
 *
 * @param step returns the milliseconds until the next one
 * @param failed returns the same after a step that failed; `isFirst` if the one before it did not fail
 */
export function startRepeating(
  step: () => Promise<number>,
  failed: (error: unknown, isFirst: boolean) => number,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const done = (async () => {
    let isFailing = false;
    while (!signal.aborted) {
      let pauseMs: number;
      try {
        pauseMs = await step();
        isFailing = false;
      } catch (error) {
        pauseMs = failed(error, !isFailing && !signal.aborted);
        isFailing = true;
      }
      await wait(pauseMs, undefined, { signal }).catch(() => {});
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await done;
    },
  };
}
