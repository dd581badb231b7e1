export interface BulkheadOptions {
  readonly slots: number;
  /** Maximum slots per key; default all. */
  readonly slotsPerKey?: number;
  readonly queue: number;
  /** Maximum total size of one key's queued calls; a single one may have any size. */
  readonly queuedSize?: number;
}

/** Why there is no slot: the queue is full, or the wait timed out. */
export type NoSlot = 'full' | 'late';

/** A limited number of slots, with a FIFO queue for them. */
export interface Bulkhead<Reason = never> {
  /**
   * Acquires a slot, waiting for one if necessary. Null on success, otherwise the reason.
   *
   * @param waitMs maximum wait in milliseconds
   */
  acquire(key: string, options: { readonly waitMs: number; readonly size?: number }): Promise<NoSlot | Reason | null>;
  /** Acquires a slot if one is free; work left under this id then counts as taken. */
  tryAcquire(key: string, id?: string): boolean;
  /** Leaves work for later, once per id: the next holder of a slot of this key takes it over when its own is done. */
  leave(key: string, id: string): void;
  /** The first work left for a key, for a holder of one of its slots; null if there is none. */
  takeOver(key: string): string | null;
  /** Releases a slot to the first queued call that may have it. */
  release(key: string): void;
  /** Rejects all queued calls. */
  reject(reason: Reason): void;
  load(): { readonly inUse: number; readonly queued: number };
}

interface Waiting<Reason> {
  readonly key: string;
  readonly size: number;
  readonly end: (result: NoSlot | Reason | null) => void;
}

const none = { calls: 0, size: 0 };

export function createBulkhead<Reason = never>(options: BulkheadOptions): Bulkhead<Reason> {
  const { slots, slotsPerKey = slots, queue, queuedSize = Infinity } = options;
  const used = new Map<string, number>();
  const queued = new Set<Waiting<Reason>>();
  /** Of the queued calls of each key. */
  const ahead = new Map<string, { readonly calls: number; readonly size: number }>();
  const left = new Map<string, Set<string>>();
  let inUse = 0;

  function tryAcquire(key: string, id?: string): boolean {
    const ofKey = used.get(key) ?? 0;
    if (inUse >= slots || ofKey >= slotsPerKey) return false;
    inUse += 1;
    used.set(key, ofKey + 1);
    if (id !== undefined) left.get(key)?.delete(id);
    return true;
  }

  function mayWait(key: string, size: number): boolean {
    const { calls, size: sizeAhead } = ahead.get(key) ?? none;
    return calls < queue && (sizeAhead === 0 || sizeAhead + size <= queuedSize);
  }

  function count(key: string, calls: 1 | -1, size: number): void {
    const before = ahead.get(key) ?? none;
    if (before.calls + calls === 0) ahead.delete(key);
    else ahead.set(key, { calls: before.calls + calls, size: before.size + size });
  }

  return {
    tryAcquire,
    leave: (key, id) => {
      left.set(key, (left.get(key) ?? new Set()).add(id));
    },
    takeOver: (key) => {
      const ids = left.get(key);
      const [id] = ids ?? [];
      if (id === undefined) left.delete(key);
      else ids?.delete(id);
      return id ?? null;
    },
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
            count(key, -1, -size);
            resolve(result);
          },
        };
        queued.add(waiting);
        count(key, 1, size);
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
