import { EventEmitter } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import {
  Logger,
  run,
  type Runner,
  type Task,
  type TaskList,
  type WorkerEvents,
  type WorkerPool,
} from 'graphile-worker';
import type { Logger as Pino } from 'pino';
import { jobsAtOnce } from '../config.ts';
import type { Services } from '../services.ts';
import type { QueuePulse } from '../pulse.ts';
import { openRunConnections } from './store.ts';

const pollIntervalMs = 1000;
/** A run's few start-up queries must finish within this time. */
const longestBeginMs = 5000;

/** The tasks of a run, and its observers. */
export interface RunOptions {
  readonly tasks: TaskList;
  readonly crontab: string;
  /** Queued when a run starts. */
  readonly firstTask: string;
  readonly log: Pino;
  /** Called with the worker name of an abandoned run's jobs, once none of them is running any more. */
  readonly onLeft: (holder: string) => void;
}

/** The queue from its start to its first failure; then a new run must follow. */
export interface Run {
  /** Resolves with the error that ended the run unasked. */
  readonly broken: Promise<Error>;
  /** Takes no new jobs; resolves when the running ones have finished and are recorded. Never resolves after a failure. */
  stop(): Promise<void>;
  /** Ends everything the run started, at once; resolves when its jobs have ended, without recording them. */
  abandon(reason: Error): Promise<void>;
}

/** @throws if it cannot start; then nothing of it remains */
export async function beginRun(services: Services, options: RunOptions): Promise<Run> {
  const { pulse, config } = services;
  const { tasks, crontab, firstTask, log, onLeft } = options;
  const { promise: broken, resolve: breaks } = Promise.withResolvers<Error>();
  const connections = openRunConnections(config, breaks);
  const running = new Set<Promise<unknown>>();
  const seen: Seen = { workers: null, isOver: false };
  let runner: Runner | null = null;

  async function abandon(reason: Error): Promise<void> {
    seen.isOver = true;
    // Not awaited, because on dead connections it may never end. It takes no more jobs from now on.
    void runner?.stop().catch(() => {});
    connections.destroy(reason);
    await Promise.allSettled(running);
    const { workers } = seen;
    if (workers === null) return;
    seen.workers = null;
    // Removes the run from graphile-worker's global list of runs.
    void Promise.resolve(workers.forcefulShutdown(reason.message)).catch(() => {});
    onLeft(workers.id);
  }

  const failed = failureWithin(broken, longestBeginMs);
  try {
    const begun = run({
      pgPool: connections.pool,
      taskList: noted(tasks, running),
      concurrency: jobsAtOnce(config),
      pollInterval: pollIntervalMs,
      crontab,
      noHandleSignals: true,
      events: watchedEvents(seen, pulse),
      logger: queueLog(seen, log),
    });
    runner = await Promise.race([begun, failed]);
    runner.promise.then(() => breaks(new Error('The job queue ended by itself.')), breaks);
    await Promise.race([runner.addJob(firstTask, {}), failed]);
  } catch (error) {
    void abandon(error as Error);
    throw error;
  }
  pulse.begun(jobsAtOnce(config));
  return {
    broken,
    stop: async () => {
      await runner.stop();
      await connections.idle();
    },
    abandon,
  };
}

/**
 * The run's state as seen by the parts handed to graphile-worker. It is minimal, because graphile-worker keeps the options of
 * each run for ever (taskIdentifiers.js, `cacheByOptions`).
 */
interface Seen {
  workers: WorkerPool | null;
  isOver: boolean;
}

function watchedEvents(seen: Seen, pulse: QueuePulse): WorkerEvents {
  const events: WorkerEvents = new EventEmitter();
  events.on('pool:create', ({ workerPool }) => {
    seen.workers = workerPool;
  });
  events.on('worker:getJob:empty', () => {
    if (!seen.isOver) pulse.polled();
  });
  events.on('job:start', () => {
    if (!seen.isOver) pulse.jobBegun();
  });
  events.on('job:complete', () => {
    if (!seen.isOver) pulse.jobEnded();
  });
  return events;
}

function queueLog(seen: Seen, log: Pino): Logger {
  return new Logger(() => (level, message) => {
    if (seen.isOver) return;
    if (level === 'error' || level === 'warning') log.warn({ jobs: message }, 'job queue');
    else log.debug({ jobs: message }, 'job queue');
  });
}

/** Rejects with the failure, or after the time-out. */
async function failureWithin(failure: Promise<Error>, ms: number): Promise<never> {
  throw await Promise.race([failure, wait(ms, new Error('The job queue did not begin in time.'), { ref: false })]);
}

/** The tasks, tracked while they run. */
function noted(tasks: TaskList, running: Set<Promise<unknown>>): TaskList {
  const wrapped = (task: Task | undefined): Task => {
    return (payload, helpers) => {
      const work = Promise.try(() => task?.(payload, helpers));
      running.add(work);
      return work.finally(() => running.delete(work));
    };
  };
  return Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, wrapped(task)]));
}
