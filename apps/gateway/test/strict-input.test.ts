import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, call, problemOf } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
});
afterAll(() => gateway.close());

const get = (path: string, headers: Record<string, string | string[]> = {}): Promise<Answer> =>
  call(gateway.url, { path, key: gateway.apiKey, headers });
const post = (body: unknown, headers: Record<string, string | string[]> = {}): Promise<Answer> =>
  call(gateway.url, {
    method: 'POST',
    path: '/v1/syncs',
    key: gateway.apiKey,
    body,
    headers: { 'idempotency-key': randomUUID(), ...headers },
  });
const missing = 'card_01kan3z7jhfe7v2eq8d4tqh1y0';

describe('a query', () => {
  test.each(['1e2', '0x10', '%2010', '10%20', '+5', '05', '5.0', '%D9%A3', '1&limit=2'])(
    'takes no limit like %s',
    async (limit) => {
      expect(problemOf(await get(`/v1/cards?limit=${limit}`), 400).errors).toEqual([
        { pointer: 'query/limit', detail: 'expected a whole number from 1 to 200' },
      ]);
    },
  );

  test.each(['1', '50', '200'])('takes the limit %s', async (limit) => {
    expect(await get(`/v1/cards?limit=${limit}`)).toMatchObject({ status: 200 });
  });

  test.each(['1', '0', 'yes', 'on', 'enabled', 'TRUE', 'False', '', 'true&refresh=true'])(
    'takes no refresh like %s',
    async (refresh) => {
      expect(problemOf(await get(`/v1/cards/${missing}?refresh=${refresh}`), 400).errors).toEqual([
        { pointer: 'query/refresh', detail: 'expected true or false' },
      ]);
    },
  );

  test.each(['true', 'false'])('takes refresh=%s', async (refresh) => {
    problemOf(await get(`/v1/cards/${missing}?refresh=${refresh}`), 404);
  });
});

describe('an instant', () => {
  const instant = { pointer: 'header/X-Request-Deadline', detail: /RFC 3339/ };
  const withDeadline = (deadline: string): Promise<Answer> => get('/v1/cards', { 'x-request-deadline': deadline });

  test.each([
    '2126-02-30T00:00:00Z',
    '2126-02-29T00:00:00Z',
    '2126-04-31T00:00:00Z',
    '2126-01-01T24:00:00Z',
    '2126-01-01T00:00:00+24:00',
    '2126-01-01T00:00Z',
    '2126-01-01T00:00:00.Z',
  ])('of a deadline is not %s', async (deadline) => {
    expect(problemOf(await withDeadline(deadline), 400)).toMatchObject({ errors: [instant] });
  });

  test.each(['2128-02-29T00:00:00Z', `2126-01-01T00:00:00.${'123456789'.repeat(3)}Z`, '2126-01-01t00:00:00.5+05:30'])(
    'of a deadline is %s',
    async (deadline) => {
      expect(await withDeadline(deadline)).toMatchObject({ status: 200 });
    },
  );

  test.each(['2026-02-30T00:00:00Z', '2026-01-01'])('of a query is not %s', async (from) => {
    expect(problemOf(await get(`/v1/cards?createdAfter=${from}`), 400).errors).toMatchObject([
      { pointer: 'query/createdAfter', detail: /RFC 3339/ },
    ]);
  });

  test.each([`2026-01-01T00:00:00.${'123456789'.repeat(3)}Z`, '2026-01-01t00:00:00z'])(
    'of a query is %s',
    async (from) => {
      expect(await get(`/v1/cards?createdAfter=${from}`)).toMatchObject({ status: 200 });
    },
  );
});

test.each(['Idempotency-Key', 'X-Request-Deadline', 'Content-Type'])(
  'the header %s may stand once, and two of it are told so',
  async (name) => {
    const value =
      { 'Idempotency-Key': 'one', 'X-Request-Deadline': '2126-01-01T00:00:00Z' }[name] ?? 'application/json';
    const answer = await post({ account: 'open-api' }, { [name.toLowerCase()]: [value, value] });
    expect(problemOf(answer, 400).errors).toEqual([{ pointer: `header/${name}`, detail: 'expected it once' }]);
  },
);

test.each([
  ['{"account":"open-api","__proto__":{}}', '/__proto__'],
  ['{"account":"open-api","\\u005f_proto__":1}', '/__proto__'],
  ['{"account":{"__proto__":null}}', '/account/__proto__'],
  ['{"account":"open-api","constructor":{"prototype":{}}}', '/constructor'],
])('the body %s is JSON with a field that there is not', async (text, pointer) => {
  const problem = problemOf(await post(text), 400);
  expect(problem).toMatchObject({ code: 'invalid-request', errors: [{ pointer, detail: 'there is no such field' }] });
});

test.each([
  ['a half character', '"\\ud800"'],
  ['a forbidden name', '{"__proto__":1}'],
])('a body that is nested as deep as it can be, with %s in it, is answered', async (_what, inside) => {
  const depth = 30_000;
  problemOf(await post(`{"account":${'['.repeat(depth)}${inside}${']'.repeat(depth)}}`), 400);
});

test('of thousands of fields that there are not, some are named', async () => {
  const names = Array.from({ length: 3000 }, (_, index) => index.toString(36));
  const faultsOf = (answer: Answer): number => problemOf(answer, 400).errors?.length ?? 0;
  expect(faultsOf(await get(`/v1/providers?${names.join('&')}`))).toBe(50);
  expect(faultsOf(await post(Object.fromEntries(names.map((name) => [name, 1]))))).toBe(50);
});

test('a text that is too long is told so, and is not examined further', async () => {
  const long = `4111 1111 1111 1111 ${'1 '.repeat(30_000)}`;
  const errorsOf = async (path: string, body: object) =>
    problemOf(
      await call(gateway.url, { method: 'POST', path, key: gateway.apiKey, body, headers: { 'idempotency-key': 'k' } }),
      400,
    ).errors;
  const place = { country: 'GB', state: 'x', city: 'x', line1: long, postalCode: 'x' };
  const address = { firstName: 'x', lastName: 'x', phoneCode: '44', phone: '2079460000', ...place };
  const order = { account: 'keysecure', product: 'prod_01kan3z7jhfe7v2eq8d4tqh1y0', form: 'physical', address };
  expect(await errorsOf('/v1/cards', order)).toEqual([
    { pointer: '/address/line1', detail: 'expected at most 128 characters' },
  ]);
  expect(await errorsOf('/v1/event-destinations', { url: 'https://example.com', description: long })).toEqual([
    { pointer: '/description', detail: 'expected at most 200 characters' },
  ]);
  expect(
    await errorsOf('/v1/operations/op_01kan3z7jhfe7v2eq8d4tqh1y0/resolve', { outcome: 'refused', reason: long }),
  ).toEqual([{ pointer: '/reason', detail: 'expected at most 500 characters' }]);
  expect(await errorsOf(`/v1/cards/${missing}/reveal`, { purpose: long })).toEqual([
    { pointer: '/purpose', detail: 'expected why it is needed, 3 to 200 characters' },
  ]);
});

test.each([
  'card_x',
  'card_01KAN3Z7JHFE7V2EQ8D4TQH1Y0',
  'card_81kan3z7jhfe7v2eq8d4tqh1y0',
  'chd_01kan3z7jhfe7v2eq8d4tqh1y0',
])('the id %s is told how an id looks', async (id) => {
  expect(problemOf(await get(`/v1/cards/${id}`), 400).errors).toEqual([
    { pointer: 'path/id', detail: 'expected an id as the gateway gave it: "card_" and 26 small letters and digits' },
  ]);
});
