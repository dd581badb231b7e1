import { setTimeout as wait } from 'node:timers/promises';
import { createRandom, type Random } from '@card-gateway/sandbox';
import { killAt, startAgain } from '../chaos/disorder.ts';
import { drive, type DriveReport, type Scene } from '../chaos/drive.ts';
import { allPoints } from '../chaos/points.ts';
import { type ChaosPostgres, startPostgres } from '../chaos/postgres.ts';
import { type Idle, openIdle } from './idle.ts';
import { type Downtime, longestStall } from './lags.ts';
import type { EventOptions } from './options.ts';

export interface EventReport extends DriveReport {
  readonly options: EventOptions;
  /** The longest that an event waited for its position while PostgreSQL and a gateway were up, in milliseconds. */
  readonly stallMs: number;
}

/**
 * Writes through two gateways that are killed in turn, with a PostgreSQL that is stopped, and with write transactions that stay
 * open, while a reader with a cursor reads the events.
 */
export async function runEvents(
  options: EventOptions,
  shipped: readonly string[],
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<EventReport> {
  const postgres = await startPostgres();
  const downtimes: Downtime[] = [];
  try {
    const report = await drive(
      {
        ...options,
        shipped,
        callers: options.writers,
        reconciling: 'hurry',
        database: postgres,
        settings: {},
        followsEvents: true,
        disturb: (scene) => disturb(options, scene, postgres, downtimes),
        progress,
        tell: ({ diary, sandbox }) => `${diary.intents.length} writes, ${sandbox.admin.ledger().length} effects`,
      },
      signal,
    );
    return { ...report, options, stallMs: longestStall(report.facts.events?.lags ?? [], downtimes) };
  } finally {
    await postgres.remove();
  }
}

async function disturb(options: EventOptions, scene: Scene, postgres: ChaosPostgres, downtimes: Downtime[]) {
  const random = createRandom(options.seed + 29);
  let idle = await openIdle(postgres.ownerUrl);
  const rounds = Math.max(options.kills, options.stops);
  try {
    for (let round = 1; round <= rounds && !scene.signal.aborted; round += 1) {
      await wait(300 + random.below(1200));
      if (round <= options.kills) await kill(scene, round, random);
      if (isDue(options.stops, round, rounds)) idle = await stop(scene, postgres, random, downtimes);
    }
    await wait(1000);
    await idle.commit();
  } finally {
    await idle.close();
  }
}

/** Spreads `count` over the rounds, the last in the middle of its share. */
const isDue = (count: number, round: number, rounds: number): boolean =>
  Math.floor((round * (count + 1)) / (rounds + 1)) > Math.floor(((round - 1) * (count + 1)) / (rounds + 1));

async function kill(scene: Scene, round: number, random: Random): Promise<void> {
  const replica = scene.replicas[round % scene.replicas.length];
  if (replica === undefined) return;
  if (random.below(2) === 0) {
    const point = random.pick(allPoints(() => 0.5).filter(({ wire }) => wire === 'database') as [never, ...never[]]);
    await killAt({ ...scene, points: new Map() }, replica, point);
    return;
  }
  scene.diary.count('kills at random');
  await replica.kill();
  await startAgain(replica);
}

/** Unix milliseconds, by the clock of this machine, which PostgreSQL shares. */
const now = (): number => performance.timeOrigin + performance.now();

async function stop({ diary }: Scene, postgres: ChaosPostgres, random: Random, downtimes: Downtime[]): Promise<Idle> {
  const how = random.pick(['fast', 'crash'] as const);
  const from = now();
  await postgres.stop(how);
  diary.count(how === 'fast' ? 'postmaster stopped' : 'postmaster crashed');
  await wait(random.below(800));
  await postgres.start();
  downtimes.push({ from, to: now() });
  return openIdle(postgres.ownerUrl);
}
