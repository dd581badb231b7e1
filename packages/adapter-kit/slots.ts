/** So many at once; the others wait in line, each as long as it can. */
export interface Slots {
  /** Whether there was a slot in time: at once, or later. */
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
