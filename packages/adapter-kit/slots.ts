/** A limited number of slots; further callers queue, each for as long as it can wait. */
export interface Slots {
  /** Whether a slot was obtained in time, immediately or later. */
  take(waitMs: number): true | Promise<boolean>;
  give(): void;
}

export function createSlots(count: number): Slots {
  let free = count;
  const line = new Set<() => void>();
  return {
    take: (waitMs) => {
      if (free > 0) {
        free -= 1;
        return true;
      }
      return new Promise((resolve) => {
        const late = setTimeout(() => {
          line.delete(enter);
          resolve(false);
        }, waitMs);
        function enter(): void {
          clearTimeout(late);
          resolve(true);
        }
        line.add(enter);
      });
    },
    give: () => {
      const [next] = line;
      if (next === undefined) free += 1;
      else {
        line.delete(next);
        next();
      }
    },
  };
}
