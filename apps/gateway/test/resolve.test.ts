import { randomUUID } from 'node:crypto';
import { toPublicId, uuidOf } from '@card-gateway/core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openAccounts } from '../src/accounts/accounts.ts';
import { writeKinds } from '../src/app.ts';
import { ingestCards } from '../src/cards/ingest-cards.ts';
import { findById } from '../src/ledger/store.ts';
import { attemptOf, resolveWrite, takeLookUp } from '../src/ledger/resolve.ts';
import { resolveOperation } from '../src/operations/resolve-operation.ts';
import { unresolvedCounts } from '../src/measured/unresolved-store.ts';
import { jobWork } from '../src/work.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { bankCard, cardOrder, type CardOrder, smsCode } from './setup/orders.ts';
import { type RawAnswer, send } from './setup/send.ts';
import { ahead, reconcileNow } from './setup/reconcile.ts';

let gateway: TestGateway;
let order: CardOrder;
let desk: string;

beforeAll(async () => {
  gateway = await startGateway({
    jobs: false,
    settings: { PROVIDER_CIRCUIT_FAILURES: '1000' },
  });
  order = await cardOrder(gateway);
  ({ key: desk } = await gateway.key({
    caller: 'desk',
    scopes: ['operations:resolve', 'cards:read', 'bindings:read'],
  }));
});
afterEach(() => gateway.sandbox.admin.clearFaults());
afterAll(() => gateway.close());

const reason = 'KeySecure support looked it up.';
const read = (id: string) => gateway.client.getOperation({ params: { id } });
const resolve = (
  operation: string,
  body: unknown,
  { key = desk, idempotencyKey = randomUUID() }: { readonly key?: string; readonly idempotencyKey?: string } = {},
): Promise<RawAnswer> => send(gateway.url, key, { path: `/v1/operations/${operation}/resolve`, idempotencyKey, body });

/** An order that the provider never took, and whose answer was lost. */
async function lostOrder(idempotencyKey: string = randomUUID()) {
  gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'reset' });
  const { data } = await gateway.client.call('issueCard', { body: order, idempotencyKey });
  return { card: data.id, operation: data.operation?.id ?? '', idempotencyKey };
}

/** The provider has the card, and its answer was lost. */
async function lostAnswer() {
  const idempotencyKey = randomUUID();
  gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'work_then_reset' });
  const { data } = await gateway.client.call('issueCard', { body: order, idempotencyKey });
  const real = gateway.sandbox.admin.keysecure.cards().find(({ uniqueNo }) => uniqueNo === data.id);
  return { card: data.id, operation: data.operation?.id ?? '', idempotencyKey, providerRef: real?.cardNo ?? '' };
}

/** Sent so long ago that the list around its sending no longer shows it; only its number leads to the result. */
const sendLongAgo = (operation: string) =>
  gateway.owner.query(`UPDATE operations SET created_at = created_at - interval '5 days' WHERE id = $1`, [
    uuidOf('operation', operation),
  ]);

const rowsOf = async (providerRef: string) => {
  const { rows } = await gateway.pool.query<{ id: string }>('SELECT id FROM cards WHERE provider_ref = $1', [
    providerRef,
  ]);
  return rows.map(({ id }) => toPublicId('card', id));
};

async function lostCardholder(reference: string) {
  gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'cardholder/apply', fault: 'reset' });
  const body = { account: 'keysecure', reference, sumsubShareToken: 'share-token' };
  const { id, operation } = await gateway.client.createCardholder({ body });
  return { body, id, operation: operation?.id ?? '' };
}

describe('the word of a person', () => {
  test.each([
    ['/reason', { reason: 'a\0b' }],
    ['/reason', { reason: '\uD83D' }],
    ['/providerRef', { providerRef: '..' }],
    ['/providerRef', { providerRef: '.' }],
    ['/providerRef', { providerRef: 'C\0' }],
    ['/providerRef', { providerRef: 'C'.repeat(129) }],
  ])('is refused for what cannot be kept or asked for: %s %j', async (pointer, change) => {
    const lost = await lostOrder();
    const body = { outcome: 'succeeded', reason, providerRef: 'C1', ...change };
    expect(await resolve(lost.operation, body)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    expect(await read(lost.operation)).toMatchObject({ outcome: 'unknown' });
  });
});

describe('a person who found that a write succeeded', () => {
  test('closes it with a reason, which is kept with name, key, time and an audit row', async () => {
    const lost = await lostAnswer();
    const { providerRef } = lost;
    const answer = await resolve(lost.operation, { outcome: 'succeeded', reason, providerRef });
    expect(answer).toMatchObject({ status: 200, replayed: false });
    expect(answer.body).toMatchObject({
      id: lost.operation,
      outcome: 'succeeded',
      unknownSince: null,
      resolvesBy: null,
      nextLookUpAt: null,
      resolvedBy: 'person',
      resolution: { caller: 'desk', apiKey: expect.stringMatching(/^key_/), reason, providerRef },
      attempts: [
        { kind: 'send', outcome: 'unknown' },
        { kind: 'person', outcome: 'done' },
      ],
    });
    const card = await gateway.client.getCard({ params: { id: lost.card } });
    expect(card).toMatchObject({ providerRef, operation: { outcome: 'succeeded' } });
    // The caller of the order, repeating it, learns the same.
    const again = await gateway.client.call('issueCard', { body: order, idempotencyKey: lost.idempotencyKey });
    expect(again).toMatchObject({ status: 201, replayed: true, data: { id: lost.card, providerRef } });
    const { rows } = await gateway.pool.query(
      "SELECT caller, purpose FROM audit_log WHERE action = 'operation.resolve' AND resource = $1",
      [lost.operation],
    );
    expect(rows).toEqual([{ caller: 'desk', purpose: reason }]);
    // The look-up that was queued finds nothing left to do.
    const lookUps = gateway.sandbox.admin.requestCount('keysecure', 'card/list');
    await reconcileNow(gateway.services, lost.operation);
    expect(gateway.sandbox.admin.requestCount('keysecure', 'card/list')).toBe(lookUps);
  });

  test("must give the provider's id where it is not known, and it must be no other resource's", async () => {
    const lost = await lostOrder();
    expect(await resolve(lost.operation, { outcome: 'succeeded', reason })).toMatchObject({
      status: 400,
      body: { code: 'invalid-request', errors: [{ pointer: '/providerRef' }] },
    });
    const other = await gateway.client.issueCard({ body: order });
    expect(
      await resolve(lost.operation, { outcome: 'succeeded', reason, providerRef: other.providerRef }),
    ).toMatchObject({
      status: 409,
      body: { code: 'illegal-state', errors: [{ pointer: '/providerRef' }] },
    });
    expect(await read(lost.operation)).toMatchObject({ outcome: 'unknown', resolution: null });

    const holder = await lostCardholder('found-by-a-person');
    expect((await resolve(holder.operation, { outcome: 'succeeded', reason })).status).toBe(400);
  });

  test('is believed of a card that the provider shows as this order’s, though no list around its sending does', async () => {
    const lost = await lostAnswer();
    await sendLongAgo(lost.operation);
    const { providerRef } = lost;
    expect(await resolve(lost.operation, { outcome: 'succeeded', reason })).toMatchObject({ status: 400 });
    expect((await resolve(lost.operation, { outcome: 'succeeded', reason, providerRef })).status).toBe(200);
    const card = await gateway.client.getCard({ params: { id: lost.card } });
    expect(card).toMatchObject({ providerRef, syncedAt: expect.any(String), operation: { outcome: 'succeeded' } });
  });

  test('is not believed of what the provider shows as another’s, or not at all: nothing changes', async () => {
    const lost = await lostOrder();
    const account = gateway.services.accounts.byName('keysecure');
    const product = (await gateway.client.listCardProducts({ query: { account: 'keysecure' } })).data.find(
      ({ id }) => id === order.product,
    );
    const cardholder = await gateway.client.getCardholder({ params: { id: order.cardholder } });
    // Ordered by someone else at the same provider, and brought in by a list.
    const other = await account?.read(jobWork, async (call) =>
      account.adapter.issuing?.issue(
        {
          reference: randomUUID(),
          productRef: product?.providerRef ?? '',
          cardholderRef: cardholder.providerRef ?? '',
          form: 'virtual',
          address: null,
        },
        call,
      ),
    );
    if (other?.kind !== 'done' || account === undefined) throw new Error('There is no other card.');
    const { providerRef } = other.value;
    await ingestCards(gateway.services, account, [{ providerRef }], { by: 'list', askedAt: new Date() });
    const [row] = await rowsOf(providerRef);
    expect(row).toBeDefined();
    for (const named of [providerRef, 'C-of-nobody']) {
      expect(await resolve(lost.operation, { outcome: 'succeeded', reason, providerRef: named })).toMatchObject({
        status: 409,
        body: { code: 'illegal-state' },
      });
    }
    expect(await rowsOf(providerRef)).toEqual([row]);
    expect(await read(lost.operation)).toMatchObject({ outcome: 'unknown', resolution: null });

    const holder = await lostCardholder('not-found-by-a-person');
    for (const named of [cardholder.providerRef, 'U-of-nobody']) {
      expect((await resolve(holder.operation, { outcome: 'succeeded', reason, providerRef: named })).status).toBe(409);
    }
  });

  test('takes no row from a card that the provider does not show as this order’s', async () => {
    const lost = await lostOrder();
    const account = gateway.services.accounts.byName('keysecure');
    const listed = { providerRef: 'C-listed-without-reference' };
    if (account === undefined) throw new Error('There is no account.');
    await ingestCards(gateway.services, account, [listed], { by: 'list', askedAt: new Date() });
    const rows = await rowsOf(listed.providerRef);
    // Nobody can be asked at an account that is no longer configured.
    const none = openAccounts([], { config: gateway.services.config, now: Date.now, report: () => {} });
    const word = { outcome: 'succeeded', reason, providerRef: listed.providerRef } as const;
    const write = {
      caller: { tenant: 'default', caller: 'desk', keyId: 'key_of_desk', scopes: ['admin'] },
      idempotencyKey: randomUUID(),
      resource: lost.operation,
      text: 'resolve',
      isPartial: false,
      requestId: 'request',
      work: jobWork,
    };
    const services = { ...gateway.services, accounts: none };
    await expect(resolveOperation(services, writeKinds, write, lost.operation, word)).rejects.toMatchObject({
      code: 'illegal-state',
    });
    expect(await rowsOf(listed.providerRef)).toEqual(rows);
  });

  test('is not heard where the provider shows otherwise, which resolves the write', async () => {
    const lost = await lostAnswer();
    expect(await resolve(lost.operation, { outcome: 'refused', reason })).toMatchObject({ status: 409 });
    expect(await read(lost.operation)).toMatchObject({ outcome: 'succeeded', resolvedBy: 'look-up', resolution: null });
    const named = await lostAnswer();
    const providerRef = 'C-of-another';
    expect((await resolve(named.operation, { outcome: 'succeeded', reason, providerRef })).status).toBe(409);
    expect(await gateway.client.getCard({ params: { id: named.card } })).toMatchObject({
      providerRef: named.providerRef,
    });
  });

  test('waits for a provider that does not answer', async () => {
    const lost = await lostOrder();
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/list', fault: 'reset', times: 0 });
    expect(await resolve(lost.operation, { outcome: 'refused', reason })).toMatchObject({
      status: 503,
      body: { code: 'provider-unavailable' },
    });
    gateway.sandbox.admin.clearFaults();
    expect((await resolve(lost.operation, { outcome: 'refused', reason })).status).toBe(200);
  });

  test('of a start leads to the SMS that was named, and never to a card that is bound', async () => {
    const card = bankCard();
    gateway.sandbox.admin.addFault({ provider: 'yixin', operation: 'bindCard', fault: 'work_then_reset' });
    const { id, operation } = await gateway.client.startBinding({ body: card });
    const named = operation?.id ?? '';
    const other = await gateway.client.startBinding({ body: bankCard() });
    const { rows } = await gateway.pool.query<{ ref: string }>(
      'SELECT challenge_ref AS ref FROM bindings WHERE id = $1',
      [uuidOf('binding', other.id)],
    );
    expect((await resolve(named, { outcome: 'succeeded', reason })).status).toBe(400);
    const ofOther = { outcome: 'succeeded', reason, providerRef: rows[0]?.ref };
    expect((await resolve(named, ofOther)).status).toBe(409);
    const providerRef = gateway.sandbox.admin.sms({ phone: card.phone }).at(-1)?.bizId;
    expect((await resolve(named, { outcome: 'succeeded', reason, providerRef })).status).toBe(200);
    expect(await gateway.client.getBinding({ params: { id } })).toMatchObject({ status: 'awaiting_code' });
    const code = smsCode(gateway, card.phone);
    expect(await gateway.client.verifyBinding({ params: { id }, body: { code } })).toMatchObject({ status: 'bound' });
  });

  test('of a code is not believed while the list of the user lacks the card', async () => {
    const card = bankCard();
    const { id } = await gateway.client.startBinding({ body: card });
    gateway.sandbox.admin.addFault({ provider: 'yixin', operation: 'verifyCode', fault: 'reset' });
    const { operation } = await gateway.client.verifyBinding({
      params: { id },
      body: { code: smsCode(gateway, card.phone) },
    });
    expect((await resolve(operation?.id ?? '', { outcome: 'succeeded', reason })).status).toBe(409);
    expect(await gateway.client.getBinding({ params: { id } })).toMatchObject({ status: 'awaiting_code' });
  });
});

describe('a person who found that nothing happened', () => {
  test('closes it as refused, and the order answers so', async () => {
    const lost = await lostOrder();
    expect((await resolve(lost.operation, { outcome: 'refused', reason })).body).toMatchObject({
      outcome: 'refused',
      resolvedBy: 'person',
      refusal: { reason: 'declined', code: null },
    });
    expect((await gateway.client.getCard({ params: { id: lost.card } })).status).toBe('failed');
    const input = { body: order, idempotencyKey: lost.idempotencyKey };
    const again = await gateway.client.issueCard(input).catch((error: unknown) => error);
    expect(again).toMatchObject({ status: 422, code: 'refused-by-provider', problem: { outcome: 'refused' } });
  });

  test("frees a cardholder's reference", async () => {
    const { body, operation } = await lostCardholder('freed-by-a-person');
    expect(await gateway.client.createCardholder({ body }).catch((error: unknown) => error)).toMatchObject({
      code: 'already-exists',
    });
    await resolve(operation, { outcome: 'refused', reason });
    expect((await gateway.client.call('createCardholder', { body })).status).toBe(201);
  });

  test('is not overruled by what comes later, which is kept all the same', async () => {
    const lost = await lostOrder();
    await gateway.pool.query("DELETE FROM operation_attempts WHERE operation_id = $1 AND kind = 'send'", [
      uuidOf('operation', lost.operation),
    ]);
    await resolve(lost.operation, { outcome: 'refused', reason });
    const operation = await findById(gateway.pool, uuidOf('operation', lost.operation));
    const kind = writeKinds.find(({ type }) => type === 'issueCard');
    if (operation === null || kind === undefined) throw new Error('There is no such operation.');
    const late = { kind: 'done', value: { providerRef: 'C-late' }, evidence: null } as const;
    const attempt = attemptOf('send', late, new Date(), new Date());
    const stale = { ...operation, state: 'submitting', fence: 1 } as const;
    expect(await resolveWrite(gateway.services, kind, stale, late, 'answer', attempt, 'late')).toBeNull();
    expect(await read(lost.operation)).toMatchObject({
      outcome: 'refused',
      resolvedBy: 'person',
      attempts: [
        { kind: 'send', outcome: 'done' },
        { kind: 'person', outcome: 'refused' },
      ],
    });
    expect((await gateway.client.getCard({ params: { id: lost.card } })).status).toBe('failed');
  });

  test('may hear of a look-up that was under way: it changes nothing, and is kept', async () => {
    const lost = await lostOrder();
    const seen = await findById(gateway.pool, uuidOf('operation', lost.operation));
    const kind = writeKinds.find(({ type }) => type === 'issueCard');
    const asking = seen === null ? null : await takeLookUp(gateway.services, seen, 60_000);
    if (asking === null || kind === undefined) throw new Error('There is no look-up.');
    await resolve(lost.operation, { outcome: 'refused', reason });
    const found = { kind: 'done', value: { providerRef: 'C-found-late' }, evidence: null } as const;
    const attempt = attemptOf('look-up', found, new Date(), new Date());
    expect(await resolveWrite(gateway.services, kind, asking, found, 'look-up', attempt, 'late')).toBeNull();
    expect(await read(lost.operation)).toMatchObject({
      outcome: 'refused',
      resolvedBy: 'person',
      attempts: [
        { kind: 'send', outcome: 'unknown' },
        { kind: 'person', outcome: 'refused' },
        { kind: 'look-up', outcome: 'done' },
      ],
    });
  });
});

describe('a resolution', () => {
  test('that is repeated is answered the same; another one comes too late', async () => {
    const lost = await lostOrder();
    const idempotencyKey = randomUUID();
    const body = { outcome: 'refused', reason };
    const first = await resolve(lost.operation, body, { idempotencyKey });
    const repeated = await resolve(lost.operation, body, { idempotencyKey });
    expect(repeated).toMatchObject({ status: 200, replayed: true, text: first.text });
    expect(await resolve(lost.operation, body)).toMatchObject({ status: 200, replayed: true, text: first.text });

    const other = { outcome: 'succeeded', reason, providerRef: 'C-too-late' };
    expect(await resolve(lost.operation, other, { idempotencyKey })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    expect(await resolve(lost.operation, other)).toMatchObject({ status: 409, body: { code: 'illegal-state' } });
  });

  test('does not take the key of another write, nor of another resolution', async () => {
    const [one, two] = [await lostOrder(), await lostOrder()];
    const idempotencyKey = randomUUID();
    await resolve(one.operation, { outcome: 'refused', reason }, { idempotencyKey });
    expect(await resolve(two.operation, { outcome: 'refused', reason }, { idempotencyKey })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    const { key } = await gateway.key({ caller: 'tests' });
    const keyOfOrder = { key, idempotencyKey: two.idempotencyKey };
    expect(await resolve(two.operation, { outcome: 'refused', reason }, keyOfOrder)).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    expect(await read(two.operation)).toMatchObject({ outcome: 'unknown' });
  });

  test('of eight at once, of two words, one counts', async () => {
    const lost = await lostOrder();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        resolve(
          lost.operation,
          index % 2 === 0
            ? { outcome: 'refused', reason }
            : { outcome: 'refused', reason: 'Another one looked it up.' },
        ),
      ),
    );
    const { outcome, attempts } = await read(lost.operation);
    expect(answers.filter(({ status, replayed }) => status === 200 && !replayed)).toHaveLength(1);
    expect(outcome).toBe('refused');
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(4);
    expect(attempts.filter(({ kind }) => kind === 'person')).toHaveLength(1);
  });

  test('needs its scope, its tenant, an unknown outcome, a key and a reason', async () => {
    const lost = await lostOrder();
    const body = { outcome: 'refused', reason };
    const { key: reader } = await gateway.key({ scopes: ['cards:write', 'bindings:write'] });
    expect((await resolve(lost.operation, body, { key: reader })).status).toBe(403);
    const { key: stranger } = await gateway.key({ tenant: 'other' });
    expect((await resolve(lost.operation, body, { key: stranger })).status).toBe(404);
    expect((await resolve(lost.operation, { outcome: 'refused', reason: '  ' })).status).toBe(400);
    expect((await resolve(lost.operation, { outcome: 'unknown', reason })).status).toBe(400);
    const path = `/v1/operations/${lost.operation}/resolve`;
    expect(await send(gateway.url, desk, { path, body })).toMatchObject({
      status: 400,
      body: { code: 'idempotency-key-missing' },
    });
    expect(await read(lost.operation)).toMatchObject({ outcome: 'unknown', resolution: null });

    const card = await gateway.client.issueCard({ body: order });
    expect(await resolve(card.operation?.id ?? '', body)).toMatchObject({
      status: 409,
      body: { code: 'illegal-state' },
    });
  });

  test('by who made the write is refused where others must', async () => {
    const lost = await lostOrder();
    const strict = await gateway.another({ RESOLVE_BY_OTHERS: 'required' });
    const { key: maker } = await gateway.key({ caller: 'tests', scopes: ['operations:resolve', 'cards:read'] });
    const path = `/v1/operations/${lost.operation}/resolve`;
    const body = { outcome: 'refused', reason };
    expect(await send(strict.url, maker, { path, idempotencyKey: randomUUID(), body })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    expect(await read(lost.operation)).toMatchObject({ outcome: 'unknown' });
    expect(await send(strict.url, desk, { path, idempotencyKey: randomUUID(), body })).toMatchObject({
      status: 200,
      body: { caller: 'tests', resolution: { caller: 'desk' } },
    });
    await strict.close();
  });

  test('keeps no card number that somebody wrote into the reason', async () => {
    const lost = await lostOrder();
    const { body } = await resolve(lost.operation, {
      outcome: 'refused',
      reason: 'card 6217 0012 3456 7890 123 is not there',
    });
    const number = await resolve((await lostOrder()).operation, {
      outcome: 'refused',
      reason: 'card 4111.1111.1111.1111 is not there',
    });
    expect(number).toMatchObject({ status: 400, body: { errors: [{ pointer: '/reason' }] } });
    expect(body).toMatchObject({ resolution: { reason: 'card *** is not there' } });
  });

  test('knows a reason again of which it kept a part', async () => {
    // Without the number behind it, the word reads as one in base64.
    const word = { outcome: 'refused', reason: `${Buffer.from('123123123').toString('base64')}138123456` };
    const { operation } = await lostOrder();
    expect(await resolve(operation, word)).toMatchObject({ status: 200, replayed: false });
    expect(await resolve(operation, word)).toMatchObject({ status: 200, replayed: true });
  });
});

test('what waits is counted by account, and listed by what it waits for', async () => {
  const before = (await unresolvedCounts(gateway.pool)).find(({ account }) => account === 'keysecure');
  const [asked, left] = [await lostOrder(), await lostOrder()];
  // 72 h of "not found" leave it to a person.
  await reconcileNow(ahead(gateway, 72 * 3_600_000), left.operation);
  expect(await read(left.operation)).toMatchObject({ resolvesBy: 'person', nextLookUpAt: null });

  const after = (await unresolvedCounts(gateway.pool)).find(({ account }) => account === 'keysecure');
  expect(after).toMatchObject({
    unknown: (before?.unknown ?? 0) + 2,
    waitingForPerson: (before?.waitingForPerson ?? 0) + 1,
    oldestUnknownSince: expect.any(Date),
  });
  const { unresolved } = await gateway.client.listOperations({ query: { limit: 1 } });
  expect(unresolved.find(({ account }) => account === 'keysecure')).toEqual({
    ...after,
    oldestUnknownSince: after?.oldestUnknownSince.toISOString(),
  });
  const { client: stranger } = await gateway.key({ tenant: 'other' });
  expect((await stranger.listOperations()).unresolved).toEqual([]);
  const listed = async (query: object) => {
    const { data } = await gateway.client.listOperations({ query: { limit: 200, ...query } });
    expect(data.every(({ outcome, unknownSince }) => outcome !== 'unknown' || unknownSince !== null)).toBe(true);
    return data.map(({ id }) => id);
  };
  expect(await listed({ resolvesBy: 'person' })).toEqual([left.operation]);
  expect(await listed({ resolvesBy: 'look-up', outcome: 'unknown' })).toContain(asked.operation);
  expect(await listed({ resolvesBy: 'look-up' })).not.toContain(left.operation);
  expect(await listed({ resolvesBy: 'person', outcome: 'succeeded' })).toEqual([]);
});
