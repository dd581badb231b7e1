import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as NodeJS.GCFunction;

/**
 * Frees what the start has left, and gives back to the system what the heap no longer needs, which V8 would keep for as long as
 * little is asked for. The process stands still for some 50 ms.
 */
export function freeAfterStart(): void {
  collectGarbage({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

/** Milliseconds between two checks of the heap. */
const lookEveryMs = 1000;
/** A collection takes longer the larger the live heap; those triggered here use at most this fraction of the time. */
const collectingShare = 20;

/**
 * Tells whether the live heap exceeds `limitBytes`. Heap usage alone is misleading, because it includes garbage, which an idle
 * process keeps for minutes. So if usage exceeds the limit, garbage is collected first.
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
