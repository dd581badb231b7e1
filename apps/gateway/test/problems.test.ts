import { connect } from 'node:net';
import { once } from 'node:events';
import type { Operation } from '@card-gateway/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unstored } from '../src/http/problem.ts';
import { keyHash } from '../src/ledger/key-hash.ts';
import { address } from './setup/cards.ts';
import { type Answer, call, callRaw, everyOperation, exampleOf, pathOf, problemOf, schemaOf } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

let gateway: TestGateway;
let key: string;
beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
  ({ key } = await gateway.key());
});
afterAll(() => gateway.close());

const send = (request: Parameters<typeof call>[1]): Promise<Answer> =>
  call(gateway.url, { ...request, key: request.key ?? key });
const withBody = everyOperation.filter(([, { body }]) => body !== undefined);
const withParams = everyOperation.filter(([, { params }]) => params !== undefined);
const withQuery = everyOperation.filter(([, { query }]) => query !== undefined);
const writes = everyOperation.filter(([, { effect }]) => effect === 'write');

/** Never those of the library that checks. */
const ourWords = /^(?!.*(?:, received|Invalid|Too )).*(?:expected |there is no such field)/;

const wrongValues = [null, 17, true, [], {}, '', '\u0000', 'x'.repeat(5000), '💳'.repeat(2000)];

describe.each(withBody)('the body of %s', (_id, operation) => {
  const example = fullExample(operation);
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    send({ ...exampleOf(operation), body, headers: { ...exampleOf(operation).headers, ...headers } });

  test('may not be missing', async () => {
    const problem = problemOf(await send({ ...exampleOf(operation), body: undefined }), 400);
    expect(problem).toMatchObject({ code: 'invalid-request', errors: [{ pointer: '', detail: /object/ }] });
  });

  test.each([
    '',
    '{',
    '{"a":}',
    'account=x',
    '{"account":"a"}}',
    '{"__proto__":{}}',
    '{"constructor":{"prototype":{}}}',
  ])('may not be the text %j', async (text) => {
    const problem = problemOf(await post(text), 400);
    expect(problem.code).toMatch(/^(malformed|invalid)-request$/);
  });

  test.each([[null], [[]], ['text'], [7], [true]])('may not be %j', async (body) => {
    const problem = problemOf(await post(JSON.stringify(body)), 400);
    expect(problem).toMatchObject({ code: 'invalid-request', errors: [{ pointer: '' }] });
  });

  test('has no other fields than the contract names', async () => {
    const problem = problemOf(await post({ ...example, colour: 'red', 'a/b~c': 1 }), 400);
    expect(problem).toMatchObject({ code: 'invalid-request' });
    expect(problem.errors).toEqual([
      { pointer: '/colour', detail: 'there is no such field' },
      { pointer: '/a~1b~0c', detail: 'there is no such field' },
    ]);
  });

  test('names each missing field', async () => {
    const { required = [] } = schemaOf(bodyOf(operation));
    const problem = problemOf(await post({}), 400);
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(required.map((name) => `/${name}`));
    for (const { detail } of problem.errors ?? []) expect(detail).toMatch(/^expected .*; it is missing$/);
  });

  test.each(fieldsOf(operation))('takes nothing wrong in %s', async (pointer) => {
    for (const value of wrongValues) {
      const body = changed(example, pointer, value);
      if (bodyOf(operation).safeParse(body).success) continue;
      const problem = problemOf(await post(body), 400);
      expect(problem.code).toBe('invalid-request');
      const pointers = problem.errors?.map((error) => error.pointer) ?? [];
      expect(pointers.some((named) => named === pointer || named.startsWith(`${pointer}/`))).toBe(true);
      for (const { detail } of problem.errors ?? []) expect(detail).toMatch(ourWords);
    }
  });

  test('is answered whatever text stands in a field, never with a failure of the gateway', async () => {
    for (const pointer of fieldsOf(operation)) {
      for (const value of ['\u0000', '\ud800', "'; DROP TABLE cards; --", '%00', '{}', '0'.repeat(64)]) {
        const answer = await post(changed(example, pointer, value));
        expect(answer.status, `${pointer} = ${JSON.stringify(value)}: ${answer.text}`).toBeLessThan(500);
      }
    }
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'nonsense',
    'application/xml',
  ])('is not taken as %s', async (type) => {
    const problem = problemOf(await post(JSON.stringify(example), { 'content-type': type }), 415);
    expect(problem).toMatchObject({
      code: 'unsupported-media-type',
      errors: [{ pointer: 'header/Content-Type', detail: 'expected application/json' }],
    });
  });

  test('may say its character set', async () => {
    const answer = await post({ ...example, colour: 1 }, { 'content-type': 'application/json; charset=utf-8' });
    expect(problemOf(answer, 400).code).toBe('invalid-request');
  });

  test('may not be larger than the limit', async () => {
    const problem = problemOf(await post({ ...example, colour: 'x'.repeat(65_536) }), 413);
    expect(problem.code).toBe('payload-too-large');
  });
});

describe.each(withParams)('the path of %s', (_id, operation) => {
  test.each([
    'x',
    'card',
    'op_',
    '0',
    'null',
    '..%2f..%2fetc',
    '%00',
    '%F0%9F%92%B3',
    "'",
    '1'.repeat(200),
    'card_zzzzzzzzzzzzzzzzzzzzzzzzzz',
  ])('takes no id like %s', async (id) => {
    const problem = problemOf(await send({ ...exampleOf(operation), path: pathOf(operation, id) }), 400);
    expect(problem).toMatchObject({ code: 'invalid-request' });
    expect(problem.errors).toEqual([{ pointer: 'path/id', detail: expect.stringMatching(/^expected an id/) }]);
  });

  test('takes no id of another kind', async () => {
    const other = operation.path.startsWith('/v1/cards/') ? 'op' : 'card';
    const path = pathOf(operation, `${other}_01kan3z7jhfe7v2eq8d4tqh1y0`);
    expect(problemOf(await send({ ...exampleOf(operation), path }), 400).errors?.[0]?.pointer).toBe('path/id');
  });

  test('of nothing that exists is a 404', async () => {
    const problem = problemOf(await send(exampleOf(operation)), 404);
    expect(problem.code).toBe('not-found');
  });

  test('is not endless', async () => {
    const answer = await send({ ...exampleOf(operation), path: pathOf(operation, 'x'.repeat(3000)) });
    expect(problemOf(answer, 414).code).toBe('uri-too-long');
  });
});

describe.each(everyOperation)('the query of %s', (_id, operation) => {
  test('has no other parameters than the contract names', async () => {
    const problem = problemOf(await send({ ...exampleOf(operation), path: `${pathOf(operation)}?colour=red` }), 400);
    const faults = problem.errors ?? [];
    expect(problem.code).toBe('invalid-request');
    expect(faults).toContainEqual({ pointer: 'query/colour', detail: 'there is no such field' });
  });
});

describe.each(withQuery)('the query of %s', (_id, operation) => {
  const properties = Object.keys(schemaOf(queryOf(operation)).properties ?? {});

  test.each(properties)('takes nothing wrong in %s', async (name) => {
    for (const value of ['', 'x'.repeat(300), 'nonsense!', '-1', '1.5', '\u0000']) {
      const result = queryOf(operation).safeParse({ ...neededQuery(operation), [name]: value });
      if (result.success) continue;
      const query = new URLSearchParams({ ...neededQuery(operation), [name]: value }).toString();
      const problem = problemOf(await send({ ...exampleOf(operation), path: `${pathOf(operation)}?${query}` }), 400);
      expect(problem.code).toBe('invalid-request');
      expect(problem.errors).toEqual([{ pointer: `query/${name}`, detail: expect.stringMatching(ourWords) }]);
    }
  });

  test.each(properties)('takes %s once only', async (name) => {
    const path = `${pathOf(operation)}?${new URLSearchParams(neededQuery(operation)).toString()}&${name}=1&${name}=2`;
    const problem = problemOf(await send({ ...exampleOf(operation), path }), 400);
    expect(problem.errors?.map(({ pointer }) => pointer)).toContain(`query/${name}`);
  });

  test('is answered whatever text stands in it, never with a failure of the gateway', async () => {
    for (const name of properties) {
      for (const value of [
        '%00',
        '%ED%A0%80',
        '%FF',
        '%zz',
        '1900-01-01T00:00:00Z',
        '0001-01-01T00:00:00Z',
        '9999-12-31T23:59:59Z',
        '%27',
        'true',
      ]) {
        const path = `${pathOf(operation)}?${name}=${value}`;
        const answer = await send({ ...exampleOf(operation), path });
        expect(answer.status, `${path}: ${answer.text}`).toBeLessThan(500);
      }
    }
  });

  if (properties.includes('cursor')) {
    test.each(['x', '!', Buffer.from('not a uuid').toString('base64url'), 'eyJpZCI6MX0', '%00'])(
      'takes no cursor like %s',
      async (cursor) => {
        const problem = problemOf(
          await send({ ...exampleOf(operation), path: `${pathOf(operation)}?cursor=${cursor}` }),
          400,
        );
        expect(problem.errors).toEqual([
          { pointer: 'query/cursor', detail: 'expected the nextCursor of a page before' },
        ]);
      },
    );

    test.each(['0', '-1', '201', '1.5', 'ten', '', '1e9', 'Infinity'])('takes no limit like %j', async (limit) => {
      const problem = problemOf(
        await send({ ...exampleOf(operation), path: `${pathOf(operation)}?limit=${limit}` }),
        400,
      );
      expect(problem.errors).toEqual([{ pointer: 'query/limit', detail: 'expected a whole number from 1 to 200' }]);
    });
  }
});

describe.each(writes)('the Idempotency-Key of %s', (_id, operation) => {
  const post = (headers: Record<string, string | string[]>) => send({ ...exampleOf(operation), headers });

  test.each([{}, { 'idempotency-key': '' }, { 'idempotency-key': '   ' }])('is needed: %j', async (headers) => {
    const problem = problemOf(await post(headers), 400);
    expect(problem).toMatchObject({ code: 'idempotency-key-missing', errors: [{ pointer: 'header/Idempotency-Key' }] });
  });

  test.each(['x'.repeat(256), 'with space', 'caf\u00e9'])('is not like %j', async (idempotencyKey) => {
    const problem = problemOf(await post({ 'idempotency-key': idempotencyKey }), 400);
    expect(problem).toMatchObject({
      code: 'invalid-request',
      errors: [
        {
          pointer: 'header/Idempotency-Key',
          detail: expect.stringMatching(/^expected 1 to 255 visible ASCII characters/),
        },
      ],
    });
  });

  test('stands there once only', async () => {
    const problem = problemOf(await post({ 'idempotency-key': ['a', 'b'] }), 400);
    expect(problem.errors?.[0]?.pointer).toBe('header/Idempotency-Key');
  });
});

describe('paths and methods', () => {
  test.each(['/v1', '/v1/', '/v2/cards', '/favicon.ico', '/v1/cards/x/y/z', '//v1/cards', '/V1/cards', '/metrics/x'])(
    'nothing is at %s',
    async (path) => {
      expect(problemOf(await send({ path }), 404).code).toBe('not-found');
    },
  );

  test.each(everyOperation)('%s takes no other method', async (_id, operation) => {
    const path = pathOf(operation);
    const taken = everyOperation
      .filter(([, other]) => pathOf(other, 'x') === pathOf(operation, 'x'))
      .map(([, { method }]) => method as string);
    if (taken.includes('GET')) taken.push('HEAD');
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      if (taken.includes(method)) continue;
      const answer = await send({ method, path });
      expect(problemOf(answer, 405).code).toBe('method-not-allowed');
      expect(answer.headers.allow?.split(', ').sort()).toEqual(taken.toSorted());
    }
  });

  test.each(['/health/live', '/health/ready', '/openapi.json', '/docs'])('%s is only read', async (path) => {
    const answer = await send({ method: 'POST', path, body: {} });
    expect(problemOf(answer, 405).code).toBe('method-not-allowed');
    expect(answer.headers.allow).toBe('GET, HEAD');
  });

  test('HEAD is answered as GET is, without the body', async () => {
    for (const path of ['/health/live', '/v1/providers', '/v1/cards?limit=x', '/v1/cards/x', '/nothing']) {
      const [head, get] = await Promise.all([send({ method: 'HEAD', path }), send({ path })]);
      expect(head.text).toBe('');
      expect(head.status).toBe(get.status);
      expect(head.headers['content-type']).toBe(get.headers['content-type']);
      for (const { headers } of [head, get]) expect(headers, path).toMatchObject(unstored);
    }
  });

  test.each(['/v1/cards/%', '/v1/cards/%zz', '/%', '/v1/%E0%A4%A', '/v1/cards/%C0%AF'])(
    '%s is no URL path',
    async (path) => {
      const problem = problemOf(await send({ path, headers: { 'x-request-id': 'mine-1' } }), 400);
      expect(problem).toMatchObject({ code: 'malformed-request', requestId: 'mine-1' });
    },
  );
});

test('a body may begin with a byte order mark', async () => {
  const body = '\uFEFF{"colour":"red"}';
  const problem = problemOf(
    await send({ method: 'POST', path: '/v1/syncs', body, headers: { 'idempotency-key': 'bom' } }),
    400,
  );
  expect(problem.errors).toContainEqual({ pointer: '/colour', detail: 'there is no such field' });
});

describe('what is hardly HTTP', () => {
  test.each([
    'hello\r\n\r\n',
    'GET\r\n\r\n',
    'GET / HTTP/9.9\r\nHost: x\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n',
    'GET / HTTP/1.1\r\nConnection: close\r\n\r\n',
    'POST /v1/cards HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'POST /v1/cards HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\nX: \u0001\r\n\r\n',
    '\u0016\u0003\u0001\u0002\u0000',
  ])('%j is a 400', async (bytes) => {
    const problem = problemOf(await callRaw(gateway.url, bytes), 400);
    expect(problem.code).toBe('malformed-request');
  });

  test('headers may not be endless', async () => {
    const problem = problemOf(
      await callRaw(gateway.url, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`),
      431,
    );
    expect(problem).toMatchObject({ code: 'headers-too-large', detail: expect.stringContaining('16 KB') });
  });

  describe('a request that does not arrive whole in time is a 408', () => {
    let hurried: Awaited<ReturnType<TestGateway['another']>>;
    beforeAll(async () => {
      hurried = await gateway.another({ HTTP_REQUEST_TIMEOUT_MS: '200' });
    });
    afterAll(() => hurried.close());

    test.each([
      ['its head', 'GET /v1/cards HTTP/1.1\r\nHost: x\r\n'],
      ['its body', 'POST /v1/cards HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n', '{"account":'],
      ['its chunks', 'POST /v1/cards HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n', '1\r\n{\r\n'],
    ])('%s', async (_part, head, body?: string) => {
      const rest = `Authorization: Bearer ${key}\r\nContent-Type: application/json\r\n\r\n${body}`;
      const bytes = body === undefined ? head : head + rest;
      expect(problemOf(await callRaw(hurried.url, bytes), 408).code).toBe('request-timeout');
    });
  });

  test('a body shorter than it says is no request', async () => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.end(
      `POST /v1/syncs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: 50\r\nIdempotency-Key: short\r\n\r\n{"account":"open-api"}`,
    );
    socket.resume();
    await once(socket, 'close');
    const { rowCount } = await gateway.pool.query('SELECT 1 FROM operations WHERE idempotency_key = $1', [
      keyHash('short'),
    ]);
    expect(rowCount).toBe(0);
  });
});

/** A card number in groups, in base64 and in the form of a UUID; one without a right check digit; and a plain one. */
const numbersInIds = [
  '4111-1111-1111-1111',
  '4111.1111:1111_1111',
  'req-4111--1111--1111--1111-a',
  '4.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1',
  'NDExMTExMTExMTExMTExMQ',
  '41111111-1111-1111-a000-000000000000',
  '6217-0012-3456-7890-123',
  '4111111111111111',
];

describe('X-Request-Id', () => {
  test.each(['mine-1', 'a:b.c_d-e', 'x'.repeat(128), '01a22549-6291-73c7-8d7c-099410916512', '2026-11-29T10.01.07Z'])(
    '%s is echoed',
    async (id) => {
      const headers = { 'x-request-id': id };
      expect(problemOf(await send({ path: '/nothing', headers }), 404).requestId).toBe(id);
      expect(problemOf(await send({ path: '/v1/cards?limit=x', headers }), 400).requestId).toBe(id);
      expect(problemOf(await call(gateway.url, { path: '/v1/cards', headers }), 401).requestId).toBe(id);
      expect((await send({ path: '/v1/cards', headers })).headers['x-request-id']).toBe(id);
    },
  );

  test.each(['', 'with space', 'x'.repeat(129), '<script>', 'caf\u00e9', '4111 1111 1111 1111', '"', ...numbersInIds])(
    '%j is replaced',
    async (id) => {
      const { requestId } = problemOf(await send({ path: '/nothing', headers: { 'x-request-id': id } }), 404);
      expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  test('finds the request in the log', async () => {
    await send({ path: '/v1/cards?limit=x', headers: { 'x-request-id': 'find-me' } });
    expect(gateway.log()).toContain('"requestId":"find-me"');
  });
});

describe('a card number in the wrong place is not repeated', () => {
  const pan = '4111111111111111';
  const grouped = '4111 1111 1111 1111';
  const requests: [string, Parameters<typeof call>[1]][] = [
    ['path', { path: `/v1/${pan}` }],
    ['path below a route', { path: `/v1/cards/${pan}` }],
    ['grouped path', { path: `/v1/${encodeURIComponent(grouped)}` }],
    ['hyphenated path', { path: `/v1/${grouped.replaceAll(' ', '-')}` }],
    ['path with a wrong method', { method: 'DELETE', path: `/v1/cards/${pan}` }],
    ['path that is no URL', { path: `/v1/cards/${pan}%zz` }],
    ['query', { path: `/v1/cards?last4=${pan}` }],
    ['unknown parameter', { path: `/v1/cards?pan=${pan}` }],
    ['name of a parameter', { path: `/v1/cards?${pan}=1` }],
    ['account of a query', { path: `/v1/banks?account=${pan}&user=u` }],
    ['cursor', { path: `/v1/cards?cursor=${pan}` }],
    ['request id', { path: '/v1/nothing', headers: { 'x-request-id': pan } }],
    ...everyOperation
      .filter(([, { body }]) => body !== undefined)
      .flatMap(([id, operation]): [string, Parameters<typeof call>[1]][] => {
        const example = fullExample(operation);
        return [
          [`unknown field of ${id}`, { ...exampleOf(operation), body: { ...example, pan } }],
          [`grouped name of a field of ${id}`, { ...exampleOf(operation), body: { ...example, [grouped]: 1 } }],
          [`name of a field of ${id}`, { ...exampleOf(operation), body: { ...example, [pan]: 1 } }],
          [`malformed body of ${id}`, { ...exampleOf(operation), body: `{"cardNumber":"${pan}"` }],
          [`bare body of ${id}`, { ...exampleOf(operation), body: pan }],
          ...(operation.effect === 'write'
            ? [
                [
                  `bad Idempotency-Key of ${id}`,
                  { ...exampleOf(operation), headers: { 'idempotency-key': `${pan} x` } },
                ] as [string, Parameters<typeof call>[1]],
              ]
            : []),
          ...fieldsOf(operation)
            .filter((pointer) => pointer !== '/user' && pointer !== '/reference')
            .map((pointer): [string, Parameters<typeof call>[1]] => [
              `${pointer} of ${id}`,
              { ...exampleOf(operation), body: changed(example, pointer, pan) },
            ]),
        ];
      }),
  ];

  test.each(requests)('%s', async (_place, request) => {
    const answer = await send(request);
    const everything = JSON.stringify([answer.headers, answer.text]);
    expect(everything.replaceAll(/[ -]|%20/g, '')).not.toContain(pan);
  });

  test('and not in the log', () => {
    expect(gateway.log().replaceAll(/[ -]|%20/g, '')).not.toContain(pan);
  });
});

function bodyOf({ body }: Operation) {
  if (body === undefined) throw new Error('This operation has no body.');
  return body;
}

/** The example of a body, with an address where one may stand. */
function fullExample(operation: Operation): Record<string, unknown> {
  const body = operation.example.body as Record<string, unknown>;
  const takesAddress = schemaOf(bodyOf(operation)).properties?.['address'] !== undefined;
  return takesAddress ? { ...body, address } : body;
}

function queryOf({ query }: Operation) {
  if (query === undefined) throw new Error('This operation has no query.');
  return query;
}

function neededQuery(operation: Operation): Record<string, string> {
  return Object.fromEntries((schemaOf(queryOf(operation)).required ?? []).map((name) => [name, 'yixin']));
}

/** Pointers to all fields of a body, those of objects in it too. */
function fieldsOf(operation: Operation): string[] {
  return inside(schemaOf(bodyOf(operation)), '');

  function inside(schema: ReturnType<typeof schemaOf>, pointer: string): string[] {
    return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
      `${pointer}/${name}`,
      ...inside(property, `${pointer}/${name}`),
    ]);
  }
}

function changed(body: Record<string, unknown>, pointer: string, value: unknown): Record<string, unknown> {
  const [, name = '', ...rest] = pointer.split('/');
  if (rest.length === 0) return { ...body, [name]: value };
  return { ...body, [name]: changed((body[name] ?? {}) as Record<string, unknown>, `/${rest.join('/')}`, value) };
}
