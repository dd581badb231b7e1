import { get } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { createRandom } from '@card-gateway/sandbox';
import { drive, type DriveReport, type Scene } from '../chaos/drive.ts';
import { findingsText } from '../chaos/report.ts';
import type { Replica } from '../chaos/replica.ts';
import { type Cluster, type FailoverKind, startCluster } from './cluster.ts';
import type { FailoverOptions } from './options.ts';

export interface Failover {
  readonly kind: FailoverKind;
  /** Milliseconds from the new primary having a standby until both gateways are ready. */
  readonly readyAfterMs: number;
}

export interface FailoverReport extends DriveReport {
  readonly options: FailoverOptions;
  readonly failovers: readonly Failover[];
}

const longestRecoveryMs = 30_000;

/** Drives writes through two gateways while their PostgreSQL fails over repeatedly, each time in another way. */
export async function runFailovers(
  options: FailoverOptions,
  shipped: readonly string[],
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<FailoverReport> {
  const cluster = await startCluster(options.mode);
  const failovers: Failover[] = [];
  try {
    const report = await drive(
      {
        ...options,
        shipped,
        database: cluster,
        settings: { DATABASE_STANDBY: options.mode === 'synchronous' ? 'required' : 'optional' },
        disturb: async (scene) => {
          const random = createRandom(options.seed + 23);
          for (let round = 0; round < options.rounds && !scene.signal.aborted; round += 1) {
            await wait(1000 + random.below(2000));
            const kind = options.kinds[round % options.kinds.length] ?? 'crash';
            failovers.push(await failOver(cluster, kind, scene));
            scene.diary.count(`failovers: ${kind}`);
          }
        },
        progress,
        tell: ({ diary, sandbox }) =>
          `${diary.intents.length} writes, ${sandbox.admin.ledger().length} effects, ${failovers.length} failovers (of ${options.rounds})`,
      },
      signal,
    );
    return { ...report, options, failovers };
  } finally {
    await cluster.remove();
  }
}

async function failOver(cluster: Cluster, kind: FailoverKind, { replicas, signal }: Scene): Promise<Failover> {
  await cluster.failOver(kind);
  await cluster.addStandby();
  const back = performance.now();
  for (const replica of replicas) await ready(replica, back + longestRecoveryMs, signal);
  return { kind, readyAfterMs: Math.round(performance.now() - back) };
}

async function ready(replica: Replica, giveUpAt: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const at = replica.address();
    const status = at === null ? null : await statusOf(`http://${at.host}:${at.port}/health/ready`);
    if (status === 200) return;
    if (performance.now() > giveUpAt) throw new Error(`Gateway ${replica.name} is not ready again: ${status}.`);
    await wait(50);
  }
}

/** Null while there is no answer. */
function statusOf(url: string): Promise<number | null> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: 2000, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? null);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(null));
  });
}

/** What was done, how the gateways recovered, what was found, and the verdict. */
export function reportText(report: FailoverReport): string {
  const { options, failovers } = report;
  const mutation = options.mutation === null ? '' : `, with "${options.mutation}" taken away on purpose`;
  const byKind = Map.groupBy(failovers, ({ kind }) => kind);
  return [
    `seed ${options.seed}, ${options.rounds} failovers, ${options.mode}${mutation}`,
    'ready again after the new primary had a standby, at most:',
    ...[...byKind].map(([kind, of]) => {
      const slowest = Math.max(...of.map(({ readyAfterMs }) => readyAfterMs));
      return `  ${`${kind} (${of.length})`.padEnd(36)} ${String(slowest).padStart(8)} ms`;
    }),
    followersText(report),
    findingsText(report, options.reconciling),
  ].join('\n');
}

function followersText({ options, facts }: FailoverReport): string {
  const { followed = null } = facts.events ?? {};
  if (followed === null) {
    return 'Nobody followed the events (see --events): counts of 0 for readers and destinations say nothing.';
  }
  const followers = 'A reader and a destination followed the events in all rounds';
  if (options.followsEvents !== 'left') return `${followers}.`;
  const told = `the reader was told ${followed.restarts} times that events were lost, and began anew`;
  return `${followers}, and must get those that were left; ${told}.`;
}
