import { eventExamples, type EventView } from '@card-gateway/contract';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createCircuitLog } from '../src/accounts/circuit-log.ts';
import { eventViews } from '../src/app.ts';
import { readEvents } from '../src/events/read-events.ts';
import { createSequencer } from '../src/events/sequencer.ts';
import { sightOf } from '../src/events/sight.ts';
import { call, problemOf } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { bankCard, cardOrder, type CardOrder } from './setup/orders.ts';
import { type Relay, startRelay } from './setup/relay.ts';
import { reconcileNow } from './setup/reconcile.ts';
import { until } from './setup/until.ts';

const places = 4;
const queue = 6;
const capacity = places + queue;

let gateway: TestGateway;
/** The wire to KeySecure, which stops without a word when it is frozen. */
let wire: Relay;
let order: CardOrder;
let key: string;

beforeAll(async () => {
  let real = '';
  wire = await startRelay(() => real);
  gateway = await startGateway({
    jobs: false,
    settings: {
      PROVIDER_CONNECTIONS: String(places),
      PROVIDER_QUEUE: String(queue),
      // Long enough for nothing here to end by itself.
      PROVIDER_CONNECT_TIMEOUT_MS: '20000',
      PROVIDER_READ_TIMEOUT_MS: '20000',
      PROVIDER_WRITE_TIMEOUT_MS: '20000',
      HTTP_READ_DEADLINE_MS: '25000',
      HTTP_WRITE_DEADLINE_MS: '25000',
      PROVIDER_CIRCUIT_FAILURES: '5',
      PROVIDER_CIRCUIT_REST_MS: '2000',
    },
    account: (name, settings) => {
      if (name !== 'keysecure') return settings;
      real = String(settings['baseUrl']);
      return { ...settings, baseUrl: wire.url };
    },
  });
  order = await cardOrder(gateway);
  ({ key } = await gateway.key());
});
afterEach(() => {
  wire.thaw();
  gateway.sandbox.admin.clearFaults();
});
afterAll(async () => {
  await gateway.close();
  await wire.close();
});

const load = () => gateway.services.accounts.byName('keysecure')?.load();
const issued = (): number => gateway.sandbox.admin.ledger({ effect: 'card_issued' }).length;
const recorded = async (): Promise<number> =>
  Number((await gateway.pool.query('SELECT count(*) FROM operations')).rows[0].count);

interface Result {
  readonly status: number;
  readonly code?: string;
  readonly retryAfterMs?: number | null;
}

async function accountEvents(): Promise<EventView[]> {
  const sequencer = createSequencer(gateway.pool, gateway.services.eventTail);
  // The first step reads how far it is.
  await sequencer.step();
  await sequencer.step();
  const seen = { tenant: 'default', sees: sightOf({ scopes: ['catalog:read'] }), from: null, limit: 100 };
  return (await readEvents(gateway.services, eventViews, seen)).events.map(({ event }) => event);
}

/** Sends an order and returns its result, including a refusal. */
function send(idempotencyKey: string): Promise<Result> {
  return gateway.client.call('issueCard', { body: order, idempotencyKey }).catch((error: unknown) => error as Result);
}

const keysOf = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${index}`);
const numberOf = (results: readonly Result[], status: number): number =>
  results.filter((result) => result.status === status).length;

describe('one provider that hangs', () => {
  test('holds so many calls and no more: the rest get 503 and leave no record, and other providers answer meanwhile', async () => {
    const { data: card } = await gateway.client.call('issueCard', { body: order, idempotencyKey: 'before-it-hung' });
    const before = { issued: issued(), recorded: await recorded() };
    wire.freeze();
    let hanging = 0;
    const hang = <T>(answer: Promise<T>): Promise<T> => {
      hanging += 1;
      return answer.finally(() => (hanging -= 1));
    };
    const accepted = keysOf('hung', capacity - 2).map((idempotencyKey) => hang(send(idempotencyKey)));
    const reads = [1, 2].map(() =>
      hang(gateway.client.call('getCard', { params: { id: card.id }, query: { refresh: true } })),
    );
    await until(
      async () => load(),
      (now) => now?.inFlight === places && now.queued === queue,
    );

    const rejected = await Promise.all(keysOf('too-many', 2 * capacity).map(send));
    expect(rejected.map(({ status, code }) => [status, code])).toEqual(rejected.map(() => [503, 'account-busy']));
    expect(rejected.every(({ retryAfterMs }) => (retryAfterMs ?? 0) > 0)).toBe(true);
    expect(await send('before-it-hung')).toMatchObject({ status: 201, replayed: true });
    const read = await gateway.client
      .call('getCard', { params: { id: card.id }, query: { refresh: true } })
      .catch((error: unknown) => error);
    expect(read).toMatchObject({ status: 503, code: 'account-busy' });
    expect(load()).toEqual({ inFlight: places, queued: queue, circuit: 'closed' });

    const others = await Promise.all([
      ...Array.from({ length: 2 * places }, () => gateway.client.call('startBinding', { body: bankCard() })),
      ...Array.from({ length: 2 * places }, () =>
        gateway.client.call('listCardProducts', { query: { account: 'open-api', refresh: true } }),
      ),
      // Requests that need no provider work for the hanging account too.
      gateway.client.call('getCard', { params: { id: card.id } }),
      gateway.client.call('listOperations', { query: { account: 'keysecure' } }),
      gateway.client.call('startSync', { body: { account: 'keysecure' } }),
    ]).catch((error: unknown) => error);
    expect(others).toEqual(
      Array.from({ length: 4 * places + 3 }, () => expect.objectContaining({ data: expect.anything() })),
    );
    expect(hanging).toBe(capacity);
    // Recorded are what was sent, what the others did, and nothing of what was turned away or still waits in line.
    const writesOfOthers = 2 * places + 1;
    expect((await recorded()) - before.recorded).toBeGreaterThanOrEqual(writesOfOthers + places - 2);
    expect((await recorded()) - before.recorded).toBeLessThanOrEqual(writesOfOthers + places);

    wire.thaw();
    const answers = await Promise.all(accepted);
    expect(numberOf(answers, 201)).toBe(capacity - 2);
    expect((await Promise.all(reads)).map(({ status }) => status)).toEqual([200, 200]);
    expect(issued() - before.issued).toBe(capacity - 2);
    expect((await recorded()) - before.recorded).toBe(writesOfOthers + capacity - 2);
    expect(load()).toEqual({ inFlight: 0, queued: 0, circuit: 'closed' });
  });

  test('three times the capacity at once: each is done or turned away; repeats with the same keys lose and double nothing', async () => {
    const before = { issued: issued(), recorded: await recorded() };
    const keys = keysOf('burst', 3 * capacity);
    wire.freeze();
    const sending = keys.map(send);
    await until(
      async () => load(),
      (now) => now?.inFlight === places && now.queued === queue,
    );
    // Those that find no room are answered while nothing else can be.
    const early: Result[] = [];
    for (const answer of sending) void answer.then((result) => early.push(result));
    await until(
      async () => early.length,
      (count) => count === keys.length - capacity,
    );
    expect(early.every(({ code }) => code === 'account-busy')).toBe(true);
    wire.thaw();
    const answers = await Promise.all(sending);
    expect([numberOf(answers, 201), numberOf(answers, 503)]).toEqual([capacity, keys.length - capacity]);
    expect(issued() - before.issued).toBe(capacity);
    expect((await recorded()) - before.recorded).toBe(capacity);

    let open = keys;
    while (open.length > 0) {
      const results = await Promise.all(
        open.map(async (idempotencyKey) => ({ idempotencyKey, ...(await send(idempotencyKey)) })),
      );
      open = results.filter(({ status }) => status !== 201).map(({ idempotencyKey }) => idempotencyKey);
    }
    expect(issued() - before.issued).toBe(keys.length);
    expect((await recorded()) - before.recorded).toBe(keys.length);
  });
});

describe('a provider that keeps failing', () => {
  test('is left alone: 503 before a record is made, shown in its health; then one call tries it', async () => {
    expect(await send('before-it-failed')).toMatchObject({ status: 201 });
    await wire.cut();
    for (const idempotencyKey of keysOf('refused', 5)) await send(idempotencyKey);
    const before = await recorded();
    const results = await Promise.all(keysOf('alone', 5).map(send));
    expect(results).toEqual(
      results.map(() =>
        expect.objectContaining({ status: 503, code: 'circuit-open', retryAfterMs: expect.any(Number) }),
      ),
    );
    expect(await send('before-it-failed')).toMatchObject({ status: 201, replayed: true });
    const read = gateway.client.getCardholder({ params: { id: order.cardholder }, query: { refresh: true } });
    await expect(read).rejects.toMatchObject({ status: 503, code: 'circuit-open' });
    const health = async () =>
      (await gateway.client.listProviders()).data.find(({ account }) => account === 'keysecure')?.health;
    expect(await health()).toMatchObject({ status: 'down', circuit: 'open' });
    expect(await recorded()).toBe(before);

    await wire.mend();
    wire.freeze();
    // The first call after the rest is the probe; it hangs, and no other call is let through.
    const trying = until(
      () => send('tries'),
      ({ code }) => code !== 'circuit-open',
    );
    await until(health, (now) => now?.circuit === 'half-open');
    expect(await Promise.all(keysOf('meanwhile', 5).map(send))).toMatchObject(
      Array.from({ length: 5 }, () => ({ status: 503, code: 'circuit-open' })),
    );
    wire.thaw();
    expect(await trying).toMatchObject({ status: 201 });
    expect(await health()).toMatchObject({ status: 'up', circuit: 'closed' });
    expect(await send('meanwhile-0')).toMatchObject({ status: 201 });
  });

  test('is looked up all the same, and its first answer ends the rest', async () => {
    const { admin } = gateway.sandbox;
    admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'work_then_reset' });
    const lost = await gateway.client.issueCard({ body: order });
    expect(lost.operation?.outcome).toBe('unknown');
    admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'bad_gateway', times: 0 });
    for (const idempotencyKey of keysOf('failing', 5)) await send(idempotencyKey);
    admin.clearFaults();
    expect(load()?.circuit).toBe('open');
    await reconcileNow(gateway.services, lost.operation?.id);
    expect(await gateway.client.getOperation({ params: { id: lost.operation?.id ?? '' } })).toMatchObject({
      outcome: 'succeeded',
    });
    expect(load()?.circuit).toBe('closed');
  });

  test('has an event when its circuit opens and when it closes, however many processes see it', async () => {
    const { admin } = gateway.sandbox;
    const processes = Array.from({ length: 3 }, () => createCircuitLog(gateway.services));
    const look = () => Promise.all(processes.map((one) => one.storeOwn()));
    expect(await send('answered')).toMatchObject({ status: 201 });
    await look();
    expect(await accountEvents()).toEqual([]);

    admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'bad_gateway', times: 0 });
    for (const idempotencyKey of keysOf('ill', 5)) await send(idempotencyKey);
    admin.clearFaults();
    const { data } = await gateway.client.listProviders();
    const { health } = data.find(({ account }) => account === 'keysecure') ?? {};
    await look();
    await look();
    const subject = { provider: 'keysecure', account: 'keysecure' };
    const opened = {
      type: 'account.circuit_opened',
      subject: 'keysecure',
      subjectVersion: 1,
      data: { ...subject, health },
    };
    expect(await accountEvents()).toMatchObject([opened]);

    await until(
      () => send('well'),
      ({ status }) => status === 201,
    );
    await look();
    const closed = { type: 'account.circuit_closed', subjectVersion: 2, previous: { health: { circuit: 'open' } } };
    const events = await accountEvents();
    expect(events).toMatchObject([opened, closed]);
    for (const { type, data, previous } of events) {
      const example = eventExamples.find((one) => one.type === type);
      expect(Object.keys(data ?? {})).toEqual(Object.keys(example?.data ?? {}));
      if (previous !== null) expect(Object.keys(previous)).toEqual(Object.keys(example?.previous ?? {}));
    }
  });

  test('has an event of its end also where the process that saw its beginning was killed', async () => {
    const { admin } = gateway.sandbox;
    const before = (await accountEvents()).length;
    const types = async () => (await accountEvents()).slice(before).map(({ type }) => type);
    const dying = await gateway.another({ PROVIDER_CIRCUIT_FAILURES: '2' });
    const [its, ours, other] = [dying, gateway, gateway].map(({ services }) => {
      const log = createCircuitLog(services);
      return () => log.storeOwn().then(() => log.closeAbandoned());
    });
    expect(await send('before-it')).toMatchObject({ status: 201 });
    await Promise.all([ours?.(), other?.()]);
    admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'bad_gateway', times: 0 });
    for (const idempotencyKey of keysOf('dying', 2)) {
      await dying.client.issueCard({ body: order, idempotencyKey });
    }
    admin.clearFaults();
    await its?.();
    await its?.();
    await send('meanwhile-here');
    await ours?.();
    expect(await types()).toEqual(['account.circuit_opened']);

    await dying.close();
    await gateway.pool.query(
      "UPDATE account_circuits SET open_until = now() - interval '1 second', last_failure_at = now() WHERE circuit = 'open'",
    );
    await ours?.();
    expect(await types()).toEqual(['account.circuit_opened']);
    expect(await send('after-it')).toMatchObject({ status: 201 });
    await Promise.all([ours?.(), other?.()]);
    expect(await types()).toEqual(['account.circuit_opened', 'account.circuit_closed']);
  });

  test('is left alone also where callers have less time than one call to a provider may take', async () => {
    const hasty = await gateway.another({
      HTTP_READ_DEADLINE_MS: '2000',
      HTTP_WRITE_DEADLINE_MS: '2000',
      HTTP_RECORDING_RESERVE_MS: '1200',
      PROVIDER_CIRCUIT_FAILURES: '2',
    });
    const read = () => hasty.client.getCardholder({ params: { id: order.cardholder }, query: { refresh: true } });
    // It has its access token then.
    await until(
      () => read().catch(() => null),
      (holder) => holder !== null,
    );
    wire.freeze();
    for (let turn = 0; turn < 2; turn += 1) {
      await expect(read()).rejects.toMatchObject({ status: 503, code: 'provider-unavailable' });
    }
    await expect(read()).rejects.toMatchObject({ status: 503, code: 'circuit-open' });
    wire.thaw();
    await hasty.close();
  });

  test('refusals that it documents are no failures', async () => {
    const { admin } = gateway.sandbox;
    admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'refuse', times: 0 });
    for (const idempotencyKey of keysOf('declined', 10))
      expect(await send(idempotencyKey)).toMatchObject({ status: 422 });
    admin.clearFaults();
    expect(load()?.circuit).toBe('closed');
  });
});

test('a gateway with too much to do turns requests away; its health and metrics are there', async () => {
  const busy = await gateway.another({ OVERLOAD_HEAP_BYTES: '1' });
  const answer = await until(
    () => call(busy.url, { path: '/v1/providers', key }),
    ({ status }) => status !== 200,
  );
  expect(problemOf(answer, 503)).toMatchObject({ code: 'overloaded' });
  expect(answer.headers['retry-after']).toBe('1');
  const before = await recorded();
  await expect(busy.client.issueCard({ body: order })).rejects.toMatchObject({ status: 503, code: 'overloaded' });
  expect(await recorded()).toBe(before);
  for (const path of ['/health/live', '/health/ready', '/metrics']) {
    // Not ready while the database has just not answered in time is another matter, and passes.
    await until(
      () => call(busy.url, { path }),
      ({ status }) => status === 200,
    );
  }
  await busy.close();
});
