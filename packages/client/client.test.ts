import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { operations, problems, type ProblemCode } from '@card-gateway/contract';
import { Agent } from 'undici';
import { describe, expect, test } from 'vitest';
import {
  answer,
  apiKey,
  cutOff,
  cutUnseen,
  foreignProblem,
  gateway,
  problem,
  type Reply,
  reset,
  silence,
} from './fake-gateway.ts';
import { createClient, GatewayProblem, GatewayUnreachable } from './index.ts';

const cardNumber = '6217001234567890123';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const issueCard = { body: operations.issueCard.example.body };
const card = operations.issueCard.example.answer;
const issued = answer(201, card);

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.fail('expected a failure'),
    (error: unknown) => error,
  );
}

describe('requests', () => {
  test('a write sends its body, its key and who asks', async () => {
    const { client, received } = await gateway([issued]);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const deadline = new Date('2026-11-22T10:00:05.250Z');
    const input = { ...issueCard, idempotencyKey: 'order-1', requestId: 'my-1', traceparent, deadline };
    expect(await client.issueCard(input)).toEqual(card);
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      method: 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        'idempotency-key': 'order-1',
        'x-request-id': 'my-1',
        'x-request-deadline': '2026-11-22T10:00:05.250Z',
        traceparent,
      },
    });
    expect(received[0]?.url.pathname).toBe('/v1/cards');
    expect(JSON.parse(received[0]?.body ?? '')).toEqual(issueCard.body);
  });

  test('every call without a key gets its own', async () => {
    const { client, received } = await gateway([issued]);
    await client.issueCard(issueCard);
    await client.issueCard(issueCard);
    const keys = received.map((request) => request.headers['idempotency-key']);
    expect(keys).toEqual([expect.stringMatching(uuid), expect.stringMatching(uuid)]);
    expect(keys[0]).not.toBe(keys[1]);
  });

  test('a read has neither key nor body, also where it is a POST with a body', async () => {
    const { client, received } = await gateway([answer(200, {})]);
    await client.listProviders();
    await client.checkBinding({ body: operations.checkBinding.example.body });
    expect(received.map(({ method, body }) => [method, body === ''])).toEqual([
      ['GET', true],
      ['POST', false],
    ]);
    for (const { headers } of received) expect(headers).not.toHaveProperty('idempotency-key');
    expect(received[0]?.headers).not.toHaveProperty('content-type');
  });

  test('what is typed as a value arrives as what the contract reads', async () => {
    const { client, received } = await gateway([answer(200, { data: [], nextCursor: null })]);
    const listCards = {
      status: 'active',
      limit: 200,
      createdAfter: '2026-11-22T10:00:00+08:00',
      cursor: 'a+b/c=&d',
      account: undefined,
    } as const;
    const listBindings = { account: 'onerway', user: 'customer 1', refresh: true } as const;
    await client.listCards({ query: listCards });
    await client.listBindings({ query: listBindings });
    await client.getCard({ params: { id: card.id }, query: { refresh: false } });
    const queries = received.map(({ url }) => Object.fromEntries(url.searchParams));
    expect(operations.listCards.query.parse(queries[0])).toEqual(listCards);
    expect(queries[0]).not.toHaveProperty('account');
    expect(operations.listBindings.query.parse(queries[1])).toEqual(listBindings);
    expect(received[2]?.url.pathname).toBe(`/v1/cards/${card.id}`);
    expect(queries[2]).toEqual({ refresh: 'false' });
  });

  test('a path parameter stays in its segment', async () => {
    const { client, received } = await gateway([answer(200, card)]);
    await client.getCard({ params: { id: '../bindings?x' } });
    expect(received[0]?.url.pathname).toBe('/v1/cards/..%2Fbindings%3Fx');
    for (const id of ['', '.', '..']) {
      await expect(client.getCard({ params: { id } })).rejects.toThrow('path parameter "id"');
    }
    expect(received).toHaveLength(1);
  });

  test('a path in the base URL is kept', async () => {
    const { client: first, received, baseUrl } = await gateway([answer(200, { data: [] })]);
    const client = createClient({ baseUrl: `${baseUrl}/gateway/`, apiKey });
    await client.listProviders();
    await client.close();
    await first.listProviders();
    expect(received.map(({ url }) => url.pathname)).toEqual(['/gateway/v1/providers', '/v1/providers']);
  });

  test.each(['?x=1', '#x'])('a base URL with %s is refused, for paths would go into it', (end) => {
    expect(() => createClient({ baseUrl: `http://127.0.0.1:1${end}`, apiKey })).toThrow('baseUrl');
  });

  test('call() adds what status and headers say', async () => {
    const location = '/v1/operations/op_01kan3z7jhfe7v2eq8d4tqh1y5';
    const { client } = await gateway([answer(202, card, { location, 'idempotent-replayed': 'true' }), issued]);
    expect(await client.call('issueCard', issueCard)).toEqual({
      data: card,
      status: 202,
      replayed: true,
      requestId: 'req-1',
      location,
    });
    expect(await client.call('issueCard', issueCard)).toMatchObject({ status: 201, replayed: false, location: null });
  });
});

describe('retries', () => {
  test.each([
    ['a reset connection', reset],
    ['an answer cut off', cutOff],
    ['an answer cut off without a trace', cutUnseen],
    ['503 of a proxy, as a problem of its own', foreignProblem],
    ['409 request-in-progress', problem('request-in-progress', { 'retry-after': '0' })],
    ['503 database-unavailable', problem('database-unavailable')],
    ['503 of a proxy', answer(503, 'overloaded', { 'content-type': 'text/html' })],
    ['429 of a proxy', answer(429, 'slow down')],
  ])('a write is repeated with its key after %s', async (_, failure) => {
    const { client, received } = await gateway([failure, failure, issued]);
    expect(await client.issueCard(issueCard)).toEqual(card);
    expect(received).toHaveLength(3);
    expect(received[0]?.headers['idempotency-key']).toMatch(uuid);
    expect(new Set(received.map((request) => request.headers['idempotency-key'])).size).toBe(1);
    expect(new Set(received.map((request) => request.body)).size).toBe(1);
  });

  test.each([
    ['a reset connection', reset],
    ['503 provider-unavailable', problem('provider-unavailable')],
    ['429 authentication-limit', problem('authentication-limit', { 'retry-after': '0' })],
  ])('a read is repeated after %s', async (_, failure) => {
    const { client, received } = await gateway([failure, answer(200, card)]);
    expect(await client.getCard({ params: { id: card.id } })).toEqual(card);
    expect(received).toHaveLength(2);
  });

  const finals = (Object.keys(problems) as ProblemCode[]).filter(
    (code) => problems[code].status !== 503 && code !== 'request-in-progress' && code !== 'authentication-limit',
  );
  test.each(finals)('%s is final', async (code) => {
    const { client, received } = await gateway([problem(code, { 'retry-after': '0' }), issued]);
    expect(await failureOf(client.issueCard(issueCard))).toMatchObject({ name: 'GatewayProblem', code });
    expect(received).toHaveLength(1);
  });

  test('a 502 of a proxy is final and leaves the outcome open', async () => {
    const { client, received } = await gateway([answer(502, 'bad', { 'content-type': 'text/html' }), issued]);
    expect(await failureOf(client.issueCard({ ...issueCard, idempotencyKey: 'order-1' }))).toMatchObject({
      name: 'GatewayUnreachable',
      reason: 'HTTP 502 from elsewhere',
      idempotencyKey: 'order-1',
    });
    expect(received).toHaveLength(1);
  });

  test('not more often than asked for', async () => {
    const { client, received } = await gateway([problem('not-ready')], { retries: 1 });
    expect(await failureOf(client.getCard({ params: { id: card.id } }))).toMatchObject({ code: 'not-ready' });
    expect(received).toHaveLength(2);
  });

  test.each(['deadline-exceeded', 'overloaded', 'authentication-limit'] as const)(
    'a write without an answer stays one that may have happened, also where its repeat ends with %s',
    async (code) => {
      const { client } = await gateway([reset, problem(code)], { retries: 1 });
      const error = await failureOf(client.issueCard({ ...issueCard, idempotencyKey: 'order-1' }));
      assert.ok(error instanceof GatewayUnreachable);
      expect(error.idempotencyKey).toBe('order-1');
    },
  );

  test.each(['refused-by-provider', 'request-in-progress'] as const)(
    'what a repeat of a write says of what is recorded counts: %s',
    async (code) => {
      const { client } = await gateway([reset, problem(code)], { retries: 1 });
      expect(await failureOf(client.issueCard(issueCard))).toMatchObject({ code });
    },
  );

  test("nothing is repeated after the caller's deadline", async () => {
    const { client, received } = await gateway([problem('provider-unavailable', { 'retry-after': '5' }), issued]);
    const deadline = new Date(Date.now() + 2000);
    const error = await failureOf(client.getCard({ params: { id: card.id }, deadline }));
    expect(error).toMatchObject({ code: 'provider-unavailable' });
    expect(received).toHaveLength(1);
  });

  test('a Retry-After beyond the time left is handed to the caller', async () => {
    const { client, received } = await gateway([problem('request-in-progress', { 'retry-after': '31' }), issued]);
    expect(await failureOf(client.issueCard({ ...issueCard, idempotencyKey: 'order-1' }))).toMatchObject({
      code: 'request-in-progress',
      retryAfterMs: 31_000,
      idempotencyKey: 'order-1',
    });
    expect(received).toHaveLength(1);
  });

  test.each([
    ['before the answer', silence],
    ['inside the answer', (response: ServerResponse) => response.write('{')],
  ])('time runs out %s', async (_, hang) => {
    const { client, received } = await gateway([hang], { timeoutMs: 40 });
    const error = await failureOf(client.issueCard(issueCard));
    expect(error).toBeInstanceOf(GatewayUnreachable);
    expect(error).toMatchObject({
      reason: 'TimeoutError',
      idempotencyKey: received[0]?.headers['idempotency-key'],
    });
    expect(received).toHaveLength(1);
  });
});

describe('errors', () => {
  test('a problem is typed and tells what the gateway said', async () => {
    const { client } = await gateway([problem('refused-by-provider')]);
    const error = await failureOf(client.issueCard({ ...issueCard, idempotencyKey: 'order-1' }));
    assert(error instanceof GatewayProblem);
    expect(error.message).toBe('issueCard: 422 refused-by-provider: Why it is so. (request req-1)');
    expect(error.problem.title).toBe(problems['refused-by-provider'].title);
    expect([error.code, error.status, error.requestId]).toEqual(['refused-by-provider', 422, 'req-1']);
    expect([error.retryAfterMs, error.idempotencyKey]).toEqual([null, 'order-1']);
  });

  test('without a gateway: unreachable, with the key to repeat a write', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const client = createClient({ baseUrl: `http://127.0.0.1:${port}`, apiKey, retryBaseMs: 1 });
    expect(await failureOf(client.issueCard(issueCard))).toMatchObject({
      reason: 'ECONNREFUSED',
      idempotencyKey: expect.stringMatching(uuid),
    });
    expect(await failureOf(client.listCards())).toMatchObject({ reason: 'ECONNREFUSED', idempotencyKey: null });
    await client.close();
  });

  test('a success that is no JSON is not the gateway’s', async () => {
    const html: Reply = (response) => response.end('<html>');
    const { client, received } = await gateway([html]);
    expect(await failureOf(client.issueCard(issueCard))).toBeInstanceOf(GatewayUnreachable);
    expect(received).toHaveLength(1);
  });

  test('neither the API key nor the body is in an error or in the client', async () => {
    const { client } = await gateway([problem('invalid-request'), reset, reset, reset, silence], { timeoutMs: 500 });
    const startBinding = () => client.startBinding({ body: { ...operations.startBinding.example.body, cardNumber } });
    const broken = createClient({ baseUrl: 'http://127.0.0.1', apiKey: `${apiKey}\n` });
    const shown = [
      await failureOf(startBinding()),
      await failureOf(startBinding()),
      await failureOf(broken.startBinding({ body: { ...operations.startBinding.example.body, cardNumber } })),
      client,
    ];
    await broken.close();
    for (const value of shown) {
      const text = `${inspect(value, { depth: Infinity, showHidden: true })} ${JSON.stringify(value)} ${String(value)}`;
      expect(text).not.toContain(apiKey);
      expect(text).not.toContain(cardNumber);
      expect(text).not.toContain(operations.startBinding.example.body.phone);
    }
  });
});

describe('lists', () => {
  const row = (last4: string) => ({ ...card, last4 });

  test('all() goes from page to page and asks the provider for the first only', async () => {
    const { client, received } = await gateway([
      answer(200, { data: [row('0001'), row('0002')], nextCursor: 'c 1' }),
      answer(200, { data: [], nextCursor: 'c2' }),
      problem('not-ready'),
      answer(200, { data: [row('0003')], nextCursor: null }),
    ]);
    const seen: (string | null)[] = [];
    const query = { account: 'onerway', user: 'user-1', refresh: true, limit: 2 };
    for await (const { last4 } of client.all('listBindings', { query })) seen.push(last4);
    expect(seen).toEqual(['0001', '0002', '0003']);
    const more = { account: 'onerway', user: 'user-1', limit: '2' };
    expect(received.map(({ url }) => Object.fromEntries(url.searchParams))).toEqual([
      { ...more, refresh: 'true' },
      { ...more, cursor: 'c 1' },
      { ...more, cursor: 'c2' },
      { ...more, cursor: 'c2' },
    ]);
  });

  test('pages that nobody reads are not fetched', async () => {
    const { client, received } = await gateway([answer(200, { data: [row('0001'), row('0002')], nextCursor: 'c1' })]);
    for await (const { last4 } of client.all('listCards')) {
      expect(last4).toBe('0001');
      break;
    }
    expect(received).toHaveLength(1);
  });
});

describe('a call that the types would not let through', () => {
  test.each(['nope', 'toString', '__proto__', 'constructor'])(
    'of %s is told that there is no such operation',
    async (id) => {
      const { client, received } = await gateway([answer(200, {})]);
      const untyped = client as unknown as {
        call(id: string): Promise<unknown>;
        all(id: string): AsyncGenerator;
      };
      const message = `expected the name of an operation, as issueCard or getCard; there is none called "${id}"`;
      await expect(untyped.call(id)).rejects.toThrow(new TypeError(message));
      await expect(untyped.all(id).next()).rejects.toThrow(new TypeError(message));
      expect(received).toEqual([]);
    },
  );

  test('of all() with what is no list is told so', async () => {
    const { client } = await gateway([answer(200, { id: 'card_1' })]);
    const untyped = client as unknown as { all(id: string, input: object): AsyncGenerator };
    const rows = untyped.all('getCard', { params: { id: 'card_1' } });
    await expect(rows.next()).rejects.toThrow(
      new TypeError('expected the name of a list, as listCards; "getCard" is none'),
    );
  });

  test.each(['', 'cards.internal', 'not a url'])('with the baseUrl %j is told what is expected', (baseUrl) => {
    expect(() => createClient({ baseUrl, apiKey })).toThrow('expected a baseUrl such as https://cards.internal');
  });
});

describe('close', () => {
  test('ends the client’s own connections', async () => {
    const { client, received } = await gateway([answer(200, { data: [] })]);
    await client.listProviders();
    await client.close();
    await client.close();
    expect(await failureOf(client.listProviders())).toBeInstanceOf(GatewayUnreachable);
    expect(received).toHaveLength(1);
  });

  test('leaves an injected dispatcher open', async () => {
    const dispatcher = new Agent();
    const { client } = await gateway([answer(200, { data: [] })], { dispatcher });
    await client.close();
    expect(await client.listProviders()).toEqual({ data: [] });
    await dispatcher.close();
  });
});
