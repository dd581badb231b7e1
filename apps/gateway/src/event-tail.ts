/** The end of the event log, as this process knows it. */
export interface EventTail {
  /** Position behind the last event; 0 before any is known. */
  readonly end: number;
  /** Whether anybody waits for an event. */
  readonly isAwaited: boolean;
  /** Moves the end on, or back where the database was set back, and wakes those who wait for it. */
  moveTo(end: number): void;
  /** Resolves once the log has an event at this position, or when the signal aborts. */
  reached(position: number, signal: AbortSignal): Promise<void>;
}

export function createEventTail(): EventTail {
  const waiting = new Set<{ readonly position: number; readonly wake: () => void }>();
  let end = 0;
  return {
    get end() {
      return end;
    },
    get isAwaited() {
      return waiting.size > 0;
    },
    moveTo: (position) => {
      end = position;
      for (const waiter of waiting) if (waiter.position < end) waiter.wake();
    },
    reached: (position, signal) => {
      if (position < end || signal.aborted) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      const waiter = {
        position,
        wake: () => {
          waiting.delete(waiter);
          signal.removeEventListener('abort', waiter.wake);
          resolve();
        },
      };
      waiting.add(waiter);
      signal.addEventListener('abort', waiter.wake);
      return promise;
    },
  };
}
