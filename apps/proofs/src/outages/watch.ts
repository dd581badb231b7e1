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
  readonly turnedAwayAfterMs: number | null;
  /** From its beginning until both gateways say that they are not ready; null where one never said so. */
  readonly notReadyAfterMs: number | null;
  /** From its end until both are ready again. */
  readonly readyAfterMs: number | null;
  /**
   * From its end until all is well: both are ready, each has done an order and a job, and no caller is turned away any more; null
   * where that was not seen.
   */
  readonly wellAfterMs: number | null;
  /** How often callers were told what, from its beginning until it was watched no longer. */
  readonly told: ReadonlyMap<string, number>;
}

const quietMs = 3000;
const lookEveryMs = 50;
/** For how long after its end an outage is watched: longer than until all must be well. */
const watchedMs = 12_000;
const account = 'keysecure';
/** What a caller is told who was turned away. */
const turnedAway = ['database-unavailable', 'internal-error', 'deadline-exceeded', 'no answer'];

/** Begins an outage while callers write, ends it, and sees how the gateways take both. */
export async function watchOutage(outage: Outage, lastingMs: number, scene: Scene): Promise<Seen> {
  const { replicas, diary } = scene;
  const transport = openTransport({ connections: 4, connectTimeoutMs: 1000, maxResponseBytes: 4_000_000 });
  const clients = replicas.map(clientOf);
  const body = await orderFrom(clients[0] as Client);
  await wait(quietMs);

  const before = new Map(diary.counts);
  const begunAt = performance.now();
  let endedAt = Infinity;
  const notReadyAt = replicas.map((): number | null => null);
  const readyAt = replicas.map((): number | null => null);
  let firstTurnedAwayAt: number | null = null;
  let lastTurnedAwayAt = 0;
  let turnedAwaySoFar = countOf(diary);
  const watching = new AbortController();

  async function look(replica: Replica, index: number): Promise<void> {
    while (!watching.signal.aborted) {
      const isReady = (await ask(replica, '/health/ready')).status === 200;
      if (!isReady) notReadyAt[index] ??= performance.now();
      if (!isReady) readyAt[index] = null;
      else if (performance.now() > endedAt) readyAt[index] ??= performance.now();
      await wait(lookEveryMs);
    }
  }
  async function listen(): Promise<void> {
    while (!watching.signal.aborted) {
      const now = countOf(diary);
      if (now > turnedAwaySoFar) {
        firstTurnedAwayAt ??= performance.now();
        lastTurnedAwayAt = performance.now();
      }
      turnedAwaySoFar = now;
      await wait(lookEveryMs);
    }
  }
  async function ask(replica: Replica, path: string): Promise<{ status: number | null; text: string }> {
    const at = replica.address();
    const url = `http://${at?.host}:${at?.port}${path}`;
    const exchange = await transport.send({
      operation: 'look',
      method: 'GET',
      url,
      headers: {},
      body: null,
      timeoutMs: 1000,
    });
    return exchange.kind === 'answered' ? { status: exchange.status, text: exchange.body } : { status: null, text: '' };
  }
  /** An order through this gateway, and a job of which its own queue tells. */
  async function isWell(replica: Replica, client: Client): Promise<boolean> {
    const order = await client.call('issueCard', { body }).catch(() => null);
    if (order?.status !== 201) return false;
    const { text } = await ask(replica, '/metrics');
    const age = Number(/^gateway_queue_poll_age_seconds (\S+)$/m.exec(text)?.[1]);
    return age < 2;
  }
  async function wellAgain(): Promise<number | null> {
    const jobs = clients.map((client) => jobDone(client));
    for (const [index, replica] of replicas.entries()) {
      while (!(await isWell(replica, clients[index] as Client))) {
        if (performance.now() - endedAt > watchedMs) return null;
        await wait(lookEveryMs);
      }
    }
    await Promise.all(jobs);
    return performance.now();
  }
  async function jobDone(client: Client): Promise<void> {
    let id: string | null = null;
    while (performance.now() - endedAt < watchedMs) {
      id ??= await client.startSync({ body: { account: 'yixin', user: 'watched' } }).then(
        (sync) => sync.id,
        () => null,
      );
      const sync = id === null ? null : await client.getSync({ params: { id } }).catch(() => null);
      if (sync?.status === 'succeeded' || sync?.status === 'failed') return;
      await wait(lookEveryMs);
    }
  }

  const looking = Promise.all([listen(), ...replicas.map(look)]);
  await outage.begin();
  await wait(lastingMs);
  await outage.end();
  endedAt = performance.now();
  const workedAt = await wellAgain();
  await wait(Math.max(0, watchedMs - (performance.now() - endedAt)));
  watching.abort();
  await looking;
  await transport.close();

  const since = (from: number, at: number | null): number | null => (at === null ? null : Math.round(at - from));
  const latest = (times: readonly (number | null)[]): number | null =>
    times.includes(null) ? null : Math.max(...times.map(Number));
  const ready = latest(readyAt);
  const calm = performance.now() - lastTurnedAwayAt > 1000 ? Math.max(lastTurnedAwayAt, endedAt) : null;
  return {
    turnedAwayAfterMs: since(begunAt, firstTurnedAwayAt),
    notReadyAfterMs: since(begunAt, latest(notReadyAt)),
    readyAfterMs: since(endedAt, ready),
    wellAfterMs: since(endedAt, latest([ready, workedAt, calm])),
    told: new Map([...diary.counts].map(([name, count]) => [name, count - (before.get(name) ?? 0)])),
  };
}

const countOf = ({ counts }: Diary): number => turnedAway.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0);

function clientOf(replica: Replica): Client {
  const client = replica.client();
  if (client === null) throw new Error(`Gateway ${replica.name} is down.`);
  return client;
}

type Order = Parameters<Client['issueCard']>[0]['body'];

async function orderFrom(client: Client): Promise<Order> {
  const { data } = await client.listCardProducts({ query: { account } });
  const product = data.find(({ issuable, forms }) => issuable && forms?.includes('virtual'));
  if (product === undefined) throw new Error('The sandbox has no product.');
  const reference = 'watched';
  const cardholder = await client.createCardholder({ body: { account, reference, sumsubShareToken: 'token' } });
  return { account, product: product.id, cardholder: cardholder.id, form: 'virtual' };
}
