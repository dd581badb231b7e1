import type { Logger } from 'pino';
import type { Pool } from 'pg';
import { takenKeyOf } from '../database-failure.ts';
import { isSame, lastSequenced, openWriters, sequence, type Sequenced } from './sequencer-store.ts';
import type { EventTail } from '../event-tail.ts';
import { startRepeating } from '../repeating.ts';

/** Pause between two passes while events come and somebody waits for them in this process. */
const busyMs = 20;
/** The same when none has come, or nobody has waited, for a second. */
const idleMs = 100;
const idleAfterMs = 1000;
/** Pause of a process that leaves the passes to another, and how long that one may be silent: shorter where somebody waits. */
const restMs = 100;
const silentMs = 300;
const awaitedSilentMs = 60;
/** Whether missing numbers may still come is asked this often. */
const ageMs = 200;

/**
 * Gives positions to committed events, in one order for all readers. Every process runs it, and most of the time one does the
 * work: whoever finds that another was faster rests until that one has been silent for a while. Two at once cannot give the same
 * position twice, because it is the key of `event_runs`.
 */
export function startSequencer({ pool, tail, log }: { pool: Pool; tail: EventTail; log: Logger }): {
  stop(): Promise<void>;
} {
  const sequencer = createSequencer(pool, tail);
  return startRepeating(sequencer.step, (error, isFirst) => {
    sequencer.reset();
    if (isFirst) log.warn({ err: error }, 'events cannot be sequenced');
    return restMs;
  });
}

/** The sequencer of one process, step by step. */
export function createSequencer(
  pool: Pool,
  tail: EventTail,
): {
  /** @returns the milliseconds until the next step */
  readonly step: () => Promise<number>;
  /** Forgets what it knows, after an error. */
  reset(): void;
} {
  let known: Sequenced | null = null;
  /** Numbers up to `highest` that are missing once all these transactions have ended will never be committed. */
  let epoch: { readonly highest: number; readonly writers: readonly string[] } | null = null;
  /** Missing numbers up to this one will never be committed. */
  let gone = 0;
  let agesAt = 0;
  let isResting = false;
  let changedAt = 0;
  let awaitedAt = -Infinity;

  function adopt(sequenced: Sequenced): void {
    known = sequenced;
    changedAt = performance.now();
    tail.moveTo(sequenced.next);
  }

  async function watch(before: Sequenced | null): Promise<void> {
    const last = await lastSequenced(pool);
    if (before === null || !isSame(last, before)) {
      epoch = null;
      gone = 0;
      adopt(last);
    }
  }

  /** @returns up to where missing numbers will never be committed, if the next pass does not find them */
  async function ended(before: Sequenced): Promise<number> {
    if (before.missing === '{}' || performance.now() < agesAt) return gone;
    agesAt = performance.now() + ageMs;
    const writers = await openWriters(pool);
    const { highest, writers: earlier } = epoch ?? { highest: before.highest, writers };
    // A prepared one has another name after a restart of the server.
    const areEnded = !writers.some((writer) => earlier.includes(writer) || writer.startsWith('-1/'));
    epoch = areEnded ? null : { highest, writers: earlier };
    return areEnded ? highest : gone;
  }

  async function pass(before: Sequenced): Promise<void> {
    const next = await ended(before);
    try {
      const done = await sequence(pool, before, gone);
      if (done.isLate) isResting = true;
      else gone = next;
      if (done.sequenced !== null) adopt(done.sequenced);
    } catch (error) {
      if (takenKeyOf(error) === null) throw error;
      isResting = true;
    }
  }

  return {
    step: async () => {
      const before = known;
      if (tail.isAwaited) awaitedAt = performance.now();
      const isAwaited = performance.now() - awaitedAt < idleAfterMs;
      if (before === null || isResting) {
        await watch(before);
        const isSilent = performance.now() - changedAt > (isAwaited ? awaitedSilentMs : silentMs);
        if (before !== null && isSilent) isResting = false;
        if (isResting) return isAwaited ? busyMs : restMs;
        return busyMs;
      }
      await pass(before);
      return isAwaited && performance.now() - changedAt < idleAfterMs ? busyMs : idleMs;
    },
    reset: () => {
      tail.lose();
      known = null;
      epoch = null;
      gone = 0;
      isResting = false;
    },
  };
}
