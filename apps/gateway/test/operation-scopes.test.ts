import { randomUUID } from 'node:crypto';
import {
  type Operation,
  type Operations,
  operationReadScopes,
  operations,
  type Scope,
  scopes as allScopes,
  syncReadScopes,
} from '@card-gateway/contract';
import { operationTypes } from '@card-gateway/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { listOperations } from '../src/operations/store.ts';
import { type Answer, call, problemOf } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { cardOrder } from './setup/orders.ts';
import { countingRows } from './setup/rows-read.ts';
import { tenantOptions, type Things, thingsOfDefault } from './setup/tenant-things.ts';
import { until } from './setup/until.ts';

type Page = z.output<Operations['listOperations']['success']['schema']>;
type Shown = Page['data'][number];

let gateway: TestGateway;
/** Every operation there is, one unknown order among them. */
let all: readonly Shown[];
let unknown: Shown;
let things: Things;

beforeAll(async () => {
  gateway = await startGateway(tenantOptions);
  things = await thingsOfDefault(gateway);
  const { client, sandbox } = gateway;
  const { id } = await client.startSync({ body: { account: 'yixin', user: 'u', userIp: '203.0.113.7' } });
  await until(
    () => client.getSync({ params: { id } }),
    ({ status }) => status !== 'queued' && status !== 'running',
  );
  sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'reset' });
  const { data } = await client.call('issueCard', { body: await cardOrder(gateway), idempotencyKey: randomUUID() });
  expect(data.operation?.outcome).toBe('unknown');
  all = await walk((await gateway.key()).key);
  unknown = all.find((one) => one.id === data.operation?.id) as Shown;
});
afterAll(() => gateway.close());

const list = async (key: string, query: string): Promise<Page> => {
  const answer = await call(gateway.url, { path: `/v1/operations?${query}`, key });
  expect(answer.status, answer.text).toBe(200);
  return operations.listOperations.success.schema.parse(answer.json);
};

/** All that a key sees, two a page. */
async function walk(key: string): Promise<Shown[]> {
  const seen: Shown[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page = await list(key, `limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
    // Only the last page may be shorter: what is hidden leaves no holes.
    if (page.nextCursor !== null) expect(page.data).toHaveLength(2);
    seen.push(...page.data);
    cursor = page.nextCursor;
  }
  return seen;
}

const keyWith = async (...scopes: readonly Scope[]): Promise<string> => (await gateway.key({ scopes })).key;
const idsOf = (shown: readonly Shown[]): string[] => shown.map(({ id }) => id);
const missing = 'op_01kan3z7jhfe7v2eq8d4tqh1y0';
/** An answer but for what differs from one request to the next. */
const said = ({ status, headers, text }: Answer): unknown => {
  const { date: _date, 'x-request-id': id, ...others } = headers;
  return { status, others, text: text.replaceAll(String(id), '<id>') };
};

const scopeSets: readonly (readonly Scope[])[] = [
  ['cards:read'],
  ['bindings:read'],
  ['cards:read', 'bindings:read', 'transfers:write'],
  ['bindings:read', 'transfers:write', 'cards:reveal', 'operations:resolve'],
  ['cards:read', 'bindings:write'],
];

describe.each(scopeSets)('a key with %s %s %s %s %s', (...given) => {
  const scopes = given.filter((scope): scope is Scope => typeof scope === 'string');
  const isSeen = ({ type, account }: Pick<Shown, 'type' | 'account'>): boolean =>
    (type === 'startSync'
      ? syncReadScopes[account === 'yixin' ? 'bindings' : 'cards']
      : operationReadScopes[type]
    ).some((scope) => scopes.includes(scope));

  test('lists the operations of the types that it may read, page by page, and counts no others', async () => {
    const key = await keyWith(...scopes);
    expect(idsOf(await walk(key))).toEqual(idsOf(all.filter(isSeen)));
    const { unresolved } = await list(key, 'limit=1');
    expect(unresolved.map(({ account }) => account)).toEqual(isSeen(unknown) ? ['keysecure'] : []);
    for (const type of operationTypes) {
      const { data } = await list(key, `limit=100&type=${type}`);
      expect(idsOf(data), type).toEqual(idsOf(all.filter((one) => one.type === type && isSeen(one))));
    }
  });

  test('gets those alone: another one is answered like none', async () => {
    const key = await keyWith(...scopes);
    const get = (id: string): Promise<Answer> => call(gateway.url, { path: `/v1/operations/${id}`, key });
    const none = await get(missing);
    problemOf(none, 404);
    for (const one of all) {
      if (isSeen(one)) expect((await get(one.id)).json).toMatchObject({ id: one.id, type: one.type });
      else expect(said(await get(one.id)), one.type).toEqual(said(none));
    }
  });
});

test('resolving one needs the scope that reads it, and without it tells nothing of it', async () => {
  const resolve = async (key: string, id: string): Promise<Answer> =>
    call(gateway.url, {
      method: 'POST',
      path: `/v1/operations/${id}/resolve`,
      key,
      headers: { 'idempotency-key': randomUUID() },
      body: { outcome: 'refused', reason: 'They have no such order.' },
    });
  const blind = await keyWith('operations:resolve', 'bindings:read');
  const answers = [await resolve(blind, unknown.id), await resolve(blind, missing)];
  for (const answer of answers) problemOf(answer, 404);
  expect(said(answers[0] as Answer)).toEqual(said(answers[1] as Answer));
  expect(await gateway.client.getOperation({ params: { id: unknown.id } })).toMatchObject({ resolution: null });
});

test('a sync is shown to keys that have to do with what it pulls', async () => {
  const syncs = all.filter(({ type }) => type === 'startSync');
  expect(syncs).toHaveLength(2);
  const statusOf = async (scope: Scope, resource: string): Promise<number> =>
    (await call(gateway.url, { path: `/v1/syncs/${resource}`, key: await keyWith(scope) })).status;
  for (const { account, resource } of syncs) {
    const [own, other] = account === 'yixin' ? (['bindings', 'cards'] as const) : (['cards', 'bindings'] as const);
    for (const act of ['read', 'write'] as const) {
      expect(await statusOf(`${own}:${act}`, resource)).toBe(200);
      expect(await statusOf(`${other}:${act}`, resource)).toBe(404);
    }
  }
});

test('the operation of a sync is shown to the keys that the sync is shown to, and counted for no others', async () => {
  // A process that was killed between two statements leaves one so; no state goes back to it by itself.
  await gateway.owner.query(`BEGIN; ALTER TABLE operations DISABLE TRIGGER USER;
    UPDATE operations SET state = 'unknown', unknown_because = 'no_answer', unknown_since = now(), settled_at = NULL,
      settled_by = NULL, settles_by = 'person', answer = NULL, answer_status = NULL WHERE type = 'startSync';
    ALTER TABLE operations ENABLE TRIGGER USER; COMMIT`);
  for (const one of all.filter(({ type }) => type === 'startSync')) {
    const [own, other] = one.account === 'yixin' ? (['bindings', 'cards'] as const) : (['cards', 'bindings'] as const);
    const [seeing, blind] = await Promise.all([keyWith(`${own}:read`), keyWith(`${other}:read`)]);
    for (const [key, isSeen] of [
      [seeing, true],
      [blind, false],
    ] as const) {
      expect((await call(gateway.url, { path: `/v1/operations/${one.id}`, key })).status).toBe(isSeen ? 200 : 404);
      const { data, unresolved } = await list(key, `type=startSync&limit=100`);
      expect(idsOf(data).includes(one.id)).toBe(isSeen);
      expect(unresolved.some(({ account }) => account === one.account)).toBe(isSeen);
    }
    const resolving = await call(gateway.url, {
      method: 'POST',
      path: `/v1/operations/${one.id}/resolve`,
      key: await keyWith('operations:resolve', `${other}:read`),
      headers: { 'idempotency-key': randomUUID() },
      body: { outcome: 'refused', reason: 'It was never started.' },
    });
    problemOf(resolving, 404);
  }
});

test('a page of many syncs reads those that it shows, and not all that there are', async () => {
  const { owner } = gateway;
  // One sync for each user, as an account of bindings has them.
  await owner.query(`
    INSERT INTO syncs (id, tenant, provider, account, kind, user_ref, state, created_at, finished_at)
    SELECT lpad(to_hex(n), 32, '0')::uuid, 'crowd', 'yixin', 'yixin', 'bank_card', 'user-' || n, 'succeeded', now(), now()
    FROM generate_series(1, 20000) n`);
  await owner.query(`
    ALTER TABLE operations DISABLE TRIGGER USER;
    INSERT INTO operations (id, tenant, caller, type, provider, account, resource_id, state, settled_by, settled_at, created_at, updated_at)
    SELECT s.id, s.tenant, 'tests', 'startSync', s.provider, s.account, s.id, 'succeeded', 'answer', now(), now(), now()
    FROM syncs s WHERE s.tenant = 'crowd';
    ALTER TABLE operations ENABLE TRIGGER USER`);
  await owner.query('ANALYZE operations, syncs');
  const read: number[] = [];
  const pool = countingRows(owner, ['operations', 'syncs'], read);
  const page = { limit: 50, after: null, afterAt: null, list: '' };
  const filter = { tenant: 'crowd', types: ['startBinding', 'startSync'], syncsOfCards: false } as const;
  expect(await listOperations(pool, filter, page)).toHaveLength(51);
  expect(read).toHaveLength(1);
  expect(read[0]).toBeLessThan(1000);
  expect(await listOperations(pool, { ...filter, syncsOfCards: true }, page)).toEqual([]);
});

test('what is wrong with a sync is told before the scope that it needs', async () => {
  const start = async (scope: Scope, body: object): Promise<Answer> =>
    call(gateway.url, {
      method: 'POST',
      path: '/v1/syncs',
      key: await keyWith(scope),
      headers: { 'idempotency-key': randomUUID() },
      body,
    });
  const both = ['cards:write', 'bindings:write'] as const;
  for (const body of [{ account: 'nobody' }, { account: 'nobody', user: 'u' }, { account: 'other-keysecure' }]) {
    const [one, other] = await Promise.all(both.map((scope) => start(scope, body)));
    problemOf(one as Answer, 404);
    expect(said(other as Answer)).toEqual(said(one as Answer));
  }
  problemOf(await start('cards:write', { account: 'onerway' }), 400);
  problemOf(await start('bindings:write', { account: 'onerway' }), 400);
  expect(problemOf(await start('bindings:write', { account: 'open-api' }), 403).detail).toContain('cards:write');
  expect(problemOf(await start('cards:write', { account: 'onerway', user: 'u' }), 403).detail).toContain(
    'bindings:write',
  );
});

/** The kinds of things, by the prefix of their ids, that a key with one scope may come to know by reading. */
const kindsByScope: Readonly<Partial<Record<Scope, readonly string[]>>> = {
  'catalog:read': ['prod'],
  'cards:read': ['card', 'chd', 'prod', 'txn', 'trf', 'op', 'sync'],
  'cards:write': ['sync', 'op'],
  'bindings:read': ['bind', 'op', 'sync'],
  'bindings:write': ['sync', 'op'],
  'operations:resolve': ['cbk'],
  // Events are seen with the scope that reads what they are about.
  'events:read': [],
  'events:manage': ['dest'],
};

test.each(allScopes.filter((scope) => scope !== 'admin'))(
  'a key with %s alone reads nothing of another kind, whatever it asks for',
  async (scope) => {
    const key = await keyWith(scope);
    const known = new Set<string>();
    for (const [name, { method, path, query }] of Object.entries<Operation>(operations)) {
      if (method !== 'GET') continue;
      const kind = /^\/v1\/([a-z-]+)\/\{id\}/.exec(path)?.[1];
      const ids = kind === undefined ? [''] : Object.values(things);
      const needs = query !== undefined && !query.safeParse({}).success;
      if (needs) continue;
      for (const id of ids) {
        const { status, text } = await call(gateway.url, { path: path.replace('{id}', id), key });
        expect([200, 400, 403, 404], name).toContain(status);
        if (status !== 200) continue;
        for (const [, prefix = ''] of text.matchAll(/"([a-z]+)_[0-9a-hjkmnp-tv-z]{26}"/g)) known.add(prefix);
      }
    }
    expect([...known].filter((prefix) => !(kindsByScope[scope] ?? []).includes(prefix))).toEqual([]);
    if (scope.endsWith(':read') && scope !== 'events:read') expect(known.size).toBeGreaterThan(0);
  },
);

test('an operation is seen with the scope that reads what it is about', () => {
  const reads = { card: 'getCard', chd: 'getCardholder', trf: 'getTransfer', bind: 'getBinding' } as const;
  const kinds = new Set<string>();
  for (const { type, resource } of all) {
    const [kind = ''] = resource.split('_');
    kinds.add(kind);
    if (kind in reads) expect(operationReadScopes[type]).toEqual(operations[reads[kind as keyof typeof reads]].scopes);
  }
  expect([...kinds].toSorted()).toEqual([...Object.keys(reads), 'sync'].toSorted());
});
