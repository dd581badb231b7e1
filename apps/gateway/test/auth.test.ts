import { once } from 'node:events';
import { connect } from 'node:net';
import { type Operation, type Scope, scopes } from '@card-gateway/contract';
import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiKeyPrefix, createAuthentication, hashApiKey, keyCacheMs } from '../src/http/auth.ts';
import { ProblemError } from '../src/http/problem.ts';
import { findKey } from '../src/keys/store.ts';
import { call, callRaw, everyOperation, exampleOf, problemOf } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
});
afterAll(() => gateway.close());

async function keyWith(...wanted: readonly string[]): Promise<string> {
  return (await gateway.key({ scopes: wanted })).key;
}

async function revoke(key: string): Promise<void> {
  await gateway.pool.query('UPDATE api_keys SET revoked_at = now() WHERE hash = $1', [hashApiKey(key)]);
}

describe.each(everyOperation)('%s', (_id, operation) => {
  test('needs a key', async () => {
    const answer = await call(gateway.url, exampleOf(operation));
    expect(problemOf(answer, 401).code).toBe('unauthenticated');
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="card-gateway"');
  });

  const others = scopes.filter((scope) => scope !== 'admin' && !operation.scopes.includes(scope));

  if (operation.scopes.length > 0) {
    test('is forbidden to a key with all scopes but its own', async () => {
      const problem = problemOf(await call(gateway.url, exampleOf(operation, await keyWith(...others))), 403);
      expect(problem.code).toBe('forbidden');
      expect(problem.detail).toContain(operation.scopes.join(' or '));
    });
  }

  test('is forbidden to a key with no scope that it asks for', async () => {
    const answer = await call(gateway.url, exampleOf(operation, await keyWith('cards:reveal-all', 'ADMIN', '')));
    if (operation.scopes.length === 0) expect(answer.status).not.toBe(403);
    else expect(problemOf(answer, 403).code).toBe('forbidden');
  });

  test.each(operation.scopes.length === 0 ? ['none'] : operation.scopes)('is open to a key with %s', async (scope) => {
    const answer = await call(gateway.url, {
      ...exampleOf(operation, await keyWith(scope)),
      ...bodyFor(operation, scope),
    });
    expect([401, 403], answer.text).not.toContain(answer.status);
  });

  test('is open to an administrator', async () => {
    const answer = await call(gateway.url, exampleOf(operation, await keyWith('admin')));
    expect([401, 403]).not.toContain(answer.status);
  });

  test('tells who may call before what was wrong with the call', async () => {
    const wrong = { ...exampleOf(operation), path: `${exampleOf(operation).path}?colour=red`, body: '{' };
    problemOf(await call(gateway.url, wrong), 401);
    if (operation.scopes.length > 0)
      problemOf(await call(gateway.url, { ...wrong, key: await keyWith(...others) }), 403);
  });
});

/** A sync of cards asks for another scope than one of bindings. */
function bodyFor(operation: Operation, scope: string): { body?: unknown } {
  const isBindingSync = operation.path === '/v1/syncs' && scope === ('bindings:write' satisfies Scope);
  return isBindingSync ? { body: { account: 'onerway', user: 'u', kind: 'token' } } : {};
}

test('a sync takes the scope of what it pulls', async () => {
  const sync = everyOperation.find(([id]) => id === 'startSync')?.[1] as Operation;
  const cards = await call(gateway.url, exampleOf(sync, await keyWith('bindings:write')));
  expect(problemOf(cards, 403).detail).toContain('cards:write');
  const bindings = { ...exampleOf(sync, await keyWith('cards:write')), ...bodyFor(sync, 'bindings:write') };
  expect(problemOf(await call(gateway.url, bindings), 403).detail).toContain('bindings:write');
});

describe('a key', () => {
  const path = '/v1/providers';

  test('is taken whatever the case of its scheme', async () => {
    const key = await keyWith('admin');
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      const answer = await call(gateway.url, { path, headers: { authorization: `${scheme} ${key}` } });
      expect(answer.status).toBe(200);
    }
  });

  test('is not taken garbled', async () => {
    const key = await keyWith('admin');
    const garbled = [
      '',
      'Bearer',
      'Bearer ',
      key,
      `Basic ${key}`,
      `Bearer  ${key}`,
      `Bearer ${key} more`,
      `Bearer ${key},${key}`,
      `Bearer ${key.slice(0, -1)}`,
      `Bearer ${key}x`,
      `Bearer ${key.slice(apiKeyPrefix.length)}`,
      `Token ${key}`,
      `Bearer ${key.toUpperCase()}`,
      `Bearer "${key}"`,
      `Bearer\t${key}`,
      `Bearer ${apiKeyPrefix}`,
      "Bearer cgk_' OR 1=1 --",
      `Bearer cgk_${'x'.repeat(8000)}`,
    ];
    for (const authorization of garbled) {
      const answer = await call(gateway.url, { path, headers: { authorization } });
      expect(problemOf(answer, 401).code, authorization).toBe('unauthenticated');
      expect(answer.text).not.toContain(key);
    }
  });

  test('is not taken in the query or as a cookie', async () => {
    const key = await keyWith('admin');
    problemOf(await call(gateway.url, { path: `${path}?access_token=${key}&apiKey=${key}` }), 401);
    problemOf(await call(gateway.url, { path, headers: { cookie: `apiKey=${key}`, 'x-api-key': key } }), 401);
  });

  test('stands there once only', async () => {
    const key = await keyWith('admin');
    const bytes = `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer cgk_x\r\nAuthorization: Bearer ${key}\r\n\r\n`;
    problemOf(await callRaw(gateway.url, bytes), 401);
  });

  test('that was revoked is not taken', async () => {
    const key = await keyWith('admin');
    await revoke(key);
    const answer = await call(gateway.url, { path, key });
    expect(problemOf(answer, 401).detail).toContain('revoked');
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="card-gateway"');
  });

  test('is never logged', async () => {
    const key = await keyWith('admin');
    await call(gateway.url, { path, key });
    await call(gateway.url, { path: `/v1/cards?${key}`, key });
    expect(gateway.log()).not.toContain(key.slice(apiKeyPrefix.length));
  });
});

test('no body is read of a caller without a key', async () => {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.setEncoding('utf8');
  const length = 1_000_000_000;
  socket.write(
    `POST /v1/cards HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n{`,
  );
  // Nothing more of the gigabyte is sent: who waited for it would not answer.
  const [received] = (await once(socket, 'data')) as [string];
  expect(received).toMatch(/^HTTP\/1\.1 401 /);
  socket.destroy();
});

describe('the memory of keys', () => {
  const requestWith = (key: string) => ({ headers: { authorization: `Bearer ${key}` } }) as FastifyRequest;

  test('forgets a revoked key after its time', async () => {
    let now = 0;
    const authentication = createAuthentication({ findKey: (hash) => findKey(gateway.pool, hash), now: () => now });
    const key = await keyWith('cards:read');
    const keyId = expect.stringMatching(/^key_[0-9a-z]{26}$/) as unknown as string;
    const known = { tenant: 'default', caller: 'tests', keyId, scopes: ['cards:read'] };
    expect(await authentication.authenticate(requestWith(key))).toEqual(known);
    await revoke(key);
    now = keyCacheMs - 1;
    expect(await authentication.authenticate(requestWith(key))).toEqual(known);
    now = keyCacheMs;
    await expect(authentication.authenticate(requestWith(key))).rejects.toThrow(ProblemError);
  });

  test('does not outlive use: a key asked for again and again is looked up again in time', async () => {
    let now = 0;
    let lookUps = 0;
    const caller = { tenant: 't', caller: 'c', keyId: 'k', scopes: [] };
    const authentication = createAuthentication({ findKey: async () => (lookUps++, caller), now: () => now });
    for (; now < 10 * keyCacheMs; now += keyCacheMs / 10) await authentication.authenticate(requestWith('cgk_x'));
    expect(lookUps).toBe(10);
  });

  test('never remembers an unknown key, so that a new one works at once', async () => {
    let caller: Awaited<ReturnType<typeof findKey>> = null;
    const authentication = createAuthentication({ findKey: async () => caller, now: () => 0 });
    await expect(authentication.authenticate(requestWith('cgk_new'))).rejects.toThrow(ProblemError);
    caller = { tenant: 't', caller: 'c', keyId: 'k', scopes: [] };
    expect(await authentication.authenticate(requestWith('cgk_new'))).toBe(caller);
  });

  test('is bounded', async () => {
    const asked: string[] = [];
    const authentication = createAuthentication({
      findKey: async (hash) => {
        asked.push(hash.toString('hex'));
        return { tenant: 't', caller: 'c', keyId: 'k', scopes: [] };
      },
      now: () => 0,
    });
    const first = hashApiKey('cgk_0').toString('hex');
    for (let number = 0; number < 10_001; number += 1) await authentication.authenticate(requestWith(`cgk_${number}`));
    expect(asked.filter((hash) => hash === first)).toHaveLength(1);
    await authentication.authenticate(requestWith('cgk_0'));
    expect(asked.filter((hash) => hash === first)).toHaveLength(2);
  });
});
