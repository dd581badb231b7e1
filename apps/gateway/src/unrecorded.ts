import { setTimeout as wait } from 'node:timers/promises';

/** Result of an attempt to record: done, or the write is not in the database (yet). */
export type Recorded = 'recorded' | 'absent';

/** What this process knows about writes and could not record; it is recorded as soon as the database accepts it. */
export interface Unrecorded {
  /** @param record is called repeatedly until it reports completion; a throw means that it could not be recorded yet */
  add(operationId: string, record: () => Promise<Recorded>): void;
  /** Number of pending records. */
  count(): number;
  /** Tries once more and stops: the rest is found by its expired lease, and is then unknown. */
  stop(): Promise<void>;
}

const againMs = 1000;
/** How long a record whose commit was cut off may still appear, e.g. once its server has its standby again. */
const absentForMs = 10 * 60_000;
/** Exceeded only if nothing could be recorded for very long. */
const most = 10_000;

/** Maximum pause between the increasingly rare searches for a missing record. */
const longestPauseMs = 30_000;

interface Entry {
  readonly record: () => Promise<Recorded>;
  readonly addedAt: number;
  dueAt: number;
}

export function createUnrecorded(): Unrecorded {
  const entries = new Map<string, Entry>();
  const stopping = new AbortController();
  let working: Promise<void> | null = null;

  /** Records one after another until one fails, because the others would fail as well. */
  async function round(): Promise<void> {
    for (const [id, entry] of entries) {
      if (entry.dueAt > performance.now() && !stopping.signal.aborted) continue;
      const recorded = await entry.record().catch(() => null);
      if (recorded === null) {
        // In case only this one fails, the others come first in the next round.
        entries.delete(id);
        entries.set(id, entry);
        return;
      }
      const ageMs = performance.now() - entry.addedAt;
      entry.dueAt = performance.now() + Math.min(ageMs, longestPauseMs);
      if (recorded === 'recorded' || ageMs > absentForMs) entries.delete(id);
    }
  }

  async function work(): Promise<void> {
    while (entries.size > 0 && !stopping.signal.aborted) {
      await wait(againMs, undefined, { signal: stopping.signal }).catch(() => {});
      await round();
    }
    working = null;
  }

  return {
    add: (operationId, record) => {
      if (entries.size >= most || stopping.signal.aborted) return;
      entries.set(operationId, { record, addedAt: performance.now(), dueAt: 0 });
      working ??= work();
    },
    count: () => entries.size,
    stop: async () => {
      stopping.abort();
      await working;
    },
  };
}
