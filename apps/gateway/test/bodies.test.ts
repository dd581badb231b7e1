import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, call, everyOperation, exampleOf, problemOf } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
});
afterAll(() => gateway.close());

/** Starts a sync with a body of these very bytes. */
async function post(body: Buffer, headers: Record<string, string> = {}): Promise<Answer> {
  const path = '/v1/syncs';
  const sent = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID(), ...headers };
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const { hostname, port } = new URL(gateway.url);
  const options = {
    hostname,
    port,
    path,
    method: 'POST',
    headers: { ...sent, authorization: `Bearer ${gateway.apiKey}` },
  };
  const outgoing = request(options, (answer) => {
    let text = '';
    answer.setEncoding('utf8').on('data', (part: string) => (text += part));
    answer.on('end', () => {
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json: JSON.parse(text) as unknown });
    });
  });
  outgoing.on('error', reject).end(body);
  return promise;
}

describe('a body that programs read differently', () => {
  test.each([
    [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), '', 'expected UTF-8; byte 3 is none'],
    [Buffer.from('{"account":"caf\u00e9"}', 'latin1'), '', 'expected UTF-8; byte 16 is none'],
    [Buffer.from('{"account":"\u20ac"}').subarray(0, 13), '', 'expected UTF-8; byte 13 is none'],
    [Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), '', 'expected UTF-8; byte 2 is none'],
    [Buffer.from([0x22, 0xc0, 0x80, 0x22]), '', 'expected UTF-8; byte 2 is none'],
    [Buffer.from('{"account":"a"}', 'utf16le').swap16(), '', 'JSON'],
    ['{"account":"\\ud800"}', '/account', 'half a surrogate pair'],
    ['{"account":"\\uDC00\\uD800"}', '/account', 'half a surrogate pair'],
    ['{"a":[{"b":1},{"b/c":["x","\\ud83d"]}]}', '/a/1/b~1c/1', 'half a surrogate pair'],
    ['{"\\udfff":1}', '/\ufffd', 'half a surrogate pair'],
    ['{"account":"a","account":"b"}', '/account', 'expected this name once'],
    ['{"account":"a","\\u0061ccount":"a"}', '/account', 'expected this name once'],
    ['{"a":[0,{"b":{"c":1,"d":2,"c":1}}]}', '/a/1/b/c', 'expected this name once'],
    ['{"4111111111111111":1,"4111111111111111":2}', /^\/(?!.*4111111111111111)/, 'expected this name once'],
  ])('%s', async (body, pointer, detail) => {
    const problem = problemOf(await post(Buffer.from(body as string)), 400);
    expect(problem.code).toBe('malformed-request');
    if (detail === 'JSON') return expect(problem.detail).toContain(detail);
    expect(problem.errors).toEqual([
      { pointer: expect.stringMatching(pointer), detail: expect.stringContaining(detail) },
    ]);
    expect(problem.detail).toBe(`${problem.errors?.[0]?.pointer || 'body'}: ${problem.errors?.[0]?.detail}`);
  });

  test('is not one with whole pairs, equal names in other objects, and escapes', async () => {
    const answer = await post(Buffer.from('{"account":"\\ud83d\\ude00💳","user":{"user":"\\\\ud800"}}'));
    expect(problemOf(answer, 400).code).toBe('invalid-request');
  });
});

describe('a body in another coding', () => {
  const body = Buffer.from('{"account":"open-api"}');

  test.each(['gzip', 'br', 'identity', 'x', 'gzip, gzip'])('%s is not taken', async (coding) => {
    const problem = problemOf(await post(body, { 'content-encoding': coding }), 415);
    expect(problem.errors).toMatchObject([{ pointer: 'header/Content-Encoding' }]);
  });

  test.each(['latin1', 'utf-16', '"iso-8859-1"'])('nor is the character set %s', async (charset) => {
    const problem = problemOf(await post(body, { 'content-type': `application/json; charset=${charset}` }), 415);
    expect(problem.errors).toMatchObject([{ pointer: 'header/Content-Type' }]);
  });

  test.each(['utf-8', 'UTF8', '"utf-8"'])('%s is the one', async (charset) => {
    expect((await post(body, { 'content-type': `application/json; charset=${charset}` })).status).toBe(202);
  });
});

const withoutBody = everyOperation.filter(([, { method, body }]) => method !== 'GET' && body === undefined);
describe.each(withoutBody)('%s, which needs no body', (_id, operation) => {
  test.each([undefined, '', '{}', ' { } '])('takes %j', async (body) => {
    expect(problemOf(await call(gateway.url, { ...exampleOf(operation, gateway.apiKey), body }), 404).code).toBe(
      'not-found',
    );
  });

  test.each(['{"a":1}', '[]', 'null', '7'])('takes no %s', async (body) => {
    const answer = await call(gateway.url, { ...exampleOf(operation, gateway.apiKey), body });
    if (body === 'null') return expect(answer.status).toBe(404);
    expect(problemOf(answer, 400).errors).toMatchObject([{ pointer: '' }]);
  });
});

describe('an account that is none', () => {
  const queried = everyOperation.filter(([, { query }]) =>
    JSON.stringify(Object.keys(shapeOf(query))).includes('"account"'),
  );
  const named = everyOperation.filter(([, { body }]) => 'account' in shapeOf(body));

  test.each(queried)('is the same for %s', async (_id, operation) => {
    const needed = 'transaction' in shapeOf(operation.query) ? '&transaction=1' : '&user=u';
    for (const account of ['nowhere', 'other-keysecure']) {
      let found = 0;
      for (const more of ['', needed, `${needed}&refresh=true`]) {
        const answer = await call(gateway.url, {
          path: `${operation.path}?account=${account}${more}`,
          key: gateway.apiKey,
        });
        if (answer.status === 400) continue;
        expect(problemOf(answer, 404)).toMatchObject(noAccount('query/account', account));
        found += 1;
      }
      expect(found).toBeGreaterThan(0);
    }
    expect(queried.length).toBeGreaterThan(7);
  });

  test.each(named)('is the same for %s', async (_id, operation) => {
    for (const account of ['nowhere', 'other-keysecure']) {
      const body = { ...(operation.example.body as object), account };
      const answer = await call(gateway.url, { ...exampleOf(operation, gateway.apiKey), body });
      expect(problemOf(answer, 404)).toMatchObject(noAccount('/account', account));
    }
  });

  function noAccount(pointer: string, account: string) {
    const detail = 'expected the name of an account from GET /v1/providers';
    return { code: 'not-found', detail: `There is no account "${account}".`, errors: [{ pointer, detail }] };
  }

  function shapeOf(schema: unknown): object {
    return (schema as { shape?: object } | undefined)?.shape ?? {};
  }
});

describe('the Idempotency-Key', () => {
  const start = (idempotencyKey: string, account = 'open-api') =>
    call(gateway.url, {
      method: 'POST',
      path: '/v1/syncs',
      key: gateway.apiKey,
      headers: { 'idempotency-key': idempotencyKey },
      body: { account },
    });

  test.each([
    ['abc', '"abc"'],
    ['"q-1"', 'q-1'],
    [String.raw`a"b\c`, String.raw`"a\"b\\c"`],
    ['x'.repeat(255), `"${'x'.repeat(255)}"`],
  ])('%s is the same as %s', async (one, other) => {
    const first = await start(one);
    expect(first.status).toBe(202);
    const again = await start(other);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.json).toEqual(first.json);
    expect(problemOf(await start(other, 'keysecure'), 422).code).toBe('idempotency-key-reused');
  });

  test.each([
    '"abc',
    'abc"',
    '"',
    '""',
    '"a"b"',
    '"a\\b"',
    '"a b"',
    '"a", "b"',
    '"a";b=1',
    String.raw`"abc\"`,
    '"x"x',
    `"${'x'.repeat(256)}"`,
  ])('%s is none', async (idempotencyKey) => {
    const problem = problemOf(await start(idempotencyKey), 400);
    expect(problem.code).toBe('invalid-request');
    expect(problem.errors).toMatchObject([{ pointer: 'header/Idempotency-Key' }]);
  });
});
