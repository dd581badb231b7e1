import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unstored } from '../src/http/problem.ts';
import { keyHash } from '../src/ledger/key-hash.ts';
import { bodyRows, survivedBodies } from './problems/bodies.ts';
import { misplacedNumbers, pan } from './problems/card-numbers.ts';
import { checkProblem, faultsOf } from './problems/check.ts';
import { idempotencyKeyRows, plainIds, rawRows, requestIdRows, unfinishedRows } from './problems/heads.ts';
import { survivedQueries, urlRows } from './problems/urls.ts';
import { call } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
});
afterAll(() => gateway.close());

test.each([
  ['wrong bodies', bodyRows],
  ['wrong paths, queries and methods', urlRows],
  ['wrong Idempotency-Keys', idempotencyKeyRows],
  ['X-Request-Ids of requests that fail', requestIdRows],
  ['bytes that are hardly HTTP', rawRows],
])('%s are answered with the problem that says so', async (_what, rows) => {
  expect(await faultsOf({ url: gateway.url, key: gateway.apiKey }, rows, checkProblem)).toEqual([]);
});

test('a request that does not arrive whole in time is a 408', async () => {
  const hurried = await gateway.another({ HTTP_REQUEST_TIMEOUT_MS: '200' });
  expect(
    await faultsOf({ url: hurried.url, key: gateway.apiKey }, unfinishedRows(gateway.apiKey), checkProblem),
  ).toEqual([]);
  await hurried.close();
});

test.each([
  ['a field', survivedBodies],
  ['a query', survivedQueries],
])('whatever text stands in %s, no answer is a failure of the gateway', async (_where, rows) => {
  const faults = await faultsOf({ url: gateway.url, key: gateway.apiKey }, rows, (_row, { status, text }) =>
    expect(status, text).toBeLessThan(500),
  );
  expect(faults).toEqual([]);
});

test('a card number in the wrong place is repeated neither in the answer nor in the log', async () => {
  const faults = await faultsOf(
    { url: gateway.url, key: gateway.apiKey },
    misplacedNumbers,
    (_row, { headers, text }) => expect(closed(JSON.stringify([headers, text]))).not.toContain(pan),
  );
  expect(faults).toEqual([]);
  const log = gateway.log();
  expect(log.includes('"route":"/v1/bindings"')).toBe(true);
  expect(closed(log).includes(pan)).toBe(false);
});

const closed = (text: string): string => text.replaceAll(/[ -]|%20/g, '');

test('HEAD is answered as GET is, without the body', async () => {
  for (const path of ['/health/live', '/v1/providers', '/v1/cards?limit=x', '/v1/cards/x', '/nothing']) {
    const [head, get] = await Promise.all(
      ['HEAD', 'GET'].map((method) => call(gateway.url, { method, path, key: gateway.apiKey })),
    );
    expect(head?.text).toBe('');
    expect(head?.status).toBe(get?.status);
    expect(head?.headers['content-type']).toBe(get?.headers['content-type']);
    for (const answer of [head, get]) expect(answer?.headers, path).toMatchObject(unstored);
  }
});

test('a body shorter than it says is no request', async () => {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.end(
    `POST /v1/syncs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${gateway.apiKey}\r\nContent-Type: application/json\r\nContent-Length: 50\r\nIdempotency-Key: short\r\n\r\n{"account":"open-api"}`,
  );
  socket.resume();
  await once(socket, 'close');
  const { rowCount } = await gateway.pool.query('SELECT 1 FROM operations WHERE idempotency_key = $1', [
    keyHash('short'),
  ]);
  expect(rowCount).toBe(0);
});

describe('X-Request-Id', () => {
  test.each(plainIds)('%s is echoed where nothing is wrong', async (id) => {
    const { status, headers } = await call(gateway.url, {
      path: '/v1/cards',
      key: gateway.apiKey,
      headers: { 'x-request-id': id },
    });
    expect(status).toBe(200);
    expect(headers['x-request-id']).toBe(id);
  });

  test('finds the request in the log', async () => {
    await call(gateway.url, { path: '/v1/cards?limit=x', key: gateway.apiKey, headers: { 'x-request-id': 'find-me' } });
    expect(gateway.log()).toContain('"requestId":"find-me"');
  });
});
