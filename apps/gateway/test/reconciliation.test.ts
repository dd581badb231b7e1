import { newUuid, type ProviderCard, toPublicId, uuidOf } from '@card-gateway/core';
import { openPool } from '@card-gateway/database/testing';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openAccounts } from '../src/accounts/accounts.ts';
import { writeKinds } from '../src/app.ts';
import { storeProviderCards } from '../src/cards/provider-cards-store.ts';
import { ingestCards } from '../src/cards/ingest-cards.ts';
import { runSync } from '../src/jobs/sync.ts';
import { findById } from '../src/ledger/store.ts';
import { attemptOf, resolveWrite } from '../src/ledger/resolve.ts';
import { jobWork } from '../src/work.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { bankCard, cardOrder, type CardOrder, smsCode } from './setup/orders.ts';
import { ageSms, ahead, reconcileNow } from './setup/reconcile.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;
let order: CardOrder;
let keys = 0;
const newKey = (): string => `key-${(keys += 1)}`;

beforeAll(async () => {
  // Look-ups run when a test says so.
  gateway = await startGateway({
    jobs: false,
    settings: { PROVIDER_WRITE_TIMEOUT_MS: '1500', PROVIDER_CIRCUIT_FAILURES: '1000' },
  });
  order = await cardOrder(gateway);
});
afterEach(() => gateway.sandbox.admin.clearFaults());
afterAll(() => gateway.close());

const reconcile = (operation: { readonly id: string } | null): Promise<void> =>
  reconcileNow(gateway.services, operation?.id);
const readOperation = (operation: { readonly id: string } | null) =>
  gateway.client.getOperation({ params: { id: operation?.id ?? '' } });
const sent = (operation: string): number =>
  gateway.sandbox.admin.requests().counts.find((one) => one.operation === operation)?.count ?? 0;
const issuedFor = (reference: string): number =>
  gateway.sandbox.admin.ledger({ effect: 'card_issued', reference }).length;

/** A card ordered whose answer is lost, after the work or before it. */
async function lostOrder(fault: 'work_then_reset' | 'reset', idempotencyKey = newKey()) {
  gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault });
  const { status, data } = await gateway.client.call('issueCard', { body: order, idempotencyKey });
  expect(status).toBe(202);
  return data;
}

/** A binding whose code is on its way, with the code, also if an SMS to its card has just been sent. */
async function awaitingCode(card = bankCard()) {
  await ageSms(gateway, '1 minute');
  const { id } = await gateway.client.startBinding({ body: card });
  return { id, card, code: smsCode(gateway, card.phone) };
}

async function lostCode(id: string, code: string, fault: 'work_then_reset' | 'reset', idempotencyKey = newKey()) {
  gateway.sandbox.admin.addFault({ provider: 'yixin', operation: 'verifyCode', fault });
  const { status, data } = await gateway.client.call('verifyBinding', {
    params: { id },
    body: { code },
    idempotencyKey,
  });
  expect({ status, binding: data.status }).toEqual({ status: 202, binding: 'awaiting_code' });
  return data;
}

const bind = async (card = bankCard()) => {
  const { id, code } = await awaitingCode(card);
  const bound = await gateway.client.verifyBinding({ params: { id }, body: { code } });
  expect(bound.status).toBe('bound');
  return { id, card };
};

const statusOf = async (id: string) => (await gateway.client.getBinding({ params: { id } })).status;

describe('an answer lost after the work', () => {
  test('waits for its account to be configured again', async () => {
    const lost = await lostOrder('work_then_reset');
    const none = openAccounts([], { config: gateway.services.config, now: Date.now, report: () => {} });
    await reconcileNow({ ...gateway.services, accounts: none }, lost.operation?.id);
    expect(await readOperation(lost.operation)).toMatchObject({
      outcome: 'unknown',
      resolvesBy: 'look-up',
      resolvedBy: null,
    });

    await reconcile(lost.operation);
    expect(await readOperation(lost.operation)).toMatchObject({ outcome: 'succeeded', resolvedBy: 'look-up' });
  });

  test('resolves to the row of the order also when a list without our reference made another first', async () => {
    const lost = await lostOrder('work_then_reset');
    const real = gateway.sandbox.admin.keysecure.cards().find(({ uniqueNo }) => uniqueNo === lost.id);
    const { pool, sealing, accounts } = gateway.services;
    const account = accounts.all.find(({ name }) => name === 'keysecure');
    const listed = { providerRef: real?.cardNo ?? '', status: 'pending', providerStatus: 'Pending' } as const;
    await storeProviderCards(pool, sealing, account ?? { tenant: '', name: '', provider: '' }, [listed], new Date());
    await reconcile(lost.operation);

    const card = await gateway.client.getCard({ params: { id: lost.id } });
    expect(card).toMatchObject({ providerRef: listed.providerRef, operation: { outcome: 'succeeded' } });
    const { rows } = await pool.query('SELECT id FROM cards WHERE provider_ref = $1', [listed.providerRef]);
    expect(rows).toEqual([{ id: uuidOf('card', lost.id) }]);
  });

  test('resolves to the card that exists, and the key then answers so', async () => {
    const idempotencyKey = newKey();
    const lost = await lostOrder('work_then_reset', idempotencyKey);
    const sends = sent('card/apply');
    await reconcile(lost.operation);

    const real = gateway.sandbox.admin.keysecure.cards().find(({ uniqueNo }) => uniqueNo === lost.id);
    expect(real).toBeDefined();
    const card = await gateway.client.getCard({ params: { id: lost.id } });
    expect(card).toMatchObject({ providerRef: real?.cardNo, operation: { outcome: 'succeeded' } });
    expect(await readOperation(lost.operation)).toMatchObject({
      outcome: 'succeeded',
      resolvedBy: 'look-up',
      attempts: [
        { kind: 'send', outcome: 'unknown' },
        { kind: 'look-up', outcome: 'done' },
      ],
    });
    const again = await gateway.client.call('issueCard', { body: order, idempotencyKey });
    expect(again).toMatchObject({ status: 201, replayed: true, location: `/v1/cards/${card.id}` });
    expect(again.data).toEqual(card);
    expect(sent('card/apply')).toBe(sends);
    expect(issuedFor(lost.id)).toBe(1);
  });

  test('resolves to the cardholder that exists', async () => {
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'cardholder/apply', fault: 'truncated' });
    const input = {
      body: { account: 'keysecure', reference: 'lost-holder', sumsubShareToken: 'share-token' },
      idempotencyKey: newKey(),
    };
    const lost = await gateway.client.call('createCardholder', input);
    expect(lost.status).toBe(202);
    const sends = sent('cardholder/apply');
    await reconcile(lost.data.operation);
    const real = gateway.sandbox.admin.keysecure.cardholders().find(({ uniqueNo }) => uniqueNo === lost.data.id);
    expect(await gateway.client.call('createCardholder', input)).toMatchObject({
      status: 201,
      replayed: true,
      data: { id: lost.data.id, providerRef: real?.cardholderNo, operation: { outcome: 'succeeded' } },
    });
    expect(sent('cardholder/apply')).toBe(sends);
    expect(gateway.sandbox.admin.ledger({ effect: 'cardholder_created', reference: lost.data.id })).toHaveLength(1);
  });

  test("of a code resolves to bound, by the user's list", async () => {
    const { id, code, card } = await awaitingCode();
    const idempotencyKey = newKey();
    const lost = await lostCode(id, code, 'work_then_reset', idempotencyKey);
    const sends = sent('verifyCode');
    await reconcile(lost.operation);
    expect(await statusOf(id)).toBe('bound');
    const again = await gateway.client.call('verifyBinding', { params: { id }, body: { code }, idempotencyKey });
    expect(again).toMatchObject({ status: 200, replayed: true, data: { id, status: 'bound' } });
    expect(sent('verifyCode')).toBe(sends);
    expect(gateway.sandbox.admin.ledger({ effect: 'card_bound', subject: card.user })).toHaveLength(1);
  });
});

describe('an answer lost before the work', () => {
  test('stays unknown and visible; each look-up is evidence, what it repeats is one entry, nothing is sent again', async () => {
    const lost = await lostOrder('reset');
    const sends = sent('card/apply');
    const next: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      await reconcile(lost.operation);
      const operation = await readOperation(lost.operation);
      expect(operation).toMatchObject({
        outcome: 'unknown',
        resolvesBy: 'look-up',
        attempts: [
          { kind: 'send', outcome: 'unknown' },
          { kind: 'look-up', outcome: 'absent' },
        ],
      });
      next.push(Date.parse(operation.nextLookUpAt ?? '') - Date.parse(operation.attempts[1]?.finishedAt ?? ''));
    }
    expect(next).toEqual([5000, 15_000, 30_000, 60_000]);
    const { rows } = await gateway.pool.query('SELECT look_ups FROM operations WHERE id = $1', [
      uuidOf('operation', lost.operation?.id ?? ''),
    ]);
    expect(rows).toEqual([{ look_ups: 4 }]);
    const unknown = await gateway.client.listOperations({ query: { outcome: 'unknown', limit: 200 } });
    expect(unknown.data.map(({ id }) => id)).toContain(lost.operation?.id);
    expect(sent('card/apply')).toBe(sends);
    expect(issuedFor(lost.id)).toBe(0);
    expect(await gateway.client.getCard({ params: { id: lost.id } })).toMatchObject({
      status: 'pending',
      providerRef: null,
    });
  });

  test('of an application keeps its reference: nobody is applied for twice', async () => {
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'cardholder/apply', fault: 'reset' });
    const body = { account: 'keysecure', reference: 'lost-before', sumsubShareToken: 'share-token' };
    const lost = await gateway.client.createCardholder({ body });
    const sends = sent('cardholder/apply');
    await reconcile(lost.operation);
    expect(await gateway.client.createCardholder({ body }).catch((error: unknown) => error)).toMatchObject({
      code: 'already-exists',
    });
    expect(sent('cardholder/apply')).toBe(sends);
  });

  test('of a start stays unknown, and another may be sent as soon as an SMS may be', async () => {
    const card = bankCard();
    gateway.sandbox.admin.addFault({ provider: 'yixin', operation: 'bindCard', fault: 'reset' });
    const lost = await gateway.client.call('startBinding', { body: card });
    expect(lost.status).toBe(202);
    expect(await gateway.client.startBinding({ body: card }).catch((error: unknown) => error)).toMatchObject({
      code: 'sms-limit',
    });
    await reconcile(lost.data.operation);
    const { id } = await awaitingCode(card);
    expect(await statusOf(id)).toBe('awaiting_code');
    expect(await statusOf(lost.data.id)).toBe('expired');
    expect(gateway.sandbox.admin.sms({ phone: card.phone })).toHaveLength(1);
    expect(await readOperation(lost.data.operation)).toMatchObject({ outcome: 'unknown' });
  });
});

describe('a provider that is away', () => {
  test.each(['bad_gateway', 'refuse', 'reset', 'not_json'] as const)(
    'answers look-ups with %s, which says nothing of the order, then comes back',
    async (fault) => {
      const lost = await lostOrder('work_then_reset');
      const { admin } = gateway.sandbox;
      const sends = sent('card/apply');
      admin.addFault({ provider: 'keysecure', operation: '*', fault, times: 0 });
      for (let round = 0; round < 15; round += 1) await reconcile(lost.operation);
      const away = await readOperation(lost.operation);
      expect(away).toMatchObject({ outcome: 'unknown', attempts: [{ kind: 'send' }, { kind: 'look-up' }] });
      expect(away.attempts[1]?.outcome).toBe(fault === 'refuse' ? 'refused' : 'unknown');
      // However long it is away, it is asked again within 30 s.
      expect(Date.parse(away.nextLookUpAt ?? '') - Date.now()).toBeLessThanOrEqual(30_000);

      admin.clearFaults();
      await reconcile(lost.operation);
      expect(await readOperation(lost.operation)).toMatchObject({
        outcome: 'succeeded',
        attempts: [{ kind: 'send' }, { kind: 'look-up' }, { kind: 'look-up', outcome: 'done' }],
      });
      expect(sent('card/apply')).toBe(sends);
      expect(issuedFor(lost.id)).toBe(1);
    },
  );
});

describe('a code after one without an answer', () => {
  test('is not sent when the earlier one bound the card', async () => {
    const { id, code } = await awaitingCode();
    const lost = await lostCode(id, code, 'work_then_reset');
    const sends = sent('verifyCode');
    const refusal = await gateway.client
      .verifyBinding({ params: { id }, body: { code: '000000' } })
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject({ status: 409, code: 'illegal-state' });
    expect(sent('verifyCode')).toBe(sends);
    expect(await statusOf(id)).toBe('bound');
    expect(await readOperation(lost.operation)).toMatchObject({ outcome: 'succeeded', resolvedBy: 'look-up' });
  });

  test('is sent when the earlier one did not', async () => {
    const { id, code } = await awaitingCode();
    const lost = await lostCode(id, code, 'reset');
    const lookUps = sent('cardList');
    const bound = await gateway.client.verifyBinding({ params: { id }, body: { code } });
    expect(bound.status).toBe('bound');
    expect(sent('cardList')).toBe(lookUps + 1);
    // Which was a wrong one, or never arrived: that the card is bound is the later one's work.
    const superseded = {
      outcome: 'superseded',
      supersededBy: bound.operation?.id,
      resolvesBy: null,
      nextLookUpAt: null,
    };
    expect(await readOperation(lost.operation)).toMatchObject(superseded);
    await reconcile(lost.operation);
    expect(await readOperation(lost.operation)).toMatchObject(superseded);
  });

  test('is not taken for the earlier one’s work while it is on its way', async () => {
    const { id, code } = await awaitingCode();
    const lost = await lostCode(id, '000000', 'reset');
    gateway.sandbox.admin.addFault({ provider: 'yixin', operation: 'verifyCode', fault: 'work_then_hang' });
    const before = sent('verifyCode');
    const verifying = gateway.client.call('verifyBinding', { params: { id }, body: { code } });
    await gateway.sandbox.admin.until(() => sent('verifyCode') > before);
    await reconcile(lost.operation);
    expect(await readOperation(lost.operation)).toMatchObject({ outcome: 'unknown' });
    const { data } = await verifying;
    await reconcile(data.operation);
    expect(await readOperation(data.operation)).toMatchObject({ outcome: 'succeeded' });
    expect(await readOperation(lost.operation)).toMatchObject({ outcome: 'superseded' });
  });

  test('is not sent while the provider cannot be asked, and does not use up its key', async () => {
    const { id, code } = await awaitingCode();
    await lostCode(id, code, 'reset');
    const sends = sent('verifyCode');
    const input = { params: { id }, body: { code }, idempotencyKey: newKey() };
    gateway.sandbox.admin.addFault({ provider: 'yixin', operation: 'cardList', fault: 'bad_gateway' });
    expect(await gateway.client.verifyBinding(input).catch((error: unknown) => error)).toMatchObject({
      code: 'provider-error',
    });
    expect(sent('verifyCode')).toBe(sends);
    expect(await gateway.client.call('verifyBinding', input)).toMatchObject({ status: 200, replayed: false });
  });
});

describe('a binding that is bound stays so', () => {
  test('when an earlier start without an answer is looked up afterwards', async () => {
    const card = bankCard();
    gateway.sandbox.admin.addFault({ provider: 'yixin', operation: 'bindCard', fault: 'work_then_reset' });
    const lost = await gateway.client.startBinding({ body: card });
    const { id } = await bind(card);
    await reconcile(lost.operation);
    expect({ bound: await statusOf(id), earlier: await statusOf(lost.id) }).toEqual({
      bound: 'bound',
      earlier: 'expired',
    });
    expect(await readOperation(lost.operation)).toMatchObject({ outcome: 'superseded', resolvesBy: null });
  });

  test('when a later start without an answer is looked up, which then needed no binding', async () => {
    const { id, card } = await bind();
    await gateway.client.listBindings({ query: { account: 'yixin', user: card.user, refresh: true } });
    gateway.sandbox.admin.addFault({ provider: 'yixin', operation: 'bindCard', fault: 'reset' });
    await ageSms(gateway, '1 minute');
    const lost = await gateway.client.startBinding({ body: card });
    await reconcile(lost.operation);
    expect(await statusOf(id)).toBe('bound');
    expect(await statusOf(lost.id)).toBe('not_required');
    // It may have sent an SMS, so it counts for the limits.
    const { rows } = await gateway.pool.query('SELECT resend_after FROM bindings WHERE id = $1', [
      uuidOf('binding', lost.id),
    ]);
    expect(rows[0]?.resend_after).toBeInstanceOf(Date);
    const listed = await gateway.client.listBindings({ query: { account: 'yixin', user: card.user, refresh: true } });
    expect(listed.data.filter(({ status }) => status === 'bound').map((binding) => binding.id)).toEqual([id]);
  });

  test('when a code of an earlier binding without an answer is looked up afterwards', async () => {
    const { id: earlier, code, card } = await awaitingCode();
    const lost = await lostCode(earlier, code, 'reset');
    const { id } = await bind(card);
    await reconcile(lost.operation);
    expect({ bound: await statusOf(id), earlier: await statusOf(earlier) }).toEqual({
      bound: 'bound',
      earlier: 'expired',
    });
  });
});

describe('a card of ours in the list of the provider', () => {
  test('that was asked for later than a look-up is not overwritten by it', async () => {
    const lost = await lostOrder('work_then_reset');
    const { pool, sealing, accounts } = gateway.services;
    const account = accounts.byName('keysecure');
    const kind = writeKinds.find(({ type }) => type === 'issueCard');
    const operation = await findById(pool, uuidOf('operation', lost.operation?.id ?? ''));
    if (account === undefined || kind === undefined || operation === null) throw new Error('There is no lost order.');

    const askedAt = new Date();
    const found = await account.lookUp(jobWork, (call) => kind.lookUp(gateway.services, account, operation, call));
    if (found?.kind !== 'done') throw new Error('The look-up did not find the card.');
    const { providerRef } = found.value as { readonly providerRef: string };
    const newer = { providerRef, ourReference: lost.id, status: 'frozen', providerStatus: 'Frozen' } as const;
    await storeProviderCards(pool, sealing, account, [newer], new Date(askedAt.getTime() + 1));
    const attempt = attemptOf('look-up', found, askedAt, new Date());
    await resolveWrite(gateway.services, kind, operation, found, 'look-up', attempt, 'later');

    const card = await gateway.client.getCard({ params: { id: lost.id } });
    expect(card).toMatchObject({ status: 'frozen', providerRef, operation: { outcome: 'succeeded' } });
  });

  test('whose number another card has leaves the order to a person, with the evidence', async () => {
    const lost = await lostOrder('work_then_reset');
    const real = gateway.sandbox.admin.keysecure.cards().find(({ uniqueNo }) => uniqueNo === lost.id);
    const other = await gateway.client.issueCard({ body: order });
    await gateway.pool.query('UPDATE cards SET provider_ref = $2 WHERE id = $1', [
      uuidOf('card', other.id),
      real?.cardNo,
    ]);
    await reconcile(lost.operation);

    const operation = await readOperation(lost.operation);
    expect(operation).toMatchObject({ outcome: 'unknown', resolvesBy: 'person', nextLookUpAt: null });
    expect(operation.attempts.at(-1)).toMatchObject({
      kind: 'look-up',
      outcome: 'unknown',
      providerMessage: 'the id that the provider gave belongs to another resource',
    });
    expect((await gateway.client.getCard({ params: { id: other.id } })).providerRef).toBe(real?.cardNo);
    await gateway.pool.query('UPDATE cards SET provider_ref = $2 WHERE id = $1', [
      uuidOf('card', other.id),
      other.providerRef,
    ]);
  });

  async function syncCards(): Promise<void> {
    const { id } = await gateway.client.startSync({ body: { account: 'keysecure' } });
    const run = { isLastAttempt: true, signal: new AbortController().signal };
    await runSync(gateway.services, uuidOf('sync', id), run);
    // Two that were started at once are one, which either of the runs may end.
    const sync = await until(
      () => gateway.client.getSync({ params: { id } }),
      ({ finishedAt }) => finishedAt !== null,
    );
    expect(sync).toMatchObject({ status: 'succeeded' });
  }

  async function expectOneRowEach(ids: readonly string[]): Promise<void> {
    const { rows } = await gateway.pool.query<{ id: string; provider_ref: string }>(
      "SELECT id, provider_ref FROM cards WHERE account = 'keysecure' AND provider_ref IS NOT NULL",
    );
    const real = gateway.sandbox.admin.keysecure.cards();
    const ours = new Map(rows.map((row) => [row.provider_ref, toPublicId('card', row.id)]));
    expect(rows).toHaveLength(real.length);
    expect(real.map(({ cardNo, uniqueNo }) => ours.get(cardNo) === uniqueNo)).toEqual(real.map(() => true));
    expect(ids.every((id) => [...ours.values()].includes(id))).toBe(true);
  }

  test('resolves its order, when the list comes first, by what it shows', async () => {
    const idempotencyKey = newKey();
    const lost = await lostOrder('work_then_reset', idempotencyKey);
    await syncCards();
    const card = await gateway.client.getCard({ params: { id: lost.id } });
    expect(card).toMatchObject({ providerRef: expect.any(String), operation: { outcome: 'succeeded' } });
    expect(await readOperation(lost.operation)).toMatchObject({
      outcome: 'succeeded',
      resolvedBy: 'list',
      attempts: [
        { kind: 'send', outcome: 'unknown' },
        { kind: 'list', outcome: 'done' },
      ],
    });
    const again = await gateway.client.call('issueCard', { body: order, idempotencyKey });
    expect(again).toMatchObject({ status: 201, replayed: true, data: { id: lost.id } });
    // The look-up that was queued finds nothing left to do.
    const lookUps = sent('card/list');
    await reconcile(lost.operation);
    expect(sent('card/list')).toBe(lookUps);
    await expectOneRowEach([lost.id]);
  });

  test('resolves its order also when only the card is read again', async () => {
    const lost = await lostOrder('work_then_reset');
    const real = gateway.sandbox.admin.keysecure.cards().find(({ uniqueNo }) => uniqueNo === lost.id);
    await gateway.pool.query('UPDATE cards SET provider_ref = $2 WHERE id = $1', [
      uuidOf('card', lost.id),
      real?.cardNo,
    ]);
    expect(await gateway.client.getCard({ params: { id: lost.id }, query: { refresh: true } })).toMatchObject({
      operation: { outcome: 'succeeded' },
    });
    expect(await readOperation(lost.operation)).toMatchObject({ resolvedBy: 'list' });
  });

  test('that was asked for before the order says nothing of it', async () => {
    const lost = await lostOrder('work_then_reset');
    const real = gateway.sandbox.admin.keysecure.cards().find(({ uniqueNo }) => uniqueNo === lost.id);
    const account = gateway.services.accounts.byName('keysecure');
    if (account === undefined) throw new Error('There is no such account.');
    const listed: ProviderCard = {
      providerRef: real?.cardNo ?? '',
      ourReference: lost.id,
      status: 'pending',
      providerStatus: 'Pending',
    };
    const createdAt = Date.parse((await readOperation(lost.operation)).createdAt);
    await ingestCards(gateway.services, account, [listed], { by: 'list', askedAt: new Date(createdAt - 1) });
    expect(await readOperation(lost.operation)).toMatchObject({ outcome: 'unknown' });
    await ingestCards(gateway.services, account, [listed], { by: 'callback', askedAt: new Date() });
    expect(await readOperation(lost.operation)).toMatchObject({ outcome: 'succeeded', resolvedBy: 'callback' });
  });

  test('is one row when the look-up comes first', async () => {
    const lost = await lostOrder('work_then_reset');
    await reconcile(lost.operation);
    expect(await readOperation(lost.operation)).toMatchObject({ outcome: 'succeeded' });
    await syncCards();
    await expectOneRowEach([lost.id]);
  });

  test('is one row when both come at once, and so is one whose order is just running', async () => {
    const lost: Awaited<ReturnType<typeof lostOrder>>[] = [];
    for (let card = 0; card < 10; card += 1) lost.push(await lostOrder('work_then_reset'));
    const running = await Promise.all([
      ...Array.from({ length: 10 }, () => gateway.client.issueCard({ body: order })),
      syncCards(),
      ...lost.map(({ operation }) => reconcile(operation)),
      syncCards(),
    ]);
    const ids = running.flatMap((answer) => (answer ? [answer.id] : []));
    await expectOneRowEach([...lost.map(({ id }) => id), ...ids]);
    const unknown = await gateway.client.listOperations({ query: { outcome: 'unknown', limit: 200 } });
    expect(unknown.data.filter(({ resource }) => lost.some(({ id }) => id === resource))).toEqual([]);
  });

  test('is stored with others at once, whatever plans the database makes for that', async () => {
    const { pool, sealing, accounts, config } = gateway.services;
    const account = accounts.byName('keysecure');
    if (account === undefined) throw new Error('There is no such account.');
    const ids = Array.from({ length: 300 }, () => newUuid(Date.now()));
    const list = ids.map((id, at): ProviderCard => ({
      providerRef: `listed-${at}`,
      ourReference: toPublicId('card', id),
      status: 'active',
      providerStatus: 'Activated',
    }));
    // The newest row lies first, against the order of the list.
    await pool.query(
      `INSERT INTO cards (id, tenant, provider, account, status, created_at, updated_at)
       SELECT id, 'default', 'keysecure', 'keysecure', 'pending', now(), now() FROM unnest($1::uuid[]) id`,
      [ids.toReversed()],
    );
    // Which plan is taken turns with the size of the table; one goes through it as it lies, one as the list is.
    const asItLies = planned('-c enable_nestloop=off -c enable_mergejoin=off');
    const asListed = planned('-c enable_hashjoin=off -c enable_mergejoin=off -c enable_seqscan=off');
    try {
      for (let round = 0; round < 10; round += 1) {
        await pool.query("UPDATE cards SET provider_ref = NULL WHERE provider_ref LIKE 'listed-%'");
        const both = [asItLies, asListed, asItLies, asListed];
        await Promise.all(both.map((planned) => storeProviderCards(planned, sealing, account, list, new Date())));
      }
    } finally {
      await Promise.all([asItLies.end(), asListed.end()]);
    }
    const { rows } = await pool.query("SELECT count(*)::int AS count FROM cards WHERE provider_ref LIKE 'listed-%'");
    expect(rows).toEqual([{ count: list.length }]);

    function planned(options: string): pg.Pool {
      return openPool({ connectionString: config.DATABASE_URL, options, max: 4 });
    }
  });
});

describe('an answer that comes after the write was given up', () => {
  let slow: TestGateway;
  let slowOrder: CardOrder;
  beforeAll(async () => {
    slow = await startGateway({ jobs: false, sandbox: { latencyMs: 800 } });
    slowOrder = await cardOrder(slow);
  });
  afterAll(() => slow.close());

  test('resolves it all the same', async () => {
    const call = slow.client.call('issueCard', { body: slowOrder });
    await slow.sandbox.admin.until(() => slow.sandbox.admin.ledger({ effect: 'card_issued' }).length === 1);
    const [running] = (await slow.client.listOperations({ query: { outcome: 'submitting' } })).data;
    await reconcileNow(ahead(slow, 60_000), running?.id);
    expect(await slow.client.getOperation({ params: { id: running?.id ?? '' } })).toMatchObject({ outcome: 'unknown' });

    expect(await call).toMatchObject({ status: 201, data: { operation: { outcome: 'succeeded' } } });
    expect(await slow.client.getOperation({ params: { id: running?.id ?? '' } })).toMatchObject({
      outcome: 'succeeded',
      resolvedBy: 'answer',
      attempts: [{ kind: 'send', outcome: 'done' }],
    });
    // The look-up that was queued finds nothing left to do.
    await reconcileNow(ahead(slow, 120_000), running?.id);
    expect(slow.sandbox.admin.requestCount('keysecure', 'card/list')).toBe(0);
  });

  test('is recorded, also when the caller has gone away', async () => {
    const before = slow.sandbox.admin.ledger({ effect: 'card_issued' }).length;
    const { key } = await slow.key();
    const caller = new AbortController();
    const call = fetch(`${slow.url}/v1/cards`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'idempotency-key': 'gone-away',
      },
      body: JSON.stringify(slowOrder),
      signal: caller.signal,
    }).catch((error: unknown) => error);
    await slow.sandbox.admin.until(() => slow.sandbox.admin.ledger({ effect: 'card_issued' }).length > before);
    caller.abort();
    expect(await call).toMatchObject({ name: 'AbortError' });
    await until(
      () => slow.client.listOperations({ query: { outcome: 'submitting' } }),
      ({ data }) => data.length === 0,
    );
    const again = await slow.client.call('issueCard', { body: slowOrder, idempotencyKey: 'gone-away' });
    expect(again).toMatchObject({ status: 201, replayed: true, data: { operation: { outcome: 'succeeded' } } });
    expect(slow.sandbox.admin.ledger({ effect: 'card_issued' })).toHaveLength(before + 1);
  });

  test('says what it saw, should it be lost as well', async () => {
    slow.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'work_then_bad_gateway' });
    const before = slow.sandbox.admin.ledger({ effect: 'card_issued' }).length;
    const call = slow.client.call('issueCard', { body: slowOrder });
    await slow.sandbox.admin.until(() => slow.sandbox.admin.ledger({ effect: 'card_issued' }).length > before);
    const [running] = (await slow.client.listOperations({ query: { outcome: 'submitting' } })).data;
    await reconcileNow(ahead(slow, 60_000), running?.id);
    expect(await call).toMatchObject({ status: 202, location: `/v1/operations/${running?.id}` });
    await reconcileNow(slow.services, running?.id);
    expect(await slow.client.getOperation({ params: { id: running?.id ?? '' } })).toMatchObject({
      outcome: 'succeeded',
      resolvedBy: 'look-up',
    });
  });
});

test('an answer without a meaning, later than the look-up that resolved the write, takes nothing back', async () => {
  const own = await startGateway({ jobs: false, settings: { PROVIDER_WRITE_TIMEOUT_MS: '1500' } });
  const ownOrder = await cardOrder(own);
  own.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'work_then_hang' });
  const call = own.client.call('issueCard', { body: ownOrder });
  await own.sandbox.admin.until(() => own.sandbox.admin.ledger({ effect: 'card_issued' }).length === 1);
  const [running] = (await own.client.listOperations({ query: { outcome: 'submitting' } })).data;
  await reconcileNow(ahead(own, 60_000), running?.id);
  await reconcileNow(own.services, running?.id);
  expect(await call).toMatchObject({ status: 201, replayed: false, data: { operation: { outcome: 'succeeded' } } });
  expect(await own.client.getOperation({ params: { id: running?.id ?? '' } })).toMatchObject({
    outcome: 'succeeded',
    resolvedBy: 'look-up',
  });
  await own.close();
});

test('eight look-ups of one write at the same time resolve it once', async () => {
  const lost = await lostOrder('work_then_reset');
  await Promise.all(Array.from({ length: 8 }, () => reconcile(lost.operation)));
  expect(await readOperation(lost.operation)).toMatchObject({
    outcome: 'succeeded',
    attempts: [
      { kind: 'send', outcome: 'unknown' },
      { kind: 'look-up', outcome: 'done' },
    ],
  });
});

test('a write is given up only after its own time and more', async () => {
  const slow = await startGateway({ jobs: false, sandbox: { latencyMs: 500 } });
  const slowOrder = await cardOrder(slow);
  const call = slow.client.call('issueCard', { body: slowOrder });
  await slow.sandbox.admin.until(() => slow.sandbox.admin.ledger({ effect: 'card_issued' }).length === 1);
  const [running] = (await slow.client.listOperations({ query: { outcome: 'submitting' } })).data;
  await reconcileNow(ahead(slow, slow.services.config.PROVIDER_WRITE_TIMEOUT_MS), running?.id);
  expect(await slow.client.getOperation({ params: { id: running?.id ?? '' } })).toMatchObject({
    outcome: 'submitting',
  });
  expect((await call).status).toBe(201);
  await slow.close();
});

test("an account that needs the end user's address to ask waits for a person, visibly", async () => {
  const person = await startGateway({
    account: (name, { userIp, ...settings }) =>
      name === 'yixin' ? settings : { ...settings, ...(userIp !== undefined && { userIp }) },
  });
  const card = bankCard();
  person.sandbox.admin.addFault({ provider: 'yixin', operation: 'bindCard', fault: 'work_then_reset' });
  const lost = await person.client.call('startBinding', { body: { ...card, userIp: '203.0.113.9' } });
  expect(lost).toMatchObject({
    status: 202,
    data: { operation: { outcome: 'unknown', resolvesBy: 'person', nextLookUpAt: null } },
  });
  const unknown = await person.client.listOperations({ query: { outcome: 'unknown' } });
  expect(unknown.data).toMatchObject([{ id: lost.data.operation?.id, resolvesBy: 'person', nextLookUpAt: null }]);
  const { rows } = await person.pool.query("SELECT 1 FROM graphile_worker.jobs WHERE task_identifier = 'settle'");
  expect(rows).toEqual([]);
  await person.close();
});

test('all of it happens by itself while the gateway runs', async () => {
  const running = await startGateway({ settings: { PROVIDER_WRITE_TIMEOUT_MS: '500' } });
  const { client, sandbox } = running;
  const runningOrder = await cardOrder(running);
  const card = bankCard();
  const binding = await client.startBinding({ body: card });
  for (const operation of ['card/apply', 'cardholder/apply'] as const) {
    sandbox.admin.addFault({ provider: 'keysecure', operation, fault: 'work_then_hang' });
  }
  sandbox.admin.addFault({ provider: 'yixin', operation: 'verifyCode', fault: 'work_then_hang' });
  // The provider does not come back at once.
  sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/list', fault: 'bad_gateway' });
  const lost = await Promise.all([
    client.issueCard({ body: runningOrder }),
    client.createCardholder({ body: { account: 'keysecure', reference: 'lost', sumsubShareToken: 'share-token' } }),
    client.verifyBinding({ params: { id: binding.id }, body: { code: smsCode(running, card.phone) } }),
  ]);
  expect(lost.map(({ operation }) => operation?.outcome)).toEqual(['unknown', 'unknown', 'unknown']);
  await until(
    () => client.listOperations({ query: { outcome: 'unknown' } }),
    ({ data }) => data.length === 0,
  );
  const resolved = await Promise.all(
    lost.map(({ operation }) => client.getOperation({ params: { id: operation?.id ?? '' } })),
  );
  expect(resolved.map(({ outcome, resolvedBy }) => [outcome, resolvedBy])).toEqual(
    lost.map(() => ['succeeded', 'look-up']),
  );
  expect(sandbox.admin.requestCount('keysecure', 'card/apply')).toBe(1);
  expect(sandbox.admin.requestCount('yixin', 'verifyCode')).toBe(1);
  await running.close();
});

test('many writes of one account are looked up one after another, not a few every other second', async () => {
  const busy = await startGateway({
    settings: { PROVIDER_CIRCUIT_FAILURES: '1000', PROVIDER_WRITE_TIMEOUT_MS: '15000' },
  });
  try {
    const body = await cardOrder(busy);
    busy.sandbox.admin.addFault({
      provider: 'keysecure',
      operation: 'card/apply',
      fault: 'work_then_reset',
      times: 60,
    });
    // Each is sent, if late: one whose time is over first would be refused for certain, and there would be nothing to look up.
    const lost = await Promise.all(Array.from({ length: 60 }, () => busy.client.issueCard({ body })));
    expect(lost.every(({ operation }) => operation?.outcome === 'unknown')).toBe(true);
    // A few every other second would take longer than this test may.
    await until(
      () => busy.client.listOperations({ query: { outcome: 'unknown' } }),
      ({ data }) => data.length === 0,
    );
  } finally {
    await busy.close();
  }
});

test('a provider that hangs keeps the look-ups of the others waiting no longer than a moment', async () => {
  const busy = await startGateway({
    settings: { PROVIDER_WRITE_TIMEOUT_MS: '500', PROVIDER_READ_TIMEOUT_MS: '20000', JOBS_CONCURRENCY: '4' },
  });
  try {
    const { admin } = busy.sandbox;
    const body = await cardOrder(busy);
    admin.addFault({ provider: 'keysecure', operation: 'card/list', fault: 'hang', times: 0 });
    admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'reset', times: 8 });
    await Promise.all(Array.from({ length: 8 }, () => busy.client.issueCard({ body })));
    await admin.until(() => admin.requestCount('keysecure', 'card/list') > 0);

    const card = bankCard();
    const { id } = await busy.client.startBinding({ body: card });
    admin.addFault({ provider: 'yixin', operation: 'verifyCode', fault: 'work_then_reset' });
    await busy.client.verifyBinding({ params: { id }, body: { code: smsCode(busy, card.phone) } });
    // All workers together would wait for the hanging provider for longer than this test may take.
    const bound = await until(
      () => busy.client.getBinding({ params: { id } }),
      ({ status }) => status === 'bound',
    );
    expect(bound.operation?.outcome).toBe('succeeded');
  } finally {
    await busy.close();
  }
});
