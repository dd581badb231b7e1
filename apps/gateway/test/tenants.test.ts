import { operations, type Scope, scopes } from '@card-gateway/contract';
import { fromPublicId, idPrefixes, type IdKind } from '@card-gateway/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, call, problemOf, type Request } from './setup/call.ts';
import { type Document, type Place, type Route, routesOf } from './setup/document.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { tenantOptions, type Things, thingsOfDefault, thingsOfOther } from './setup/tenant-things.ts';

let gateway: TestGateway;
let routes: readonly Route[];
/** Things of the tenant `default`, which the tenant `other` must not see, and what `other` has itself. */
let theirs: Things;
let own: Things;
/** Keys of the tenants `default` and `other`. */
let owner: string;
let key: string;
/** All resources of `default`, as before any other tenant looked for them. */
let before: unknown;

const ownAccount = 'other-keysecure';
const foreignAccounts = ['keysecure', 'open-api', 'onerway', 'yixin'];

beforeAll(async () => {
  gateway = await startGateway(tenantOptions);
  ({ key: owner } = await gateway.key());
  const other = await gateway.key({ tenant: 'other' });
  key = other.key;
  theirs = await thingsOfDefault(gateway);
  own = await thingsOfOther(gateway, other.client);
  const answer = await call(gateway.url, { path: '/openapi.json' });
  expect(answer.status, answer.text).toBe(200);
  routes = routesOf(answer.json as Document);
  before = await everythingOfDefault();
});
afterAll(() => gateway.close());

/** Every row that says whose it is, and every effect at a provider; not what the process notes of the accounts' health by itself. */
async function everythingOfDefault(): Promise<unknown> {
  const { rows: tables } = await gateway.pool.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'tenant' AND table_name NOT IN ('api_keys', 'account_circuits')",
  );
  const kept: Record<string, unknown> = { effects: gateway.sandbox.admin.ledger().length };
  for (const { name } of tables) {
    // A deliverer moves the cursor, under its lease.
    const row = name === 'event_destinations' ? "to_jsonb(t) - '{position,fence,lease_until}'::text[]" : 't';
    const { rows } = await gateway.pool.query<{ row: string }>(
      `SELECT (${row})::text AS row FROM ${name} t WHERE tenant = 'default' ORDER BY 1`,
    );
    kept[name] = rows.map(({ row }) => row);
  }
  return kept;
}

const send = (request: Request): Promise<Answer> => call(gateway.url, { ...request, key });
const missing = (kind: string): string => `${kind}_01kan3z7jhfe7v2eq8d4tqh1y0`;

/** The answer without the parts that differ between requests. */
function answered({ status, headers, text }: Answer): unknown {
  const { date: _date, 'x-request-id': requestId, ...others } = headers;
  return { status, headers: others, text: text.replaceAll(String(requestId), '<id>') };
}

/** Query parameters that a route requires and that name no tenant's resource. */
const plainParameters: Readonly<Record<string, string>> = { user: 'mine', transaction: 'T1' };

/** A request of `other` that is right in all but one place. */
function requestFor(route: Route, place: Place, value: string, refresh: boolean): Request {
  const valueOf = (one: Place): string => {
    if (one.in === place.in && one.name === place.name) return value;
    return one.kind === 'account' ? ownAccount : (own[one.kind] ?? missing(one.kind));
  };
  const placed = (where: Place['in']): [string, string][] =>
    route.places.flatMap((one) => (one.in === where ? [[one.name, valueOf(one)]] : []));
  const query = new URLSearchParams();
  for (const [name, isNeeded] of route.query) {
    const named = route.places.find((one) => one.in === 'query' && one.name === name);
    if (named !== undefined) {
      if (isNeeded || named.name === place.name) query.set(name, valueOf(named));
    } else if (isNeeded || (refresh && name === 'user')) {
      if (plainParameters[name] === undefined) throw new Error(`${route.id} needs ?${name}=: say here what it may be.`);
      query.set(name, plainParameters[name]);
    }
  }
  if (refresh) query.set('refresh', 'true');
  const path = placed('path').reduce((text, [name, id]) => text.replace(`{${name}}`, id), route.path);
  return {
    method: route.method,
    path: query.size === 0 ? path : `${path}?${query.toString()}`,
    headers: { 'idempotency-key': crypto.randomUUID() },
    ...(route.bodyExample !== null && { body: { ...route.bodyExample, ...Object.fromEntries(placed('body')) } }),
  };
}

/** Each place of each route, once more with `refresh` where there is such a thing. */
function* everyPlace(): Generator<{ route: Route; place: Place; refresh: boolean; what: string }> {
  for (const route of routes) {
    for (const place of route.places) {
      for (const refresh of route.query.has('refresh') ? [false, true] : [false]) {
        const what = `${route.method} ${route.path}: ${place.kind} in ${place.in} ${place.name}${refresh ? ' with refresh' : ''}`;
        yield { route, place, refresh, what };
      }
    }
  }
}

test('the document has every operation of the contract, and this test something of every kind it can name', () => {
  expect(routes.map(({ id }) => id).sort()).toEqual(Object.keys(operations).sort());
  const kinds = new Set([...everyPlace()].map(({ place }) => place.kind));
  kinds.delete('account');
  for (const kind of kinds) {
    const known = (Object.keys(idPrefixes) as IdKind[]).find((one) => idPrefixes[one] === kind);
    const isMade = known !== undefined && fromPublicId(known, theirs[kind] ?? '') !== null;
    expect(isMade, `a "${kind}" can be named, but setup/tenant-things.ts makes none`).toBe(true);
  }
});

test("another tenant's id is answered like one of nothing, byte for byte, wherever it stands", async () => {
  let tried = 0;
  for (const { route, place, refresh, what } of everyPlace()) {
    if (place.kind === 'account') continue;
    const foreign = await send(requestFor(route, place, theirs[place.kind] ?? '', refresh));
    const none = await send(requestFor(route, place, missing(place.kind), refresh));
    expect(answered(foreign), what).toEqual(answered(none));
    if (place.in === 'query' && foreign.status === 200) {
      expect(foreign.json, what).toEqual({ data: [], nextCursor: null });
    } else {
      const { code, errors } = problemOf(foreign, 404);
      expect(code, what).toBe('not-found');
      if (place.in !== 'path')
        expect(errors?.[0]?.pointer, what).toBe(`${place.in === 'query' ? 'query' : ''}/${place.name}`);
    }
    tried += 1;
  }
  expect(tried).toBeGreaterThan(20);
});

test('a key without the scope is told that alone, whatever it names and however wrong the rest is', async () => {
  for (const route of routes) {
    const { scopes: wanted } = operations[route.id as keyof typeof operations];
    const others = scopes.filter((scope) => scope !== 'admin' && !(wanted as readonly Scope[]).includes(scope));
    const { key: unfit } = await gateway.key({ tenant: 'other', scopes: others });
    const place = route.places.find((one) => one.in === 'path') ?? { in: 'path', name: 'none', kind: 'none' };
    const named = [theirs[place.kind], own[place.kind], missing(place.kind), 'no-id-at-all'];
    const requests = named.map((id) => requestFor(route, place, id ?? missing(place.kind), false));
    const [first, ...more] = [
      ...requests,
      ...requests.map((request) => ({ ...request, path: `${request.path}?colour=red`, body: '{', headers: {} })),
    ];
    const answer = await call(gateway.url, { ...(first as Request), key: unfit });
    problemOf(answer, 403);
    for (const request of more) {
      expect(answered(await call(gateway.url, { ...request, key: unfit })), route.id).toEqual(answered(answer));
    }
  }
});

test("another tenant's account is none, wherever its name stands", async () => {
  let tried = 0;
  for (const { route, place, refresh, what } of everyPlace()) {
    if (place.kind !== 'account') continue;
    for (const account of foreignAccounts) {
      const nowhere = 'x'.repeat(account.length);
      const foreign = await send(requestFor(route, place, account, refresh));
      const none = await send(requestFor(route, place, nowhere, refresh));
      // The name is the caller's own word and may be repeated to it.
      expect(JSON.stringify(answered(foreign)).replaceAll(account, nowhere), what).toBe(JSON.stringify(answered(none)));
      // The list of operations also counts what is unknown in all: nothing, at the caller's own.
      const nothing = { data: [], nextCursor: null, ...(route.id === 'listOperations' && { unresolved: [] }) };
      if (foreign.status === 200) expect(foreign.json, what).toEqual(nothing);
      else expect(problemOf(foreign, 404).code, what).toBe('not-found');
      tried += 1;
    }
  }
  expect(tried).toBeGreaterThan(20);
});

test('all of that changed nothing of the other tenant, asked no provider to do anything, and left no trace', async () => {
  expect(await everythingOfDefault()).toEqual(before);
});

test('no list shows anything of another tenant, nor with its cursor', async () => {
  const lists = routes.filter(
    ({ id, method, path }) => method === 'GET' && id.startsWith('list') && !path.includes('{'),
  );
  const listed = lists.filter(({ query }) => ![...query.values()].includes(true));
  expect(listed.length).toBeGreaterThan(5);
  for (const { id, path, query } of listed) {
    const answer = await send({ path });
    expect(answer.status, id).toBe(200);
    expect(accountsIn(answer), id).toEqual([]);
    if (!query.has('cursor')) continue;
    const page = await call(gateway.url, { path: `${path}?limit=1`, key: owner });
    const { nextCursor } = page.json as { nextCursor: string | null };
    if (nextCursor === null) continue;
    const onward = await send({ path: `${path}?cursor=${encodeURIComponent(nextCursor)}` });
    expect(accountsIn(onward), id).toEqual([]);
  }

  function accountsIn(answer: Answer): string[] {
    const { data } = answer.json as { readonly data: readonly { readonly account: string }[] };
    return data.map(({ account }) => account).filter((account) => account !== ownAccount);
  }
});

test('its owner is answered at each of these paths: the ids are real', async () => {
  const places = [...everyPlace()].filter(({ place }) => place.in === 'path');
  // What is deleted is no longer there for others.
  const isLast = ({ route }: (typeof places)[number]): number => Number(route.method === 'DELETE');
  for (const { route, place, what } of places.toSorted((one, other) => isLast(one) - isLast(other))) {
    const request = requestFor(route, place, theirs[place.kind] ?? '', false);
    const named = route.places.flatMap((one) =>
      one.in === 'body' ? [[one.name, theirs[one.kind] ?? 'keysecure']] : [],
    );
    const body = route.bodyExample && { ...route.bodyExample, ...Object.fromEntries(named) };
    const { status } = await call(gateway.url, { ...request, ...(body && { body }), key: owner });
    expect(status, what).not.toBe(404);
    expect(status, what).toBeLessThan(500);
  }
});

describe('callers', () => {
  const order = (idempotencyKey: string, account: string) => ({
    method: 'POST',
    path: '/v1/cardholders',
    headers: { 'idempotency-key': idempotencyKey },
    body: { account, reference: idempotencyKey, sumsubShareToken: 'token' },
  });

  test('of two tenants have each their own Idempotency-Keys', async () => {
    const first = await call(gateway.url, { ...order('one-and-the-same', 'keysecure'), key: owner });
    const second = await send(order('one-and-the-same', ownAccount));
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.headers['idempotent-replayed']).toBeUndefined();
    expect((second.json as { id: string }).id).not.toBe((first.json as { id: string }).id);
  });

  test('are one with two keys, and two with two names', async () => {
    const keys = await Promise.all(['a', 'a', 'b'].map((caller) => gateway.key({ tenant: 'other', caller })));
    const answers: Answer[] = [];
    for (const { key: one } of keys)
      answers.push(await call(gateway.url, { ...order('callers', ownAccount), key: one }));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 409]);
    expect(answers.map(({ headers }) => headers['idempotent-replayed'])).toEqual([undefined, 'true', undefined]);
    expect(problemOf(answers[2] as Answer, 409).code).toBe('already-exists');
  });
});
