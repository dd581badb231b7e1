import { Logger, run, type Runner, type TaskList } from 'graphile-worker';
import type { Logger as Pino } from 'pino';
import type { Services } from '../services.ts';
import { settleUnknown, sweep, type WriteKinds } from './settle.ts';
import { runSync } from './sync.ts';

const pollIntervalMs = 1000;

/**
 * Starts working on the queue: settling, syncs, and once a minute (and now) the sweep for writes that nobody works on.
 * Ending the runner lets running jobs end.
 */
export async function startJobs(services: Services, kinds: WriteKinds, log: Pino): Promise<Runner> {
  const tasks: TaskList = {
    settle: (payload) => settleUnknown(services, kinds, textOf(payload, 'operationId')),
    sync: (payload, helpers) =>
      runSync(services, textOf(payload, 'syncId'), {
        isLastAttempt: helpers.job.attempts >= helpers.job.max_attempts,
        signal: helpers.abortSignal ?? new AbortController().signal,
      }),
    sweep: async () => {
      const found = await sweep(services);
      if (found > 0) log.warn({ found }, 'found writes that nobody worked on');
    },
  };
  const runner = await run({
    pgPool: services.pool,
    taskList: tasks,
    concurrency: services.config.JOBS_CONCURRENCY,
    pollInterval: pollIntervalMs,
    crontab: '* * * * * sweep',
    noHandleSignals: true,
    logger: new Logger(() => (level, message) => {
      if (level === 'error' || level === 'warning') log.warn({ jobs: message }, 'job queue');
      else log.debug({ jobs: message }, 'job queue');
    }),
  });
  await runner.addJob('sweep', {}, { jobKey: 'sweep:start' });
  return runner;
}

function textOf(payload: unknown, name: string): string {
  const value = (payload as Record<string, unknown> | null)?.[name];
  if (typeof value === 'string') return value;
  throw new TypeError(`The job has no ${name}.`);
}
