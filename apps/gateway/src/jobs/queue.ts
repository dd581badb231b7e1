import { setTimeout as wait } from 'node:timers/promises';
import { workGraceMs } from '../config.ts';
import type { Services } from '../services.ts';
import { beginRun, type Run, type RunOptions } from './run.ts';
import { freeJobsOf } from './store.ts';

const lookEveryMs = 500;
/** Maximum pause before a new run when runs fail in quick succession. */
const longestPauseMs = 4000;
const soonMs = 30_000;

export interface Queue {
  /** Takes no new jobs and lets running ones finish within the shutdown time. */
  stop(): Promise<void>;
}

/**
 * Processes the queue. A run that fails or shows no sign of life is abandoned together with its connections, and a new one
 * starts once the database is healthy.
 *
 * @throws if the first run cannot start
 */
export async function startQueue(services: Services, options: Omit<RunOptions, 'onLeft'>): Promise<Queue> {
  const { log } = options;
  const stopping = new AbortController();
  const left = new Set<string>();
  const begin = (): Promise<Run> => beginRun(services, { ...options, onLeft: (holder) => left.add(holder) });
  let current: Run | null = await begin();

  async function beginAgain(): Promise<void> {
    try {
      current = await begin();
      log.warn('the job queue had ended and was started again');
    } catch (error) {
      log.warn({ err: error }, 'the job queue cannot be started yet');
    }
  }

  /** Releases an abandoned run's jobs for its successor and for other processes. */
  async function freeLeft(): Promise<void> {
    const holders = [...left];
    if (holders.length === 0) return;
    try {
      await freeJobsOf(services.pool, holders);
      for (const holder of holders) left.delete(holder);
    } catch {
      // The next round retries.
    }
  }

  async function supervise(): Promise<void> {
    let begunAt = performance.now();
    let beginAt = 0;
    let pauseMs = lookEveryMs;
    while (!stopping.signal.aborted) {
      const look = wait(lookEveryMs, null, { signal: stopping.signal }).catch(() => null);
      const broken = await (current === null ? look : Promise.race([current.broken, look]));
      if (stopping.signal.aborted) return;
      const now = performance.now();
      const reason = broken ?? (services.pulse.isHung() ? new Error('The job queue gave no sign of life.') : null);
      if (current !== null && reason !== null) {
        log.warn({ err: reason }, 'the job queue broke');
        void current.abandon(reason);
        current = null;
        pauseMs = now - begunAt < soonMs ? Math.min(2 * pauseMs, longestPauseMs) : lookEveryMs;
        beginAt = now + pauseMs;
      } else if (services.database.fault() === null) {
        if (current === null && now >= beginAt) {
          await beginAgain();
          begunAt = performance.now();
        }
        await freeLeft();
      }
    }
  }
  const supervised = supervise();

  async function end(run: Run): Promise<void> {
    await Promise.race([run.stop(), run.broken]);
    await run.abandon(new Error('The process ends.'));
    await freeLeft();
  }

  return {
    stop: async () => {
      stopping.abort();
      await supervised;
      if (current === null) return;
      const inTime = new AbortController();
      const late = wait(workGraceMs(services.config), null, { signal: inTime.signal });
      await Promise.race([end(current), late.catch(() => {})]);
      inTime.abort();
    },
  };
}
