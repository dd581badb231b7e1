import { uuidOf } from '@card-gateway/core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createUnrecorded } from '../src/unrecorded.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { bankCard, cardOrder, type CardOrder } from './setup/orders.ts';
import { send } from './setup/send.ts';
import { ageSubmitting, reconcileNow } from './setup/reconcile.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;
let order: CardOrder;
let key: string;

beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
  order = await cardOrder(gateway);
  ({ key } = await gateway.key());
  // As a server does that gives up its wait for a standby: a warning at the commit, which is done all the same.
  await gateway.owner.query(
    `CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE WARNING ''given up''; RETURN NULL; END'`,
  );
});
afterEach(async () => {
  await gateway.owner.query('DROP TRIGGER IF EXISTS warn ON operations');
  gateway.sandbox.admin.clearFaults();
});
afterAll(() => gateway.close());

/** No commit is confirmed that has this in it. */
const doubt = (what: 'INSERT' | 'UPDATE') =>
  gateway.owner.query(
    `CREATE CONSTRAINT TRIGGER warn AFTER ${what} ON operations DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION warn()`,
  );
const confirmAgain = () => gateway.owner.query('DROP TRIGGER warn ON operations');

const requests = (): number => gateway.sandbox.admin.requests().counts.reduce((sum, { count }) => sum + count, 0);

/** Writes that are new, each with how often its provider had it. */
const writes: Readonly<
  Record<string, { readonly path: string; readonly body: () => unknown; readonly sent: () => number }>
> = {
  issueCard: {
    path: '/v1/cards',
    body: () => order,
    sent: () => gateway.sandbox.admin.ledger({ effect: 'card_issued' }).length,
  },
  createCardholder: {
    path: '/v1/cardholders',
    body: () => ({ account: 'keysecure', reference: 'doubted', sumsubShareToken: 'share-token' }),
    sent: () => gateway.sandbox.admin.ledger({ effect: 'cardholder_created' }).length,
  },
  startBinding: {
    path: '/v1/bindings',
    body: bankCard,
    sent: () => gateway.sandbox.admin.ledger({ effect: 'sms_sent' }).length,
  },
};

interface Row {
  readonly state: string;
  readonly reason: string | null;
}
/** All operations of a type, the latest last. */
const rows = async (type: string): Promise<Row[]> => {
  const text = `SELECT state, refusal ->> 'reason' AS reason FROM operations WHERE type = $1 ORDER BY id`;
  return (await gateway.pool.query<Row>(text, [type])).rows;
};
const nothingLeft = () =>
  until(
    async () => gateway.services.unrecorded.count(),
    (count) => count === 0,
  );
const notSent = { state: 'refused', reason: 'not_sent' };
const unavailable = { status: 503, body: { code: 'database-unavailable' } };

describe('a record that nobody confirms', () => {
  test.each(Object.entries(writes))(
    'of %s: nothing is sent, that is recorded by itself, and the repeat sends it once',
    async (type, { path, body, sent }) => {
      const request = { path, idempotencyKey: `doubted-${type}`, body: body() };
      const before = { requests: requests(), sent: sent() };
      await doubt('INSERT');
      const answer = await send(gateway.url, key, request);
      expect(answer).toMatchObject(unavailable);
      expect(answer.body).not.toHaveProperty('outcome');
      expect((await rows(type)).at(-1)).toMatchObject({ state: 'submitting' });
      await nothingLeft();
      expect((await rows(type)).at(-1)).toEqual(notSent);
      expect(requests()).toBe(before.requests);

      await confirmAgain();
      expect(await send(gateway.url, key, request)).toMatchObject({ status: 201, replayed: false });
      expect(await send(gateway.url, key, request)).toMatchObject({ status: 201, replayed: true });
      expect(sent()).toBe(before.sent + 1);
    },
  );

  test('of a sync: it has failed, so that others are not kept waiting for it', async () => {
    const request = { path: '/v1/syncs', idempotencyKey: 'doubted-sync', body: { account: 'keysecure' } };
    await doubt('INSERT');
    expect(await send(gateway.url, key, request)).toMatchObject(unavailable);
    await nothingLeft();
    await confirmAgain();
    expect(await send(gateway.url, key, request)).toMatchObject({ status: 202, replayed: false });
    const { rows: syncs } = await gateway.pool.query('SELECT state FROM syncs ORDER BY created_at');
    expect(syncs).toEqual([{ state: 'failed' }, { state: 'queued' }]);
  });

  test('is recorded as not sent also after another process gave it up as unknown', async () => {
    await doubt('INSERT');
    const request = { path: '/v1/cards', idempotencyKey: 'given-up', body: order };
    expect(await send(gateway.url, key, request)).toMatchObject(unavailable);
    await ageSubmitting(gateway);
    const { data } = await gateway.client.listOperations({ query: { outcome: 'submitting' } });
    await reconcileNow(gateway.services, data[0]?.id);
    await nothingLeft();
    expect((await rows('issueCard')).at(-1)).toEqual(notSent);
  });
});

test('an outcome whose record nobody confirms is answered only once a later commit is', async () => {
  await doubt('UPDATE');
  const request = { path: '/v1/cards', idempotencyKey: 'doubted-outcome', body: order };
  const { admin } = gateway.sandbox;
  const before = admin.ledger({ effect: 'card_issued' }).length;
  expect(await send(gateway.url, key, request)).toMatchObject({ status: 201, replayed: false });
  expect(admin.ledger({ effect: 'card_issued' })).toHaveLength(before + 1);
});

test('a repeat takes a write over whose sender is gone, and does not wait for the sweep', async () => {
  const { admin } = gateway.sandbox;
  admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'work_then_hang' });
  const request = { path: '/v1/cards', idempotencyKey: 'left', body: order };
  const before = admin.ledger({ effect: 'card_issued' }).length;
  const first = send(gateway.url, key, request);
  await admin.until(() => admin.ledger({ effect: 'card_issued' }).length > before);
  expect(await send(gateway.url, key, request)).toMatchObject({ status: 409, body: { code: 'request-in-progress' } });
  await ageSubmitting(gateway);
  const repeat = await send(gateway.url, key, request);
  expect(repeat).toMatchObject({ status: 202, replayed: true, body: { operation: { outcome: 'unknown' } } });
  const { id } = repeat.body['operation'] as { id: string };
  const { rowCount } = await gateway.pool.query('SELECT FROM graphile_worker.jobs WHERE key = $1', [
    `settle:${uuidOf('operation', id)}`,
  ]);
  expect(rowCount).toBe(1);
  await reconcileNow(gateway.services, id);
  expect(await send(gateway.url, key, request)).toMatchObject({ status: 201, replayed: true });
  await first;
  expect(admin.ledger({ effect: 'card_issued' })).toHaveLength(before + 1);
});

describe('what could not be recorded', () => {
  test('is tried once more at the end', async () => {
    const unrecorded = createUnrecorded();
    const tried: string[] = [];
    unrecorded.add('one', async () => {
      tried.push('one');
      return 'recorded';
    });
    await unrecorded.stop();
    expect(tried).toEqual(['one']);
    expect(unrecorded.count()).toBe(0);
  });

  test('keeps the others from being recorded only for one round', async () => {
    const unrecorded = createUnrecorded();
    const recorded: string[] = [];
    unrecorded.add('locked', async () => {
      throw new Error('locked');
    });
    unrecorded.add('free', async () => {
      recorded.push('free');
      return 'recorded';
    });
    await until(
      async () => recorded,
      ({ length }) => length > 0,
    );
    await unrecorded.stop();
    expect(unrecorded.count()).toBe(1);
  });
});
