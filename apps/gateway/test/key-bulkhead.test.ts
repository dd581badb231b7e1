import { type OperationId, type Operation, operations, type Scope } from '@card-gateway/contract';
import { Secret } from '@card-gateway/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, call, pathOf, type Request } from './setup/call.ts';
import { cardMaker } from './setup/cards.ts';
import { jobWork } from '../src/work.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { bankCard, cardOrder } from './setup/orders.ts';
import { withLocked } from './setup/locked.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;
/** What the acts are about, by its kind. */
let ids: Readonly<Record<string, string>>;

const secretPath = 'a-path-of-24-characters-at-least';

beforeAll(async () => {
  gateway = await startGateway({
    callbacks: (name) => (name === 'open-api' ? { callbacks: { secretPath: new Secret(secretPath) } } : {}),
    settings: {
      EVENTS_ALLOWED_HOSTS: 'http://127.0.0.1',
      DATABASE_LOCK_TIMEOUT_MS: '20000',
      DATABASE_STATEMENT_TIMEOUT_MS: '20000',
      HTTP_READ_DEADLINE_MS: '20000',
    },
    jobs: false,
  });
  const { client, sandbox, url } = gateway;
  const card = await (await cardMaker(gateway)).made('virtual');
  const destination = await client.createEventDestination({
    body: { url: `http://127.0.0.1:${sandbox.port}/events/a` },
  });
  sandbox.admin.callbacks.target('open-api', `${url}/callbacks/open-api/${secretPath}`);
  const [known] = sandbox.admin.openApi.cards();
  if (known !== undefined) sandbox.admin.openApi.updateCard(known.card_id, { status: 3 });
  await sandbox.admin.callbacks.idle();
  const { data: callbacks } = await client.listCallbacks({ query: {} });
  sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'reset' });
  const { operation } = await client.issueCard({ body: await cardOrder(gateway) });
  ids = {
    card: card.id,
    destination: destination.id,
    callback: callbacks[0]?.id ?? '',
    operation: operation?.id ?? '',
  };
});
afterAll(() => gateway.close());

/** More than all connections for requests. */
const many = 40;

interface Flood {
  readonly id: OperationId;
  readonly about?: string;
  /** The table whose lock all of them wait for, each behind the one before it. */
  readonly table: string;
  /** Of the key, if not those that the operation needs. */
  readonly scopes?: readonly Scope[];
  readonly body?: (index: number) => unknown;
}

test('of one key, few wait for their turn', async () => {
  const { keys } = gateway.services;
  const ends = Promise.withResolvers<void>();
  const soon = { deadline: performance.now() + 50 };
  const first = keys.inTurn(jobWork, 'key', () => ends.promise);
  await expect(keys.inTurn(soon, 'key', async () => {})).rejects.toMatchObject({ code: 'deadline-exceeded' });
  const others = Array.from({ length: 100 }, () => keys.inTurn(jobWork, 'key', async () => {}));
  await expect(keys.inTurn(jobWork, 'key', async () => {})).rejects.toMatchObject({ code: 'overloaded' });
  expect(await keys.inTurn(jobWork, 'another', async () => 'done')).toBe('done');
  ends.resolve();
  await Promise.all([first, ...others]);
});

const purpose = (): object => ({ purpose: 'the holder asked' });
const floods: readonly Flood[] = [
  { id: 'revealCard', about: 'card', table: 'audit_log', scopes: ['catalog:read'], body: purpose },
  { id: 'revealCard', about: 'card', table: 'audit_log', body: purpose },
  { id: 'checkBinding', table: 'guesses', body: () => ({ ...bankCard(), phone: undefined, purpose: undefined }) },
  { id: 'lookUpIssuer', table: 'guesses', body: () => ({ account: 'yixin', cardNumber: bankCard().cardNumber }) },
  {
    id: 'updateEventDestination',
    about: 'destination',
    table: 'audit_log',
    body: (index) => ({ description: `number ${index}` }),
  },
  { id: 'pingEventDestination', about: 'destination', table: 'audit_log' },
  { id: 'replayCallback', about: 'callback', table: 'audit_log' },
  {
    id: 'resolveOperation',
    about: 'operation',
    table: 'audit_log',
    body: () => ({ outcome: 'refused', reason: 'the provider has no such order' }),
  },
  { id: 'startSync', table: 'syncs', scopes: ['cards:write'], body: () => ({ account: 'keysecure' }) },
];

test.each(floods)('one key leaves connections to others: $id with $scopes', async ({ id, about, table, ...flood }) => {
  const operation: Operation = operations[id];
  const { key } = await gateway.key({ scopes: flood.scopes ?? ['admin'] });
  const other = await gateway.key({ tenant: 'other', scopes: ['cards:read'] });
  const read = (): Promise<unknown> => other.client.listCards({ query: { limit: 7 } });
  await read();
  const request = (index: number): Request => ({
    method: operation.method,
    path: pathOf(operation, ids[about ?? '']),
    key,
    headers: { 'idempotency-key': crypto.randomUUID() },
    ...(flood.body && { body: flood.body(index) }),
  });

  const answers: Promise<Answer>[] = [];
  await withLocked(gateway.owner, table, async () => {
    answers.push(...Array.from({ length: many }, (_, index) => call(gateway.url, request(index))));
    await until(waiting, (count) => count > 0);
    for (let reads = 0; reads < 10; reads += 1) await read();
    expect(await waiting()).toBe(1);
  });
  for (const answer of await Promise.all(answers)) expect(answer.status, answer.text).toBeLessThan(500);
});

/** How many transactions wait for a lock; of the activity of others PostgreSQL shows nothing but that. */
async function waiting(): Promise<number> {
  const { rows } = await gateway.owner.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_locks JOIN pg_database d ON d.oid = database
     WHERE NOT granted AND datname = current_database()`,
  );
  return rows[0]?.count ?? 0;
}
