import { setTimeout as wait } from 'node:timers/promises';

/** What became of an attempt to record: done; or the write is not in the database, or not yet. */
export type Recorded = 'recorded' | 'absent';

/** What this process knows of writes and could not record: it is recorded as soon as the database takes it. */
export interface Unrecorded {
  /** @param record may be called again and again, until it says that it is done; a throw says that it could not be recorded yet */
  add(operationId: string, record: () => Promise<Recorded>): void;
  /** How many wait. */
  count(): number;
  /** Tries once more, and then no more: whatever is left is found by its lease, and is unknown. */
  stop(): Promise<void>;
}

const againMs = 1000;
/** A record whose commit was cut off may still come to light for this long, e.g. once its server has its standby again. */
const absentForMs = 10 * 60_000;
/** More would only be there if nothing could be recorded for very long. */
const most = 10_000;

/** What is not there is looked for less and less often, but not less than this. */
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

  /** Records one after another, until one fails: the others would fail as well. */
  async function round(): Promise<void> {
    for (const [id, entry] of entries) {
      if (entry.dueAt > performance.now() && !stopping.signal.aborted) continue;
      const recorded = await entry.record().catch(() => null);
      if (recorded === null) {
        // Should it be this one alone, the others come first in the next round.
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
