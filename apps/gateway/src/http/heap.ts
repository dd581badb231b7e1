import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Milliseconds between two looks at the heap. */
const lookEveryMs = 1000;
/** A collection takes longer the more is alive; at most one part in so many of the time goes to those that are asked for here. */
const collectingShare = 20;

/**
 * Tells whether more than `limitBytes` of the heap are alive. What is in use says little: it counts garbage, which stays
 * for minutes in a process that does nothing. So where more is in use than that, the garbage is collected first.
 */
export function watchHeap(limitBytes: number): { isFull(): boolean } {
  const isAbove = (): boolean => getHeapStatistics().used_heap_size > limitBytes;
  let full = false;
  let nextLookAt = 0;
  return {
    isFull: () => {
      const started = performance.now();
      if (started < nextLookAt) return full;
      full = isAbove();
      if (full) {
        collectGarbage();
        full = isAbove();
      }
      const ended = performance.now();
      nextLookAt = ended + Math.max(lookEveryMs, collectingShare * (ended - started));
      return full;
    },
  };
}
