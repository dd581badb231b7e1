import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import fastify from 'fastify';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { takeTurns } from '../src/http/turns.ts';
import { call } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { withLocked } from './setup/locked.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
});
afterAll(() => gateway.close());

/** Pages of the default length, asked for again, share a statement. */
const list = (headers?: Record<string, string>) =>
  call(gateway.url, { path: '/v1/cards?limit=20', key: gateway.apiKey, ...(headers && { headers }) });
const listing = async (): Promise<number> => {
  const { rows } = await gateway.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
       AND wait_event_type = 'Lock' AND query LIKE '%FROM cards%'`,
  );
  return rows[0]?.count ?? 0;
};
const locked = (work: () => Promise<void>): Promise<void> => withLocked(gateway.pool, 'cards', work);

test('pages whose statements wait keep no others waiting, and all are answered', async () => {
  const answers: Promise<Awaited<ReturnType<typeof call>>>[] = [];
  await locked(async () => {
    for (let asked = 0; asked < 9; asked += 1) answers.push(list());
    // Six begin at once, the others when the time of the first six is over.
    await until(listing, (count) => count === 9);
    const products = await call(gateway.url, { path: '/v1/card-products', key: gateway.apiKey });
    expect(products.status).toBe(200);
  });
  for (const answer of answers) expect((await answer).status).toBe(200);
});

test('a page whose caller is late or gone gives its turn to the next', async () => {
  await locked(async () => {
    const late = Array.from({ length: 9 }, () =>
      list({ 'x-request-deadline': new Date(Date.now() + 50).toISOString() }),
    );
    for (const answer of late) expect((await answer).status).toBe(504);
    const gone = get(`${gateway.url}/v1/cards`, { headers: { authorization: `Bearer ${gateway.apiKey}` } });
    gone.on('error', () => {});
    await once(gone, 'socket');
    gone.destroy();
  });
  await until(listing, (count) => count === 0);
  for (const answer of Array.from({ length: 9 }, () => list())) expect((await answer).status).toBe(200);
});

test('six begin at once, and each that ends lets the next begin, in order', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const app = fastify();
    takeTurns(app);
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    app.route<{ Params: { n: string } }>({
      method: 'GET',
      url: '/:n',
      preHandler: app.turns.take,
      handler: async (request) => {
        begun.push(request.params.n);
        await new Promise<void>((resolve) => ends.set(request.params.n, resolve));
        request.turn?.end();
        return request.params.n;
      },
    });
    const answers = ['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((n) => app.inject(`/${n}`));
    await until(
      async () => begun.length,
      (count) => count === 6,
    );
    ends.get('2')?.();
    expect((await answers[1])?.body).toBe('2');
    expect(begun).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    // What takes too long no longer counts.
    vi.advanceTimersByTime(100);
    expect(begun).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    for (const end of ends.values()) end();
    await Promise.all(answers);
    await app.close();
  } finally {
    vi.useRealTimers();
  }
});

test('a key that asks for many pages keeps no other key waiting', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const app = fastify();
    takeTurns(app);
    const begun: string[] = [];
    app.decorateRequest('caller', null);
    app.route<{ Params: { key: string; n: string } }>({
      method: 'GET',
      url: '/:key/:n',
      onRequest: (request, _reply, done) => {
        request.caller = { tenant: 't', caller: 'c', keyId: request.params.key, scopes: [] };
        done();
      },
      preHandler: app.turns.take,
      handler: async ({ params }) => {
        begun.push(params.key);
        // Its turn ends when it has taken too long.
        return '';
      },
    });
    const answers = ['many', 'many', 'one', 'other', 'other'].flatMap((key, at) =>
      Array.from({ length: key === 'many' ? 10 : 1 }, (_, n) => app.inject(`/${key}/${at}-${n}`)),
    );
    await until(
      async () => begun.length,
      (count) => count === 6,
    );
    for (let turn = 0; turn < 3; turn += 1) vi.advanceTimersByTime(100);
    await Promise.all(answers);
    expect(begun.slice(0, 6)).toEqual(Array(6).fill('many'));
    expect(begun.slice(6, 12)).toEqual(['many', 'one', 'other', 'many', 'other', 'many']);
    await app.close();
  } finally {
    vi.useRealTimers();
  }
});

test('a page whose caller has gone while it waited is not read', async () => {
  const app = fastify();
  takeTurns(app);
  const begun: string[] = [];
  const held = Promise.withResolvers<void>();
  const gone = new Set<string>();
  app.addHook('onRequestAbort', async (request) => void gone.add((request.params as { n: string }).n));
  app.route<{ Params: { n: string } }>({
    method: 'GET',
    url: '/:n',
    preHandler: app.turns.take,
    handler: async (request) => {
      begun.push(request.params.n);
      if (request.params.n.startsWith('first')) await held.promise;
      request.turn?.end();
      return request.params.n;
    },
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const ask = (n: string) => {
      const request = get(`${url}/${n}`, { agent: false });
      const answered = once(request, 'response').then(([answer]) => (answer as IncomingMessage).resume().statusCode);
      return { request, answered };
    };
    const first = Array.from({ length: 6 }, (_, n) => ask(`first-${n}`));
    await until(
      async () => begun.length,
      (count) => count === 6,
    );
    for (const { request, answered } of Array.from({ length: 20 }, (_, n) => ask(`gone-${n}`))) {
      answered.catch(() => {});
      await once(request, 'finish');
      request.destroy();
    }
    await until(
      async () => gone.size,
      (count) => count === 20,
    );
    const last = ask('last');
    await once(last.request, 'finish');
    held.resolve();
    expect(await last.answered).toBe(200);
    expect(begun.slice(6)).toEqual(['last']);
    for (const { answered } of first) expect(await answered).toBe(200);
  } finally {
    vi.useRealTimers();
    await app.close();
  }
});
