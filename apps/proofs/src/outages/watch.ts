import { setTimeout as wait } from 'node:timers/promises';
import { openTransport } from '@card-gateway/adapter-kit';
import type { Client } from '@card-gateway/client';
import type { Diary } from '../chaos/diary.ts';
import type { Scene } from '../chaos/drive.ts';
import type { Replica } from '../chaos/replica.ts';
import type { Outage } from './kinds.ts';

/** Observations of one outage; times in milliseconds. */
export interface Seen {
  /** From its start until a caller was first rejected; null if none was. */
  readonly rejectedAfterMs: number | null;
  /** From its start until both gateways reported not ready; null if one never did. */
  readonly notReadyAfterMs: number | null;
  /** From its end until both were ready again; null if one was not in the end. */
  readonly readyAfterMs: number | null;
  /**
   * From its end until full recovery: both are ready, each has completed an order and a job and polls its queue, and no caller
   * is rejected any more; null if that was not observed.
   */
  readonly wellAfterMs: number | null;
  /** How often callers got each answer, from its start to the end of the observation. */
  readonly told: ReadonlyMap<string, number>;
}

/** Callers write for this long before it starts. */
const quietMs = 3000;
const lookEveryMs = 50;
/** Maximum observation after its end, longer than the allowed recovery. */
const watchedMs = 12_000;
/** Observation after recovery: no caller may be rejected any more. */
const calmMs = 3000;
/** The queue polls each second. */
const longestPollAge = 2;
const account = 'keysecure';
const rejected = ['database-unavailable', 'internal-error', 'deadline-exceeded', 'no answer'];

/** Starts an outage while callers write, ends it, and observes how the gateways handle both. */
export async function watchOutage(outage: Outage, lastingMs: number, { replicas, diary }: Scene): Promise<Seen> {
  const transport = openTransport({ connections: 4, connectTimeoutMs: 1000, maxResponseBytes: 4_000_000 });
  const gateways = replicas.map((replica) => gatewayOf(replica, transport));
  const order = await orderThrough(gateways[0]);
  await wait(quietMs);

  const before = new Map(diary.counts);
  const watching = new AbortController();
  let endedAt = Infinity;
  const following = Promise.all(gateways.map((gateway) => followReadiness(gateway, () => endedAt, watching.signal)));
  const counting = followCallers(diary, watching.signal);
  const begunAt = performance.now();
  await outage.begin();
  await wait(lastingMs);
  await outage.end();
  endedAt = performance.now();
  const workedAt = await worksAgain(gateways, order, endedAt + watchedMs);
  await wait(workedAt === null ? 0 : calmMs);
  watching.abort();
  const readiness = await following;
  const callers = await counting;
  await transport.close();

  const readyAt = latest(readiness.map((gateway) => gateway.readyAt));
  const isCalm = performance.now() - callers.lastAt > calmMs / 2;
  const calmAt = isCalm ? Math.max(callers.lastAt, endedAt) : null;
  return {
    rejectedAfterMs: between(begunAt, callers.firstAt),
    notReadyAfterMs: between(begunAt, latest(readiness.map((gateway) => gateway.notReadyAt))),
    readyAfterMs: between(endedAt, readyAt),
    wellAfterMs: between(endedAt, latest([readyAt, workedAt, calmAt])),
    told: new Map([...diary.counts].map(([name, count]) => [name, count - (before.get(name) ?? 0)])),
  };
}

interface Gateway {
  readonly client: Client;
  readonly isReady: () => Promise<boolean>;
  /** Seconds since the queue last polled. */
  readonly pollAge: () => Promise<number>;
}

function gatewayOf(replica: Replica, transport: ReturnType<typeof openTransport>): Gateway {
  const client = replica.client();
  const address = replica.address();
  if (client === null || address === null) throw new Error(`Gateway ${replica.name} is down.`);
  const ask = (path: string) =>
    transport.send({
      operation: 'look',
      method: 'GET',
      url: `http://${address.host}:${address.port}${path}`,
      headers: {},
      body: null,
      timeoutMs: 1000,
    });
  return {
    client,
    isReady: async () => {
      const answer = await ask('/health/ready');
      return answer.kind === 'answered' && answer.status === 200;
    },
    pollAge: async () => {
      const answer = await ask('/metrics');
      const text = answer.kind === 'answered' ? answer.body : '';
      return Number(/^gateway_queue_poll_age_seconds (\S+)$/m.exec(text)?.[1] ?? Infinity);
    },
  };
}

/** @returns when it was first not ready, and since when after the end it has been ready without interruption */
async function followReadiness(
  gateway: Gateway,
  endedAt: () => number,
  signal: AbortSignal,
): Promise<{ readonly notReadyAt: number | null; readonly readyAt: number | null }> {
  let notReadyAt: number | null = null;
  let readyAt: number | null = null;
  while (!signal.aborted) {
    if (!(await gateway.isReady())) {
      notReadyAt ??= performance.now();
      readyAt = null;
    } else if (performance.now() > endedAt()) readyAt ??= performance.now();
    await wait(lookEveryMs);
  }
  return { notReadyAt, readyAt };
}

/** @returns when callers were first and last rejected */
async function followCallers(
  { counts }: Diary,
  signal: AbortSignal,
): Promise<{ readonly firstAt: number | null; readonly lastAt: number }> {
  const all = (): number => rejected.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0);
  let firstAt: number | null = null;
  let lastAt = 0;
  for (let seen = all(); !signal.aborted; await wait(lookEveryMs)) {
    const now = all();
    if (now === seen) continue;
    seen = now;
    lastAt = performance.now();
    firstAt ??= lastAt;
  }
  return { firstAt, lastAt };
}

type Order = Parameters<Client['issueCard']>[0]['body'];

async function orderThrough(gateway: Gateway | undefined): Promise<Order> {
  if (gateway === undefined) throw new Error('There is no gateway.');
  const { client } = gateway;
  const { data } = await client.listCardProducts({ query: { account } });
  const product = data.find(({ issuable, forms }) => issuable && forms?.includes('virtual'));
  if (product === undefined) throw new Error('The sandbox has no product.');
  const reference = 'watched';
  const cardholder = await client.createCardholder({ body: { account, reference, sumsubShareToken: 'token' } });
  return { account, product: product.id, cardholder: cardholder.id, form: 'virtual' };
}

/** @returns when each gateway had completed an order and a job started after the end, and polled its queue */
async function worksAgain(gateways: readonly Gateway[], body: Order, giveUpAt: number): Promise<number | null> {
  const insist = async (isDone: () => Promise<boolean>): Promise<void> => {
    while (performance.now() < giveUpAt && !(await isDone().catch(() => false))) await wait(lookEveryMs);
  };
  await Promise.all(
    gateways.map(async ({ client, pollAge }) => {
      await insist(async () => (await client.call('issueCard', { body })).status === 201);
      let sync: string | null = null;
      await insist(async () => {
        // In a queue that no caller uses, because theirs may have a backlog.
        sync ??= (await client.startSync({ body: { account: 'yixin', user: 'watched' } })).id;
        const { status } = await client.getSync({ params: { id: sync } });
        return status === 'succeeded' || status === 'failed';
      });
      await insist(async () => (await pollAge()) < longestPollAge);
    }),
  );
  return performance.now() < giveUpAt ? performance.now() : null;
}

function latest(times: readonly (number | null)[]): number | null {
  return times.some((time) => time === null) ? null : Math.max(...times.map(Number));
}

function between(from: number, to: number | null): number | null {
  return to === null ? null : Math.round(to - from);
}
