import { setTimeout as wait } from 'node:timers/promises';
import { createRandom, type FaultName, type Random, type Sandbox } from '@card-gateway/sandbox';
import type { Diary } from './diary.ts';
import { allPoints, nameOf, type Point } from './points.ts';
import { providerWires, troubled } from './providers.ts';
import type { ChaosPostgres } from './postgres.ts';
import type { Replica } from './replica.ts';
import type { Store } from './store.ts';

export interface Disorder {
  readonly seed: number;
  readonly replicas: readonly Replica[];
  readonly postgres: ChaosPostgres;
  readonly sandbox: Sandbox;
  readonly store: Store;
  readonly diary: Diary;
  /** How often each named point was reached and a gateway killed there. */
  readonly points: Map<string, number>;
  readonly signal: AbortSignal;
}

/** One call in ten goes wrong, mostly by losing the answer after the work was done. */
const oneIn = 10;
const lostAnswers: readonly [FaultName, ...FaultName[]] = [
  'work_then_reset',
  'work_then_reset',
  'work_then_hang',
  'work_then_bad_gateway',
  'truncated',
  'unlisted_code',
  'not_json',
  'reset',
  'hang',
  'bad_gateway',
  'refuse',
];
const longestWaitForPoint = 4000;

/** All disturbances, until no more are wanted. Each part repairs what it broke. */
export async function runDisorder(disorder: Disorder): Promise<void> {
  const points = createPoints(createRandom(disorder.seed + 17));
  await Promise.all([
    loseAnswers(disorder, createRandom(disorder.seed + 11)),
    stopDatabase(disorder, createRandom(disorder.seed + 13)),
    shuffleCallbacks(disorder, createRandom(disorder.seed + 19)),
    ...disorder.replicas.map((replica, index) =>
      harass(disorder, replica, points, createRandom(disorder.seed + 1000 + index)),
    ),
  ]);
}

/** All named points in random order, repeatedly. */
function createPoints(random: Random): () => Point {
  let waiting: Point[] = [];
  return () => {
    if (waiting.length === 0) waiting = allPoints(() => random.below(1_000_000) / 1_000_000);
    const [point] = waiting.splice(random.below(waiting.length), 1);
    if (point === undefined) throw new Error('There is no point.');
    return point;
  };
}

async function loseAnswers({ sandbox, signal }: Disorder, random: Random): Promise<void> {
  while (!signal.aborted) {
    const pending = sandbox.admin.faults();
    if (pending.length > 300) sandbox.admin.clearFaults();
    const all = providerWires.flatMap((provider) =>
      troubled[provider].operations.map((operation) => ({ provider, operation })),
    );
    for (const { provider, operation } of all) {
      if (pending.some((fault) => fault.operation === operation && fault.hits === 0)) continue;
      sandbox.admin.addFault({
        provider,
        operation,
        fault: random.pick(lostAnswers),
        after: random.below(2 * oneIn - 1),
      });
    }
    await pause(20, signal);
  }
  sandbox.admin.clearFaults();
}

async function stopDatabase({ postgres, replicas, diary, signal }: Disorder, random: Random): Promise<void> {
  while (!signal.aborted) {
    await pause(4000 + random.below(12_000), signal);
    // Otherwise a gateway on a slow machine might never get to serve.
    while (!signal.aborted && replicas.some((replica) => replica.client() === null)) await pause(100, signal);
    if (signal.aborted) break;
    const how = random.pick(['fast', 'crash'] as const);
    await postgres.stop(how);
    diary.count(how === 'fast' ? 'postmaster stopped' : 'postmaster crashed');
    await wait(random.below(800));
    await postgres.start();
  }
}

/** Delays, repeats and reorders callbacks. */
async function shuffleCallbacks({ sandbox, diary, signal }: Disorder, random: Random): Promise<void> {
  const { callbacks } = sandbox.admin;
  while (!signal.aborted) {
    callbacks.hold();
    await pause(300 + random.below(1200), signal);
    diary.count('callbacks shuffled', callbacks.held().length);
    await callbacks.release({ order: 'shuffled', seed: random.below(1_000_000), times: 1 + random.below(3) });
    await pause(random.below(500), signal);
  }
}

/** Repeatedly kills and restarts one gateway; sometimes stalls it, or disconnects it from a provider. */
async function harass(disorder: Disorder, replica: Replica, points: () => Point, random: Random): Promise<void> {
  const { diary, signal } = disorder;
  let startedInMs = 0;
  while (!signal.aborted) {
    // It serves at least as long as its start took.
    await pause(startedInMs + 300 + random.below(2000), signal);
    if (signal.aborted) break;
    if (replica.client() === null) startedInMs = await startAgain(replica);
    switch (random.below(10)) {
      case 0:
        diary.count('providers out of reach');
        await replica.partFrom(random.pick(providerWires), 100 + random.below(700));
        break;
      case 1:
        diary.count('gateways stalled');
        await stall(disorder, replica, points(), random);
        break;
      case 2:
      case 3:
        diary.count('kills at random');
        await replica.kill();
        startedInMs = await startAgain(replica);
        break;
      default:
        startedInMs = await killAt(disorder, replica, points());
    }
  }
  if (replica.client() === null) await startAgain(replica);
}

/** Kills a gateway at the point, or where it is if it does not get there. @returns the duration of its start, in milliseconds */
export async function killAt(
  { diary, points }: Pick<Disorder, 'diary' | 'points'>,
  replica: Replica,
  point: Point,
): Promise<number> {
  const name = nameOf(point);
  const reached = await replica.stopAt(point, longestWaitForPoint);
  if (reached) points.set(name, (points.get(name) ?? 0) + 1);
  diary.count(reached ? 'kills at a named point' : 'kills at random');
  await replica.kill();
  return startAgain(replica);
}

/**
 * Stalls a gateway in the middle of a write until the other one takes over, and then resumes it: anything it writes now comes
 * from a stale owner.
 */
async function stall({ store }: Disorder, replica: Replica, point: Point, random: Random): Promise<void> {
  await replica.stopAt(point, longestWaitForPoint);
  await replica.stall(async () => {
    await store.hurry().catch(() => {});
    await wait(1000 + random.below(3000));
  });
}

/**
 * The database may be unavailable: then a gateway exits at its start, and its operator restarts it. Returns the duration of the
 * successful start.
 */
export async function startAgain(replica: Replica): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const began = performance.now();
    try {
      await replica.start();
      return performance.now() - began;
    } catch (error) {
      if (tries === mostStarts) throw error;
      await wait(250);
    }
  }
}
const mostStarts = 40;

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => {});
}
