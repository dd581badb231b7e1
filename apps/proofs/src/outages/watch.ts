import { setTimeout as wait } from 'node:timers/promises';
import { openTransport } from '@card-gateway/adapter-kit';
import type { Client } from '@card-gateway/client';
import type { Diary } from '../chaos/diary.ts';
import type { Scene } from '../chaos/drive.ts';
import type { Replica } from '../chaos/replica.ts';
import type { Outage } from './kinds.ts';

/** What was seen of one outage; times in milliseconds. */
export interface Seen {
  /** From its beginning until a caller was first turned away; null where none was. */
  readonly rejectedAfterMs: number | null;
  /** From its beginning until both gateways say that they are not ready; null where one never said so. */
  readonly notReadyAfterMs: number | null;
  /** From its end until both are ready again; null where one was not at the end. */
  readonly readyAfterMs: number | null;
  /**
   * From its end until all is well: both are ready, each has done an order, a job and polls its queue, and no caller is turned
   * away any more; null where that was not seen.
   */
  readonly wellAfterMs: number | null;
  /** How often callers were told what, from its beginning until it was watched no longer. */
  readonly told: ReadonlyMap<string, number>;
}

/** Callers write before it begins. */
const quietMs = 3000;
const lookEveryMs = 50;
/** For how long after its end an outage is watched at most: longer than until all must be well. */
const watchedMs = 12_000;
/** How long it is watched after all works: nobody may be turned away any more. */
const calmMs = 3000;
/** The queue polls each second. */
const longestPollAge = 2;
const account = 'keysecure';
/** What a caller is told who was turned away. */
const rejected = ['database-unavailable', 'internal-error', 'deadline-exceeded', 'no answer'];

/** Begins an outage while callers write, ends it, and sees how the gateways take both. */
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
  /** Seconds since its queue last asked for jobs. */
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

/** @returns when it was first not ready, and since when after the end it is ready without a break */
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

/** @returns when callers were turned away for the first time and for the last */
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

/** @returns when each gateway had done an order, had a job done that came after the end, and polled its queue */
async function worksAgain(gateways: readonly Gateway[], body: Order, giveUpAt: number): Promise<number | null> {
  const insist = async (isDone: () => Promise<boolean>): Promise<void> => {
    while (performance.now() < giveUpAt && !(await isDone().catch(() => false))) await wait(lookEveryMs);
  };
  await Promise.all(
    gateways.map(async ({ client, pollAge }) => {
      await insist(async () => (await client.call('issueCard', { body })).status === 201);
      let sync: string | null = null;
      await insist(async () => {
        // Of a queue that no caller uses: theirs may have a long way to go.
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
