/** Timers for later events. None of them keeps the process alive. */
export interface Timers {
  after(delayMs: number, act: () => void): void;
  clear(): void;
}

/** The longest delay that Node's timers support. */
const longest = 2 ** 31 - 1;

export function createTimers(): Timers {
  const running = new Set<NodeJS.Timeout>();
  return {
    after(delayMs, act) {
      const timer = setTimeout(
        () => {
          running.delete(timer);
          act();
        },
        Math.min(Math.max(delayMs, 0), longest),
      );
      timer.unref();
      running.add(timer);
    },
    clear() {
      for (const timer of running) clearTimeout(timer);
      running.clear();
    },
  };
}
