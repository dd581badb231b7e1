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

/**
 * A limited number of slots, for which the keys that wait have turns: one whose calls are many keeps others waiting for one of them
 * only. The calls of a key are in the order of their arrival.
 */
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
  /** Releases a slot to the first queued call of the next key that may have it. */
  release(key: string): void;
  /** Rejects all queued calls. */
  reject(reason: Reason): void;
  load(): { readonly inUse: number; readonly queued: number };
}

/** The queued calls of a key, each by its end. */
interface Queued<Reason> {
  readonly ends: Set<(result: NoSlot | Reason | null) => void>;
  size: number;
}

export function createBulkhead<Reason = never>(options: BulkheadOptions): Bulkhead<Reason> {
  const { slots, slotsPerKey = slots, queue, queuedSize = Infinity } = options;
  const used = new Map<string, number>();
  /** The key whose turn is next is first. */
  const queued = new Map<string, Queued<Reason>>();
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

  function mayWait(own: Queued<Reason>, size: number): boolean {
    return own.ends.size < queue && (own.size === 0 || own.size + size <= queuedSize);
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
      const own = queued.get(key) ?? { ends: new Set(), size: 0 };
      if (!mayWait(own, size)) return 'full';
      return new Promise((resolve) => {
        const end = (result: NoSlot | Reason | null): void => {
          clearTimeout(late);
          own.ends.delete(end);
          own.size -= size;
          if (own.ends.size === 0) queued.delete(key);
          resolve(result);
        };
        const late = waitMs === Infinity ? undefined : setTimeout(() => end('late'), waitMs);
        own.ends.add(end);
        own.size += size;
        queued.set(key, own);
      });
    },
    release: (key) => {
      inUse -= 1;
      const left = (used.get(key) ?? 0) - 1;
      if (left > 0) used.set(key, left);
      else used.delete(key);
      for (const [next, own] of queued) {
        if (inUse >= slots) return;
        if (!tryAcquire(next)) continue;
        queued.delete(next);
        queued.set(next, own);
        const [end] = own.ends;
        end?.(null);
      }
    },
    reject: (reason) => {
      for (const { ends } of queued.values()) for (const end of ends) end(reason);
    },
    load: () => ({ inUse, queued: queued.values().reduce((sum, { ends }) => sum + ends.size, 0) }),
  };
}
