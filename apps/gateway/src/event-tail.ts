/** The end of the event log, as this process knows it. */
export interface EventTail {
  /** Position behind the last event; 0 before any is known. */
  readonly end: number;
  /** Whether anybody waits for an event. */
  readonly isAwaited: boolean;
  /** Another one as soon as the log may no longer be the same: it has grown, was set back, or is out of sight. */
  readonly state: symbol;
  /** Moves the end on, or back where the database was set back, and wakes those who wait for it. */
  moveTo(end: number): void;
  /** The database does not answer: it may be another one, or set back, when it does again. */
  lose(): void;
  /** Resolves once the log has an event at this position, or when the signal aborts. */
  reached(position: number, signal: AbortSignal): Promise<void>;
}

export function createEventTail(): EventTail {
  const waiting = new Set<{ readonly position: number; readonly wake: () => void }>();
  let end = 0;
  let state = Symbol('log');
  return {
    get end() {
      return end;
    },
    get state() {
      return state;
    },
    get isAwaited() {
      return waiting.size > 0;
    },
    lose: () => {
      state = Symbol('log');
    },
    moveTo: (position) => {
      end = position;
      state = Symbol('log');
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
