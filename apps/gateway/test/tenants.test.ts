import { toPublicId, uuidOf } from '@card-gateway/core';
import type { Operation } from '@card-gateway/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, call, everyOperation, exampleOf, missingId, pathOf, problemOf, schemaOf } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { until } from './setup/until.ts';

/** Ids of the tenant `default`, by the prefix of their kind. */
let ids: Record<string, string>;
let gateway: TestGateway;
/** A key of the tenant `other`. */
let key: string;

beforeAll(async () => {
  gateway = await startGateway();
  ({ key } = await gateway.key({ tenant: 'other' }));
  const { client, sandbox } = gateway;
  const products = await client.listCardProducts({ query: { account: 'keysecure' } });
  const product = products.data.find(({ providerRef }) => providerRef === 'PKG2026000001')?.id ?? '';
  const { id: cardholder } = await client.createCardholder({
    body: { account: 'keysecure', reference: 'mine', sumsubShareToken: 'token' },
  });
  sandbox.admin.changeClock({ advanceMs: 10_000 });
  await client.getCardholder({ params: { id: cardholder }, query: { refresh: true } });
  const card = await client.issueCard({ body: { account: 'keysecure', product, cardholder, form: 'virtual' } });
  const binding = await client.startBinding({
    body: { account: 'yixin', user: 'mine', cardNumber: '6217001234567890123', phone: '13800000000', purpose: 'loan' },
  });
  const started = await client.startSync({ body: { account: 'open-api' } });
  await until(
    () => client.getSync({ params: { id: started.id } }),
    ({ status }) => status === 'succeeded',
  );
  const operation = card.operation?.id ?? '';
  ids = { chd: cardholder, card: card.id, bind: binding.id, sync: started.id, op: operation, prod: product };
});
afterAll(() => gateway.close());

const send = (request: Parameters<typeof call>[1]): Promise<Answer> => call(gateway.url, { ...request, key });

/** What was answered, but for what differs from one request to the next. */
function answered({ status, headers, text }: Answer): unknown {
  const { date: _date, 'x-request-id': requestId, ...others } = headers;
  return { status, headers: others, text: text.replaceAll(String(requestId), '<id>') };
}

/** A request for something of another tenant is answered like one for nothing, byte for byte. */
async function expectSame(mine: Parameters<typeof call>[1], missing: Parameters<typeof call>[1]): Promise<Answer> {
  const [foreign, none] = [await send(mine), await send(missing)];
  expect(answered(foreign)).toEqual(answered(none));
  return foreign;
}

const withPath = everyOperation.filter(([, { params }]) => params !== undefined);
const withAccountInBody = everyOperation.filter(([, { body }]) => hasAccount(body));
const withAccountInQuery = everyOperation.filter(([, { query }]) => hasAccount(query));
const lists = everyOperation.filter(
  ([id, { method, params }]) => method === 'GET' && params === undefined && id.startsWith('list'),
);

test('there is something of every kind that a path can name', async () => {
  for (const [id, operation] of withPath) {
    expect(ids[prefixOf(operation)], id).toMatch(/^[a-z]+_/);
    const { key: owner } = await gateway.key();
    const answer = await call(gateway.url, {
      ...exampleOf(operation, owner),
      path: pathOf(operation, ids[prefixOf(operation)]),
    });
    expect(answer.status, id).not.toBe(404);
  }
});

describe.each(withPath)('the path of %s', (_id, operation) => {
  test("shows nothing of another tenant's", async () => {
    const foreign = { ...exampleOf(operation), path: pathOf(operation, ids[prefixOf(operation)]) };
    expect(problemOf(await expectSame(foreign, exampleOf(operation)), 404).code).toBe('not-found');
  });

  test('nor with refresh', async () => {
    const refreshes = operation.query !== undefined && schemaOf(operation.query).properties?.['refresh'] !== undefined;
    const query = refreshes ? '?refresh=true' : '';
    const foreign = { ...exampleOf(operation), path: `${pathOf(operation, ids[prefixOf(operation)])}${query}` };
    await expectSame(foreign, { ...exampleOf(operation), path: `${pathOf(operation)}${query}` });
  });
});

test("a write to another tenant's resource changes nothing and leaves no trace", async () => {
  const before = await counts();
  for (const [, operation] of withPath.filter(([, { effect }]) => effect === 'write')) {
    await send({ ...exampleOf(operation), path: pathOf(operation, ids[prefixOf(operation)]) });
  }
  expect(await counts()).toEqual(before);

  async function counts(): Promise<unknown> {
    const { rows } = await gateway.pool.query(
      'SELECT (SELECT count(*) FROM operations) AS operations, (SELECT json_agg(b ORDER BY id) FROM bindings b) AS bindings',
    );
    return rows[0];
  }
});

describe.each(withAccountInBody)('the account in the body of %s', (_id, operation) => {
  test("of another tenant's is none", async () => {
    const request = { ...exampleOf(operation), path: pathOf(operation, ids[prefixOf(operation)]) };
    const { account } = operation.example.body as { account: string };
    const missing = 'x'.repeat(account.length);
    const [foreign, none] = [
      await send({ ...request, body: { ...(operation.example.body as object), account } }),
      await send({ ...request, body: { ...(operation.example.body as object), account: missing } }),
    ];
    expect(problemOf(foreign, 404).errors?.[0]?.pointer).toBe('/account');
    expect(JSON.stringify(answered(foreign)).replaceAll(account, missing)).toBe(JSON.stringify(answered(none)));
  });
});

describe.each(withAccountInQuery)('the account in the query of %s', (_id, operation) => {
  test.each(['', '&refresh=true'])("of another tenant's is none%s", async (more) => {
    const properties = Object.keys(schemaOf(operation.query as never).properties ?? {});
    if (more !== '' && !properties.includes('refresh')) return;
    const user = properties.includes('user') ? '&user=mine' : '';
    const path = (account: string): string => `${pathOf(operation)}?account=${account}${user}${more}`;
    const [foreign, none] = [await send({ path: path('keysecure') }), await send({ path: path('xxxxxxxxx') })];
    expect(JSON.stringify(answered(foreign)).replaceAll('keysecure', 'xxxxxxxxx')).toBe(JSON.stringify(answered(none)));
    if (foreign.status === 200) expect(foreign.json).toEqual({ data: [], nextCursor: null });
    else problemOf(foreign, 404);
  });
});

// The banks of a user are the provider's and no tenant's; their account is tested above.
describe.each(lists.filter(([id]) => id !== 'listBanks'))('%s', (_id, operation) => {
  test('shows nothing of another tenant', async () => {
    const answer = await send(exampleOf(operation));
    expect(answer.status).toBe(200);
    const { data } = answer.json as { data: { account: string }[] };
    expect(data.filter(({ account }) => account !== 'other-keysecure')).toEqual([]);
  });

  test("goes on from nowhere with another tenant's cursor", async () => {
    if (operation.query === undefined) return;
    const { key: owner } = await gateway.key();
    const page = await call(gateway.url, { path: `${pathOf(operation)}?limit=1`, key: owner });
    const row = (page.json as { data: { id: string }[] }).data[0];
    const cursor = row === undefined ? '' : Buffer.from(anyUuidOf(row.id)).toString('base64url');
    const answer = await send({ path: `${pathOf(operation)}?cursor=${cursor}` });
    expect(
      (answer.json as { data: { account: string }[] }).data.filter(({ account }) => account !== 'other-keysecure'),
    ).toEqual([]);
  });
});

describe('an id in a query or body', () => {
  test.each(['cardholder', 'product'])("filters by another tenant's %s to nothing", async (name) => {
    const prefix = name === 'product' ? 'prod' : 'chd';
    const answer = await expectSame(
      { path: `/v1/cards?${name}=${ids[prefix]}` },
      { path: `/v1/cards?${name}=${prefix}_01kan3z7jhfe7v2eq8d4tqh1y0` },
    );
    expect(answer.json).toEqual({ data: [], nextCursor: null });
  });

  test("orders no card of another tenant's product or for their cardholder", async () => {
    const { client } = await gateway.key({ tenant: 'other' });
    const products = await client.listCardProducts({ query: { account: 'other-keysecure' } });
    const own = products.data.find(({ issuable }) => issuable)?.id ?? '';
    const order = (product: string, cardholder: string) => ({
      method: 'POST',
      path: '/v1/cards',
      headers: { 'idempotency-key': crypto.randomUUID() },
      body: { account: 'other-keysecure', product, cardholder, form: 'virtual' },
    });
    const missingCardholder = 'chd_01kan3z7jhfe7v2eq8d4tqh1y0';
    const product = await expectSame(
      order(ids['prod'] ?? '', missingCardholder),
      order('prod_01kan3z7jhfe7v2eq8d4tqh1y0', missingCardholder),
    );
    expect(problemOf(product, 404).errors?.[0]?.pointer).toBe('/product');
    const cardholder = await expectSame(order(own, ids['chd'] ?? ''), order(own, missingCardholder));
    expect(problemOf(cardholder, 404).errors?.[0]?.pointer).toBe('/cardholder');
  });
});

test('an equal Idempotency-Key of another tenant is another key', async () => {
  const order = (account: string) => ({
    method: 'POST',
    path: '/v1/cardholders',
    headers: { 'idempotency-key': 'one-and-the-same' },
    body: { account, reference: 'shared', sumsubShareToken: 'token' },
  });
  const { key: owner } = await gateway.key();
  const first = await call(gateway.url, { ...order('keysecure'), key: owner });
  const second = await send(order('other-keysecure'));
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.headers['idempotent-replayed']).toBeUndefined();
  expect((second.json as { id: string }).id).not.toBe((first.json as { id: string }).id);
});

test('two keys of one caller are one caller, two callers of a tenant are two', async () => {
  const order = {
    method: 'POST',
    path: '/v1/cardholders',
    headers: { 'idempotency-key': 'callers' },
    body: { account: 'other-keysecure', reference: 'callers', sumsubShareToken: 'token' },
  };
  const keys = await Promise.all(['a', 'a', 'b'].map((caller) => gateway.key({ tenant: 'other', caller })));
  const answers: Answer[] = [];
  for (const { key: one } of keys) answers.push(await call(gateway.url, { ...order, key: one }));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 409]);
  expect(answers.map(({ headers }) => headers['idempotent-replayed'])).toEqual([undefined, 'true', undefined]);
  expect(problemOf(answers[2] as Answer, 409).code).toBe('already-exists');
});

function hasAccount(schema: Operation['body']): boolean {
  return schema !== undefined && schemaOf(schema).properties?.['account'] !== undefined;
}

function prefixOf(operation: Operation): string {
  return missingId(operation).split('_')[0] ?? '';
}

function anyUuidOf(id: string): string {
  const kinds = ['card', 'cardholder', 'binding', 'sync', 'operation', 'product'] as const;
  const kind = kinds.find((one) =>
    id.startsWith(toPublicId(one, '00000000-0000-0000-0000-000000000000').split('_')[0] + '_'),
  );
  return uuidOf(kind ?? 'card', id);
}
