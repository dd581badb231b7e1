import { connect } from 'node:net';
import { once } from 'node:events';
import fastify from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { keepDeadlines } from '../src/http/deadline.ts';
import { keyHash } from '../src/ledger/key-hash.ts';
import { call, problemOf } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { cardOrder, type CardOrder } from './setup/orders.ts';
import { type Relay, startRelay } from './setup/relay.ts';
import { withLocked } from './setup/locked.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;
/** The wire to KeySecure. */
let wire: Relay;
let key: string;
let order: CardOrder;
let made = 0;
const newKey = (): string => `key-${(made += 1)}`;

beforeAll(async () => {
  let real = '';
  wire = await startRelay(() => real);
  gateway = await startGateway({
    jobs: false,
    account: (name, settings) => {
      if (name !== 'keysecure') return settings;
      real = String(settings['baseUrl']);
      return { ...settings, baseUrl: wire.url };
    },
    settings: {
      // No limit but the caller's is near.
      PROVIDER_READ_TIMEOUT_MS: '60000',
      PROVIDER_WRITE_TIMEOUT_MS: '60000',
      HTTP_READ_DEADLINE_MS: '60000',
      HTTP_WRITE_DEADLINE_MS: '60000',
      SHUTDOWN_GRACE_MS: '70000',
      HTTP_RECORDING_RESERVE_MS: '1000',
      DATABASE_STATEMENT_TIMEOUT_MS: '60000',
      DATABASE_LOCK_TIMEOUT_MS: '60000',
    },
  });
  ({ key } = await gateway.key());
  order = await cardOrder(gateway);
});
afterEach(() => {
  wire.thaw();
  gateway.sandbox.admin.clearFaults();
});
afterAll(async () => {
  await gateway.close();
  await wire.close();
});

const requests = (): number => gateway.sandbox.admin.requests().counts.reduce((sum, { count }) => sum + count, 0);
const statesOf = async (idempotencyKey: string): Promise<string[]> => {
  const { rows } = await gateway.pool.query<{ state: string }>(
    'SELECT state FROM operations WHERE idempotency_key = $1',
    [keyHash(idempotencyKey)],
  );
  return rows.map(({ state }) => state);
};
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** A read that asks a provider, and a write, both to be answered by a deadline. */
const read = (deadline: string) =>
  call(gateway.url, {
    path: `/v1/cardholders/${order.cardholder}?refresh=true`,
    key,
    headers: { 'x-request-deadline': deadline },
  });
const write = (deadline: string, idempotencyKey = newKey()) =>
  call(gateway.url, {
    method: 'POST',
    path: '/v1/cards',
    key,
    headers: { 'x-request-deadline': deadline, 'idempotency-key': idempotencyKey },
    body: order,
  });

describe('X-Request-Deadline', () => {
  test.each(['soon', '', '2026-11-22', '2026-11-22T10:00:00', '2026-13-22T10:00:00Z', '1795341600000', '+5s'])(
    '%j is no instant',
    async (deadline) => {
      for (const answer of [await read(deadline), await write(deadline)]) {
        expect(problemOf(answer, 400)).toMatchObject({
          code: 'invalid-request',
          errors: [{ pointer: 'header/X-Request-Deadline', detail: /RFC 3339/ }],
        });
      }
    },
  );

  test.each(['2026-01-01T00:00:00Z', '2026-01-01t00:00:00.123456+05:30'])(
    '%s is over: nothing is done',
    async (past) => {
      const before = requests();
      const idempotencyKey = newKey();
      for (const answer of [await read(past), await write(past, idempotencyKey)]) {
        expect(problemOf(answer, 504)).toMatchObject({ code: 'deadline-exceeded' });
      }
      expect(await statesOf(idempotencyKey)).toEqual([]);
      expect(requests()).toBe(before);
    },
  );

  test('that leaves nothing for the provider: 504, nothing recorded and nothing sent; the same key can be used again', async () => {
    const before = requests();
    const idempotencyKey = newKey();
    // Less than what is kept for the record of the answer.
    for (const answer of await Promise.all([read(inMs(800)), write(inMs(800), idempotencyKey)])) {
      expect(problemOf(answer, 504)).toMatchObject({ code: 'deadline-exceeded' });
    }
    expect(await statesOf(idempotencyKey)).toEqual([]);
    expect(requests()).toBe(before);
    expect(await write(inMs(30_000), idempotencyKey)).toMatchObject({ status: 201 });
  });

  test('that is far away lengthens nothing and is taken', async () => {
    expect(await read('2126-01-01T00:00:00.000Z')).toMatchObject({ status: 200 });
    expect(await write('2126-01-01T00:00:00+02:00')).toMatchObject({ status: 201 });
  });

  test.each(['hang', 'drip'] as const)('ends the wait for a provider that does not answer (%s)', async (fault) => {
    const { admin } = gateway.sandbox;
    admin.addFault({ provider: 'keysecure', operation: '*', fault, times: 0 });
    const idempotencyKey = newKey();
    // Ended by nothing but its deadline: every other limit is a minute away.
    const [asked, sent] = await Promise.all([read(inMs(2500)), write(inMs(2500), idempotencyKey)]);
    expect(problemOf(asked, 503)).toMatchObject({ code: 'provider-unavailable' });
    expect(sent).toMatchObject({
      status: 202,
      json: { operation: { outcome: 'unknown' } },
    });
    expect(await statesOf(idempotencyKey)).toEqual(['unknown']);
  });
});

describe('a database that keeps a request waiting', () => {
  const finished = (count: number): Promise<unknown> =>
    until(
      async () => gateway.log().split('failed after its deadline').length - 1,
      (seen) => seen >= count,
    );

  test('before it is recorded: 504 in time, and nothing is sent when the lock is gone', async () => {
    const { json: card } = await write(inMs(30_000));
    const before = requests();
    const idempotencyKey = newKey();
    const answers = await withLocked(gateway.pool, 'cards', () => {
      const headers = { 'x-request-deadline': inMs(1500) };
      const path = `/v1/cards/${(card as { readonly id: string }).id}/freeze`;
      return Promise.all([
        call(gateway.url, { method: 'POST', path, key, headers: { ...headers, 'idempotency-key': idempotencyKey } }),
        call(gateway.url, { path: '/v1/cards', key, headers }),
      ]);
    });
    expect(answers.map((answer) => problemOf(answer, 504).code)).toEqual(['deadline-exceeded', 'deadline-exceeded']);
    await finished(1);
    expect(await statesOf(idempotencyKey)).toEqual([]);
    expect(requests()).toBe(before);
  });

  test('while it is recorded: 504 in time; the record says that nothing was sent, and a repeat sends it', async () => {
    const before = requests();
    const idempotencyKey = newKey();
    // Rows can be read and not written.
    const answer = await withLocked(gateway.pool, 'cards IN EXCLUSIVE MODE', () => write(inMs(2500), idempotencyKey));
    expect(problemOf(answer, 504)).toMatchObject({ code: 'deadline-exceeded', outcome: 'unknown' });
    await until(
      () => statesOf(idempotencyKey),
      ([state]) => state === 'refused',
    );
    expect(requests()).toBe(before);
    expect(await write(inMs(30_000), idempotencyKey)).toMatchObject({ status: 201 });
    expect(requests()).toBe(before + 1);
  });

  test('after the call: 504 in time, and the outcome is recorded when the lock is gone', async () => {
    const { admin } = gateway.sandbox;
    const idempotencyKey = newKey();
    const issued = admin.ledger({ effect: 'card_issued' }).length;
    admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'drip' });
    const answering = write(inMs(3000), idempotencyKey);
    await admin.until(() => admin.ledger({ effect: 'card_issued' }).length > issued);
    const answer = await withLocked(gateway.pool, 'operation_attempts IN EXCLUSIVE MODE', () => answering);
    expect(problemOf(answer, 504)).toMatchObject({ code: 'deadline-exceeded', outcome: 'unknown' });
    await until(
      () => statesOf(idempotencyKey),
      ([state]) => state !== 'submitting',
    );
    expect(await write(inMs(30_000), idempotencyKey)).toMatchObject({ headers: { 'idempotent-replayed': 'true' } });
    expect(admin.ledger({ effect: 'card_issued' })).toHaveLength(issued + 1);
  });

  test('for longer than a lock may take: 503, and nothing is sent', async () => {
    const short = await gateway.another({ DATABASE_LOCK_TIMEOUT_MS: '100' });
    const before = requests();
    const answers = await withLocked(gateway.pool, 'operations', () =>
      Promise.all(
        [short.client.issueCard({ body: order }), short.client.listOperations()].map((answer) =>
          answer.catch((error: unknown) => error),
        ),
      ),
    );
    expect(answers).toMatchObject(answers.map(() => ({ status: 503, code: 'database-unavailable' })));
    expect(requests()).toBe(before);
    await short.close();
  });
});

test('a denied reveal is answered in time, also while its denial cannot be recorded', async () => {
  const holder = await gateway.owner.connect();
  await holder.query('BEGIN');
  await holder.query('LOCK TABLE audit_log');
  const path = '/v1/cards/card_01kan3z7jhfe7v2eq8d4tqh1y0/reveal';
  const headers = { 'x-request-deadline': inMs(1000) };
  const answering = call(gateway.url, { method: 'POST', path, key, headers, body: { purpose: 'support' } });
  await Promise.race([answering, once(AbortSignal.timeout(5000), 'abort')]);
  await holder.query('COMMIT');
  holder.release();
  expect(problemOf(await answering, 504).code).toBe('deadline-exceeded');
});

describe('a caller that goes away', () => {
  /** Sends a write on a connection of its own and hangs up when `then` has come true. */
  async function hangUp(idempotencyKey: string, then: () => Promise<void>): Promise<void> {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const body = JSON.stringify(order);
    const head = [
      'POST /v1/cards HTTP/1.1',
      `host: ${hostname}`,
      `authorization: Bearer ${key}`,
      `idempotency-key: ${idempotencyKey}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    await then();
    socket.resetAndDestroy();
    await once(socket, 'close');
  }

  test('ends no write that was sent: it resolves, and its repeat has the answer', async () => {
    const { admin } = gateway.sandbox;
    const idempotencyKey = newKey();
    const before = admin.requestCount('keysecure', 'card/apply');
    wire.freeze();
    await hangUp(idempotencyKey, async () => {
      await until(
        () => statesOf(idempotencyKey),
        ([state]) => state === 'submitting',
      );
    });
    // The gateway has seen that the caller is gone, and answers others.
    await gateway.client.listProviders();
    expect(await statesOf(idempotencyKey)).toEqual(['submitting']);
    wire.thaw();
    await until(
      () => statesOf(idempotencyKey),
      ([state]) => state === 'succeeded',
    );
    const repeated = await write(inMs(30_000), idempotencyKey);
    expect(repeated).toMatchObject({ status: 201, headers: { 'idempotent-replayed': 'true' } });
    expect(admin.requestCount('keysecure', 'card/apply')).toBe(before + 1);
  });
});

test('each request is answered when the limit of its kind has passed for it', async () => {
  const app = fastify();
  const config = { ...gateway.services.config, HTTP_READ_DEADLINE_MS: 40, HTTP_WRITE_DEADLINE_MS: 80 };
  keepDeadlines(app, { config, now: Date.now });
  const never = (): Promise<void> => new Promise(() => {});
  app.get('/read', { schema: { operationId: 'getCard' } }, never);
  app.get('/answered', { schema: { operationId: 'getCard' } }, async () => 'in time');
  app.post('/write', { schema: { operationId: 'freezeCard' } }, never);
  const url = await app.listen({ port: 0 });
  const late = async (method: string, path: string): Promise<void> => {
    expect(problemOf(await call(url, { method, path }), 504).code).toBe('deadline-exceeded');
  };
  const first = [late('POST', '/write'), late('GET', '/read')];
  expect(await call(url, { path: '/answered' })).toMatchObject({ status: 200 });
  await Promise.all([...first, late('GET', '/read')]);
  // After a time without any.
  await late('GET', '/read');
  await app.close();
});

test('an answer that is already being sent, e.g. compressed, is sent whole after the limit, too', async () => {
  const app = fastify();
  const config = { ...gateway.services.config, HTTP_READ_DEADLINE_MS: 60, HTTP_WRITE_DEADLINE_MS: 60_000 };
  keepDeadlines(app, { config, now: Date.now });
  // After the gateway's own hook, as compression is.
  app.addHook('onSend', (request, reply, _payload, done) => {
    reply.header('x-sent', 'whole');
    setTimeout(done, request.deadline - performance.now() + 20);
  });
  app.get('/read', { schema: { operationId: 'getCard' } }, async () => ({ id: 'whole' }));
  app.post('/write', { schema: { operationId: 'freezeCard' } }, async () => ({ id: 'whole' }));
  const url = await app.listen({ port: 0 });
  const callers = { 'x-request-deadline': new Date(Date.now() + 1000).toISOString() };
  for (const asked of [
    { path: '/read' },
    { method: 'POST', path: '/write', headers: { ...callers, 'content-length': '0' } },
  ]) {
    const { status, headers, json } = await call(url, asked);
    expect({ status, sent: headers['x-sent'], json }).toEqual({ status: 200, sent: 'whole', json: { id: 'whole' } });
  }
  await app.close();
});
