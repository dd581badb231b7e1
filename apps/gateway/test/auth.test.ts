import { once } from 'node:events';
import { connect } from 'node:net';
import { type Operation, type Scope, scopes } from '@card-gateway/contract';
import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Authentication, createAuthentication, keyCacheMs, failuresAtOnce } from '../src/http/auth.ts';
import { apiKeyPrefix, hashApiKey } from '../src/keys/api-key.ts';
import { createFailureLimit } from '../src/failure-limit.ts';
import { unstored } from '../src/http/problem.ts';
import { ProblemError } from '../src/problem.ts';
import { findKey } from '../src/keys/store.ts';
import { call, callRaw, everyOperation, exampleOf, problemOf } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { until } from './setup/until.ts';

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
      const answer = await call(gateway.url, exampleOf(operation, await keyWith(...others)));
      const problem = problemOf(answer, 403);
      expect(problem.code).toBe('forbidden');
      expect(answer.headers['www-authenticate']).toBe(
        `Bearer realm="card-gateway", error="insufficient_scope", scope="${operation.scopes.join(' ')}"`,
      );
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
    expect(answer.headers).toMatchObject(unstored);
  });

  test('is open to an administrator', async () => {
    const answer = await call(gateway.url, exampleOf(operation, await keyWith('admin')));
    expect([401, 403]).not.toContain(answer.status);
  });

  test('tells who may call before what was wrong with the call', async () => {
    const wrong = {
      ...exampleOf(operation),
      path: `${exampleOf(operation).path}?colour=red`,
      body: '{',
      headers: { 'x-request-deadline': 'soon' },
    };
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
    expect(problemOf(await callRaw(gateway.url, bytes), 400).errors?.[0]?.pointer).toBe('header/Authorization');
  });

  test('that was revoked is not taken', async () => {
    const key = await keyWith('admin');
    await revoke(key);
    const answer = await call(gateway.url, { path, key });
    expect(problemOf(answer, 401).detail).toContain('revoked');
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="card-gateway", error="invalid_token"');
  });

  test('is never logged', async () => {
    const key = await keyWith('admin');
    await call(gateway.url, { path, key });
    await call(gateway.url, { path: `/v1/cards?${key}`, key });
    expect(gateway.log()).not.toContain(key.slice(apiKeyPrefix.length));
  });
});

test('who is turned away leaves a log line with the address, and nobody else does', async () => {
  const lineOf = async (path: string, key?: string): Promise<unknown> => {
    const before = gateway.log().length;
    await call(gateway.url, { path, ...(key !== undefined && { key }) });
    const lines = await until(
      async () => gateway.log().slice(before),
      (log) => log.includes('"answered"'),
    );
    return JSON.parse(lines.split('\n').find((line) => line.includes('"answered"')) ?? '{}');
  };
  expect(await lineOf('/v1/cards')).toMatchObject({ status: 401, route: '/v1/cards', client: '127.0.0.1' });
  expect(await lineOf('/v1/cards', await keyWith('bindings:read'))).toMatchObject({
    status: 403,
    caller: 'tests',
    client: '127.0.0.1',
  });
  expect(await lineOf('/v1/cards', await keyWith('cards:read'))).not.toHaveProperty('client');
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
  const requestWith = (key: string, ip = '203.0.113.7') =>
    ({ ip, headers: { authorization: `Bearer ${key}` }, socket: {} }) as FastifyRequest;
  const callerWith = async (authentication: Authentication, key: string, ip?: string) =>
    authentication.authenticate(requestWith(key, ip));
  const problemCodeOf = (authentication: Authentication, key: string, ip?: string) =>
    callerWith(authentication, key, ip).then(
      () => null,
      (error: unknown) => (error as ProblemError).code,
    );

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
    await expect(callerWith(authentication, key)).rejects.toThrow(ProblemError);
  });

  test('does not outlive use: a key asked for again and again is looked up again in time', async () => {
    let now = 0;
    let lookUps = 0;
    const caller = { tenant: 't', caller: 'c', keyId: 'k', scopes: [] };
    const authentication = createAuthentication({ findKey: async () => (lookUps++, caller), now: () => now });
    for (; now < 10 * keyCacheMs; now += keyCacheMs / 10) await authentication.authenticate(requestWith('cgk_x'));
    expect(lookUps).toBe(10);
  });

  test('knows an unknown key for as long, and does not ask again meanwhile', async () => {
    let now = 0;
    let lookUps = 0;
    const authentication = createAuthentication({ findKey: async () => (lookUps++, null), now: () => now });
    for (; now < 2 * keyCacheMs; now += keyCacheMs / 10) {
      expect(await problemCodeOf(authentication, 'cgk_guess')).toBe('unauthenticated');
    }
    expect(lookUps).toBe(2);
  });

  test('slows an address that tries one key after the other, and nobody else', async () => {
    let now = 0;
    const caller = { tenant: 't', caller: 'c', keyId: 'k', scopes: [] };
    const asked: string[] = [];
    const authentication = createAuthentication({
      findKey: async (hash) => {
        asked.push(hash.toString('hex'));
        return hash.equals(hashApiKey('cgk_good')) ? caller : null;
      },
      now: () => now,
    });
    await authentication.authenticate(requestWith('cgk_good'));
    const guess = (number: number, ip?: string) => problemCodeOf(authentication, `cgk_${number}`, ip);
    for (let number = 0; number < failuresAtOnce; number += 1) expect(await guess(number)).toBe('unauthenticated');
    expect(await guess(100)).toBe('authentication-limit');
    expect(asked).toHaveLength(failuresAtOnce + 1);
    // A key that is known, or known as unknown, asks nobody; other addresses are not concerned.
    expect(await problemCodeOf(authentication, 'cgk_good')).toBeNull();
    expect(await guess(0)).toBe('unauthenticated');
    expect(await guess(101, '203.0.113.8')).toBe('unauthenticated');
    // One more try comes back with each second.
    now += 1000;
    expect([await guess(102), await guess(103)]).toEqual(['unauthenticated', 'authentication-limit']);
    now += 60_000;
    expect(await guess(104)).toBe('unauthenticated');
  });

  test('turns away nobody whose key was valid an hour ago, whoever else tries keys behind the same proxy', async () => {
    let now = 0;
    const revoked = new Set<string>();
    const authentication = createAuthentication({
      findKey: async (hash) => {
        const isKnown = hash.equals(hashApiKey('cgk_good')) && !revoked.has('cgk_good');
        return isKnown ? { tenant: 't', caller: 'c', keyId: 'k', scopes: [] } : null;
      },
      now: () => now,
    });
    const guessAll = async (): Promise<void> => {
      for (let number = 0; number < 2 * failuresAtOnce; number += 1) {
        await problemCodeOf(authentication, `cgk_${now}_${number}`);
      }
      expect(await problemCodeOf(authentication, 'cgk_new')).toBe('authentication-limit');
    };
    await authentication.authenticate(requestWith('cgk_good'));
    for (now of [keyCacheMs, 3_600_000, 7_100_000]) {
      await guessAll();
      expect(await problemCodeOf(authentication, 'cgk_good')).toBeNull();
    }
    revoked.add('cgk_good');
    now += keyCacheMs;
    await guessAll();
    expect(await problemCodeOf(authentication, 'cgk_good')).toBe('unauthenticated');
    now += 3_600_000;
    await guessAll();
    expect(await problemCodeOf(authentication, 'cgk_good')).toBe('authentication-limit');
  });

  test('takes all addresses of an IPv6 network for one', () => {
    const limit = createFailureLimit({ atOnce: failuresAtOnce, perSecond: 1, now: () => 0 });
    for (let number = 0; number < failuresAtOnce; number += 1) limit.count(`2001:db8:0:1::${number}`);
    expect(limit.waitFor('2001:db8::1:a:b:c:d')).toBe(1);
    expect([limit.waitFor('2001:db8:0:2::1'), limit.waitFor('::ffff:203.0.113.7')]).toEqual([0, 0]);
  });

  test('forgets a revoked key also when the wall clock is set back', async () => {
    const key = await keyWith('admin');
    expect((await call(gateway.url, { path: '/v1/providers', key })).status).toBe(200);
    await revoke(key);
    const monotonic = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => monotonic() + keyCacheMs);
    vi.useFakeTimers({ now: Date.now() - 86_400_000, toFake: ['Date'] });
    try {
      problemOf(await call(gateway.url, { path: '/v1/providers', key }), 401);
    } finally {
      vi.useRealTimers();
      vi.restoreAllMocks();
    }
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
