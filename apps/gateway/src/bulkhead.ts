export interface BulkheadOptions {
  /** Slots in all. */
  readonly slots: number;
  /** The most of them that one key may have; all where it is left out. */
  readonly slotsPerKey?: number;
  /** How many of one key may wait for a slot. */
  readonly queue: number;
  /** The most that those of one key that wait may be together, by their sizes; one alone may be of any size. */
  readonly queuedSize?: number;
}

/** Why there was no slot: as many waited as may, or the wait was over. */
export type NoSlot = 'full' | 'late';

/** So much at once, and so much that waits for it, in the order in which it came. */
export interface Bulkhead<Reason = never> {
  /**
   * Takes a slot, at once or once one is given back. Null with a slot, else why there is none.
   *
   * @param waitMs milliseconds that it can wait
   */
  acquire(key: string, options: { readonly waitMs: number; readonly size?: number }): Promise<NoSlot | Reason | null>;
  /** Takes a slot if one is free. */
  tryAcquire(key: string): boolean;
  /** Gives a slot back: to the first that waits and may have it. */
  release(key: string): void;
  /** Sends away all that wait. */
  reject(reason: Reason): void;
  load(): { readonly inUse: number; readonly queued: number };
}

interface Waiting<Reason> {
  readonly key: string;
  readonly size: number;
  readonly end: (result: NoSlot | Reason | null) => void;
}

export function createBulkhead<Reason = never>(options: BulkheadOptions): Bulkhead<Reason> {
  const { slots, slotsPerKey = slots, queue, queuedSize = Infinity } = options;
  const used = new Map<string, number>();
  const queued = new Set<Waiting<Reason>>();
  let inUse = 0;

  function tryAcquire(key: string): boolean {
    const ofKey = used.get(key) ?? 0;
    if (inUse >= slots || ofKey >= slotsPerKey) return false;
    inUse += 1;
    used.set(key, ofKey + 1);
    return true;
  }

  function mayWait(key: string, size: number): boolean {
    const ahead = [...queued].filter((waiting) => waiting.key === key);
    const sizeAhead = ahead.reduce((sum, waiting) => sum + waiting.size, 0);
    return ahead.length < queue && (sizeAhead === 0 || sizeAhead + size <= queuedSize);
  }

  return {
    tryAcquire,
    acquire: async (key, { waitMs, size = 1 }) => {
      if (tryAcquire(key)) return null;
      if (!mayWait(key, size)) return 'full';
      return new Promise((resolve) => {
        const late = waitMs === Infinity ? undefined : setTimeout(() => waiting.end('late'), waitMs);
        const waiting: Waiting<Reason> = {
          key,
          size,
          end: (result) => {
            clearTimeout(late);
            queued.delete(waiting);
            resolve(result);
          },
        };
        queued.add(waiting);
      });
    },
    release: (key) => {
      inUse -= 1;
      const left = (used.get(key) ?? 0) - 1;
      if (left > 0) used.set(key, left);
      else used.delete(key);
      for (const waiting of queued) {
        if (inUse >= slots) return;
        if (tryAcquire(waiting.key)) waiting.end(null);
      }
    },
    reject: (reason) => {
      for (const waiting of queued) waiting.end(reason);
    },
    load: () => ({ inUse, queued: queued.size }),
  };
}
