import { randomBytes } from 'node:crypto';
import { GatewayProblem } from '@card-gateway/client';
import { newUuid, type Outcome, refused } from '@card-gateway/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attemptOf, resolveWrite } from '../src/ledger/resolve.ts';
import { recordAlone } from '../src/ledger/record-store.ts';
import { findById } from '../src/ledger/store.ts';
import { writeOnce } from '../src/ledger/write.ts';
import { startSyncKind } from '../src/syncs/start-sync.ts';
import { keyHash } from '../src/ledger/key-hash.ts';
import { jobWork } from '../src/work.ts';
import { address, cardMaker, secretsOf } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { bankCard, cardOrder, type CardOrder, smsCode } from './setup/orders.ts';
import { type RawAnswer, type RawRequest, send } from './setup/send.ts';

let gateway: TestGateway;
let second: Awaited<ReturnType<TestGateway['another']>>;
let order: CardOrder;
let apiKey: string;
let keys = 0;
const newKey = (): string => `key-${(keys += 1)}`;

beforeAll(async () => {
  gateway = await startGateway();
  second = await gateway.another();
  order = await cardOrder(gateway);
  ({ key: apiKey } = await gateway.key());
});
afterAll(async () => {
  await second.close();
  await gateway.close();
});

const post = (request: RawRequest): Promise<RawAnswer> => send(gateway.url, apiKey, request);
const effects = (effect: string): number => gateway.sandbox.admin.ledger({ effect }).length;
const references = (effect: string): (string | undefined)[] =>
  gateway.sandbox.admin.ledger({ effect }).map(({ reference }) => reference);

/** The same request eight times at once, half of them at the second gateway. */
const eightTimes = (request: RawRequest): Promise<RawAnswer[]> =>
  Promise.all(
    Array.from({ length: 8 }, (_, index) => send(index % 2 === 0 ? gateway.url : second.url, apiKey, request)),
  );

/** The permitted answers to eight equal requests: all final answers are the same, all others say that the first is in progress. */
function expectOneOutcome(answers: readonly RawAnswer[], status: number): string {
  const rest = answers.filter((answer) => answer.status !== status);
  expect(rest.map(({ status, body }) => [status, body.code])).toEqual(rest.map(() => [409, 'request-in-progress']));
  expect(rest.every(({ retryAfter }) => retryAfter !== null)).toBe(true);
  const done = answers.filter((answer) => answer.status === status);
  expect(done.filter(({ replayed }) => !replayed)).toHaveLength(1);
  // The same bytes, not only the same members.
  expect(new Set(done.map(({ text }) => text)).size).toBe(1);
  return done[0]?.body.id ?? '';
}

function expectSame(answer: RawAnswer, first: RawAnswer): void {
  expect({ status: answer.status, text: answer.text }).toEqual({ status: first.status, text: first.text });
}

test('a repeat is not called another request where the fingerprint key of the first is gone', async () => {
  const request = { path: '/v1/cards', idempotencyKey: newKey(), body: order };
  const first = await post(request);
  const before = effects('card_issued');
  const without = await gateway.another({ GATEWAY_FINGERPRINT_KEYS: `f9:${randomBytes(32).toString('base64')}` });
  const answer = await send(without.url, apiKey, request);
  expect(answer).toMatchObject({ status: 500, replayed: false, body: { code: 'internal-error' } });
  expect(answer.text).toContain('Keep this Idempotency-Key');
  await without.close();
  expect(effects('card_issued')).toBe(before);
  expectSame(await post(request), first);
});

describe('one Idempotency-Key, eight requests at once, two gateways', () => {
  test('order one card, in sixty races', async () => {
    const before = references('card_issued');
    const ids: string[] = [];
    for (let round = 0; round < 60; round += 1) {
      const request = { path: '/v1/cards', idempotencyKey: newKey(), body: order };
      const answers = await eightTimes(request);
      const id = expectOneOutcome(answers, 201);
      const first = answers.find(({ status, replayed }) => status === 201 && !replayed);
      const again = await post(request);
      expect(again).toMatchObject({ status: 201, replayed: true, text: first?.text });
      ids.push(id);
    }
    expect(references('card_issued').slice(before.length)).toEqual(ids);
  });

  test('apply for one cardholder', async () => {
    for (let round = 0; round < 20; round += 1) {
      const before = effects('cardholder_created');
      const body = { account: 'keysecure', reference: `race-${round}`, sumsubShareToken: 'share-token' };
      const request = { path: '/v1/cardholders', idempotencyKey: newKey(), body };
      const id = expectOneOutcome(await eightTimes(request), 201);
      expect(references('cardholder_created').slice(before)).toEqual([id]);
      expect(await post(request)).toMatchObject({ status: 201, replayed: true, body: { id } });
    }
  });

  test('send one SMS and check one code', async () => {
    for (let round = 0; round < 20; round += 1) {
      const body = bankCard();
      const start = { path: '/v1/bindings', idempotencyKey: newKey(), body };
      const id = expectOneOutcome(await eightTimes(start), 201);
      expect(gateway.sandbox.admin.sms({ phone: body.phone })).toHaveLength(1);
      expect(await post(start)).toMatchObject({ status: 201, replayed: true, body: { id, status: 'awaiting_code' } });

      const asked = gateway.sandbox.admin.requestCount('yixin', 'verifyCode');
      const verify = {
        path: `/v1/bindings/${id}/verify`,
        idempotencyKey: newKey(),
        body: { code: smsCode(gateway, body.phone) },
      };
      expect(expectOneOutcome(await eightTimes(verify), 200)).toBe(id);
      expect(gateway.sandbox.admin.requestCount('yixin', 'verifyCode')).toBe(asked + 1);
      expect(await post(verify)).toMatchObject({ status: 200, replayed: true, body: { id, status: 'bound' } });
    }
  });

  test('check one code at a time, also under keys of their own', async () => {
    for (let round = 0; round < 10; round += 1) {
      const body = bankCard();
      const { id } = await gateway.client.startBinding({ body });
      const asked = gateway.sandbox.admin.requestCount('yixin', 'verifyCode');
      const code = smsCode(gateway, body.phone);
      const answers = await Promise.all(
        Array.from({ length: 8 }, () =>
          post({ path: `/v1/bindings/${id}/verify`, idempotencyKey: newKey(), body: { code } }),
        ),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ body }) => body.code === 'illegal-state')).toHaveLength(7);
      expect(gateway.sandbox.admin.requestCount('yixin', 'verifyCode')).toBe(asked + 1);
    }
  });

  test('send one SMS to one card, also under keys of their own', async () => {
    for (let round = 0; round < 10; round += 1) {
      const body = bankCard();
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => post({ path: '/v1/bindings', idempotencyKey: newKey(), body })),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(answers.filter(({ body }) => body.code === 'sms-limit')).toHaveLength(7);
      expect(gateway.sandbox.admin.sms({ phone: body.phone })).toHaveLength(1);
    }
  });

  test('start one sync', async () => {
    const request = { path: '/v1/syncs', idempotencyKey: newKey(), body: { account: 'onerway', user: 'user-of-sync' } };
    const id = expectOneOutcome(await eightTimes(request), 202);
    const again = await post(request);
    expect(again).toMatchObject({ status: 202, replayed: true, body: { id } });
    const { rows } = await gateway.pool.query('SELECT id FROM syncs');
    expect(rows).toHaveLength(1);
  });
});

describe('a key belongs to one request of one caller', () => {
  test('in any sequence of keys, bodies and callers', async () => {
    const rejected = await cardOrder(gateway, 'keysecure', 'reject-this-one');
    const bodies = [
      { body: order, status: 201, issued: 1 },
      { body: { ...order, address }, status: 201, issued: 1 },
      { body: rejected, status: 422, issued: 0 },
    ] as const;
    // Two callers, the first with two keys, as while one replaces the other.
    const callers = await Promise.all(
      ['first', 'first', 'second'].map(async (caller) => {
        const { key } = await gateway.key({ caller });
        return { caller, key };
      }),
    );
    const step = fc.record({ key: fc.nat(2), body: fc.nat(bodies.length - 1), caller: fc.nat(callers.length - 1) });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        run += 1;
        const firsts = new Map<string, { readonly body: number; readonly answer: RawAnswer }>();
        for (const { key, body, caller } of steps) {
          const who = callers[caller];
          const what = bodies[body];
          if (who === undefined || what === undefined) throw new Error('There is no such step.');
          const place = `${who.caller} ${key}`;
          const first = firsts.get(place);
          const before = effects('card_issued');
          const idempotencyKey = `run-${run}-${key}`;
          const answer = await send(gateway.url, who.key, { path: '/v1/cards', idempotencyKey, body: what.body });
          const issued = effects('card_issued') - before;
          const seen = { status: answer.status, replayed: answer.replayed, issued };
          if (first === undefined) firsts.set(place, { body, answer });
          const reused = first !== undefined && first.body !== body;
          expect({ ...seen, code: reused ? answer.body.code : null }).toEqual(
            reused
              ? { status: 422, replayed: false, issued: 0, code: 'idempotency-key-reused' }
              : {
                  status: what.status,
                  replayed: first !== undefined,
                  issued: first === undefined ? what.issued : 0,
                  code: null,
                },
          );
          if (first !== undefined && !reused) expectSame(answer, first.answer);
        }
        const ids = [...firsts.values()].flatMap(({ answer }) => answer.body.id ?? []);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 30 },
    );
  });

  test('the order of the members of a body does not matter, and neither does its layout', async () => {
    const idempotencyKey = newKey();
    const first = await post({ path: '/v1/cards', idempotencyKey, body: order });
    const turned = JSON.stringify(Object.fromEntries(Object.entries(order).toReversed()), null, 2);
    const again = await post({ path: '/v1/cards', idempotencyKey, body: turned });
    expect(again).toMatchObject({ status: 201, replayed: true, body: first.body });
  });

  test('another operation, and the same one on another resource, are other requests', async () => {
    const idempotencyKey = newKey();
    await post({ path: '/v1/cards', idempotencyKey, body: order });
    const cardholder = { account: 'keysecure', reference: 'other-operation', sumsubShareToken: 'share-token' };
    const before = effects('cardholder_created');
    expect(await post({ path: '/v1/cardholders', idempotencyKey, body: cardholder })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    expect(effects('cardholder_created')).toBe(before);

    const [one, other] = [bankCard(), bankCard()];
    const started = await Promise.all([
      gateway.client.startBinding({ body: one }),
      gateway.client.startBinding({ body: other }),
    ]);
    const verify = { idempotencyKey: newKey(), body: { code: '000000' } };
    const first = await post({ ...verify, path: `/v1/bindings/${started[0].id}/verify` });
    expect(first.status).toBe(422);
    expect(await post({ ...verify, path: `/v1/bindings/${started[1].id}/verify` })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
  });

  test('a refusal is repeated as the problem it was', async () => {
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'refuse', code: 2007 });
    const request = { path: '/v1/cards', idempotencyKey: newKey(), body: order };
    const first = await post(request);
    expect(first).toMatchObject({ status: 422, replayed: false });
    expect(first.body).toMatchObject({ code: 'refused-by-provider', outcome: 'refused', provider: { code: '2007' } });
    const asked = gateway.sandbox.admin.requestCount('keysecure', 'card/apply');
    const again = await post(request);
    expect(again).toMatchObject({ status: 422, replayed: true, text: first.text });
    expect(gateway.sandbox.admin.requestCount('keysecure', 'card/apply')).toBe(asked);
  });
});

describe('nothing is kept of a code, so that the same key with another code', () => {
  const asked = (): number => gateway.sandbox.admin.requestCount('yixin', 'verifyCode');
  const started = async () => {
    const body = bankCard();
    const { id } = await gateway.client.startBinding({ body });
    return { path: `/v1/bindings/${id}/verify`, code: smsCode(gateway, body.phone) };
  };

  test('is the same request: the first answer comes again, and the other code goes nowhere', async () => {
    const { path, code } = await started();
    const idempotencyKey = newKey();
    const first = await post({ path, idempotencyKey, body: { code: code === '314159' ? '271828' : '314159' } });
    expect(first.status).toBe(422);
    const before = asked();
    expectSame(await post({ path, idempotencyKey, body: { code } }), first);
    expect(asked()).toBe(before);
    expect(await post({ path, idempotencyKey, body: { code, userIp: '203.0.113.9' } })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    expect(await post({ path, idempotencyKey: newKey(), body: { code } })).toMatchObject({ status: 200 });
  });

  test('is so for a PIN and a security code too', async () => {
    const cards = await cardMaker(gateway);
    const [active, inactive] = [await cards.made('physical', 'Activated'), await cards.made('physical')];
    const { pan, cvv } = secretsOf(gateway, inactive.id);
    const last4 = pan.slice(-4);
    for (const [path, body, other] of [
      [`/v1/cards/${active.id}/pin`, { pin: '258036' }, { pin: '704915' }],
      [`/v1/cards/${inactive.id}/activate`, { cvv, last4 }, { cvv: cvv === '123' ? '321' : '123', last4 }],
    ] as const) {
      const idempotencyKey = newKey();
      const first = await post({ path, idempotencyKey, body });
      expect(first).toMatchObject({ status: 200, replayed: false });
      expect(await post({ path, idempotencyKey, body: other })).toMatchObject({ status: 200, replayed: true });
    }
    expect(secretsOf(gateway, active.id).pin).toBe('258036');
    const otherLast4 = { cvv, last4: last4 === '0000' ? '1111' : '0000' };
    const request = { path: `/v1/cards/${inactive.id}/activate`, idempotencyKey: `key-${keys}`, body: otherLast4 };
    expect(await post(request)).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  });

  test('of before codes were left out is known by its resource; the database keeps no hash with a code', async () => {
    const [one, other] = [await started(), await started()];
    const idempotencyKey = newKey();
    const first = await post({ path: one.path, idempotencyKey, body: { code: one.code } });
    expect(first).toMatchObject({ status: 200, replayed: false });
    // As a gateway of the version before would write it.
    const { rows } = await gateway.pool.query(
      'UPDATE operations SET request_hash = $2 WHERE idempotency_key = $1 RETURNING request_hash AS hash',
      [keyHash(idempotencyKey), `f1:${'0'.repeat(64)}`],
    );
    expect(rows).toEqual([{ hash: null }]);
    expectSame(await post({ path: one.path, idempotencyKey, body: { code: one.code } }), first);
    const { path, code } = other;
    expect(await post({ path, idempotencyKey, body: { code } })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
  });
});

describe('a refusal that may pass does not stay with its key', () => {
  /** KeySecure's "too many requests" (keysecure.md §10). */
  const busy = { provider: 'keysecure', operation: 'card/apply', fault: 'refuse', code: 1009 } as const;
  const operationOf = async ({ body }: RawAnswer) =>
    gateway.client.getOperation({ params: { id: String(body['operation']) } });

  test('its repeat is a new try, and both keep their evidence', async () => {
    const request = { path: '/v1/cards', idempotencyKey: newKey(), body: order };
    const before = effects('card_issued');
    gateway.sandbox.admin.addFault({ ...busy, times: 2 });
    const refusals = [await post(request), await post(request)];
    expect(refusals).toMatchObject([
      { status: 422, replayed: false, body: { outcome: 'refused' } },
      { status: 422, replayed: false, body: { outcome: 'refused' } },
    ]);
    const first = await post(request);
    expect(first).toMatchObject({ status: 201, replayed: false });
    expectSame(await post(request), first);
    expect(effects('card_issued')).toBe(before + 1);

    const operations = await Promise.all(refusals.map(operationOf));
    expect(new Set(operations.map(({ id }) => id)).size).toBe(2);
    expect(operations).toMatchObject(
      operations.map(() => ({
        outcome: 'refused',
        resolvedBy: 'answer',
        attempts: [{ kind: 'send', outcome: 'refused' }],
      })),
    );
  });

  test.each([
    ['an address that is not on its list', 'card/apply', 1003],
    ['a timestamp, again', 'card/apply', 1005],
    ['a fresh access token', 'card/apply', 1007],
    ['an Api-Key that it does not know', 'merchant/token', 1008],
    ['the integration mode', 'card/apply', 1012],
    ['a merchant whose status is abnormal', 'card/apply', 1022],
  ])('nor one of the account, which an operator can mend: %s', async (_name, operation, code) => {
    const request = { path: '/v1/cards', idempotencyKey: newKey(), body: order };
    const before = effects('card_issued');
    if (operation === 'merchant/token') gateway.sandbox.admin.expireTokens();
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation, fault: 'refuse', code, times: 0 });
    const refusal = await post(request);
    expect(refusal).toMatchObject({ status: 422, replayed: false, body: { provider: { code: String(code) } } });
    expect(String(refusal.body['detail'])).toContain('Idempotency-Key is not used up');
    gateway.sandbox.admin.clearFaults();
    const first = await post(request);
    expect(first).toMatchObject({ status: 201, replayed: false });
    expectSame(await post(request), first);
    expect(effects('card_issued')).toBe(before + 1);
  });

  test('is answered to its own caller also when a repeat took the key before', async () => {
    const { services } = gateway;
    const account = services.accounts.byName('keysecure');
    if (account === undefined) throw new Error('There is no such account.');
    const caller = { tenant: 'default', caller: 'tests', keyId: 'key', scopes: ['admin'] } as const;
    const request = {
      caller,
      idempotencyKey: newKey(),
      text: 'same',
      resource: null,
      isPartial: false,
      requestId: 'first',
      work: jobWork,
    };
    const write = (send: (operation: string) => Promise<Outcome<null>>) =>
      writeOnce(services, startSyncKind, request, async () => ({
        account,
        resourceId: newUuid(Date.now()),
        record: recordAlone,
        send: (_call, operation) => send(operation),
        resolvesBy: 'look-up',
      }));
    const first = write(async (id) => {
      // The refusal is committed, but the database's word of that is lost; a repeat comes before it is asked again.
      const passing = refused('rate_limited', { code: '1009' });
      const operation = await findById(services.pool, id);
      if (operation === null) throw new Error('There is no such operation.');
      const attempt = attemptOf('send', passing, new Date(), new Date());
      await resolveWrite(services, startSyncKind, operation, passing, 'answer', attempt, 'first');
      expect(await write(async () => refused('declined'))).toMatchObject({ status: 422, replayed: false });
      return passing;
    });
    await expect(first).rejects.toMatchObject({
      code: 'refused-by-provider',
      details: { outcome: 'refused', provider: { code: '1009' } },
    });
  });

  test('another body is still another request', async () => {
    const idempotencyKey = newKey();
    gateway.sandbox.admin.addFault(busy);
    await post({ path: '/v1/cards', idempotencyKey, body: order });
    const other = await post({
      path: '/v1/cards',
      idempotencyKey,
      body: { ...order, cardholder: order.cardholder.replace(/.$/, (last) => (last === '0' ? '1' : '0')) },
    });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
    expect(await post({ path: '/v1/cards', idempotencyKey, body: order })).toMatchObject({ status: 201 });
  });

  test('eight repeats of it at once, at two gateways, order one card', async () => {
    for (let round = 0; round < 10; round += 1) {
      const request = { path: '/v1/cards', idempotencyKey: newKey(), body: order };
      gateway.sandbox.admin.addFault(busy);
      expect((await post(request)).status).toBe(422);
      const before = references('card_issued');
      const id = expectOneOutcome(await eightTimes(request), 201);
      expect(references('card_issued').slice(before.length)).toEqual([id]);
    }
  });
});

describe('a request that was not taken does not use up its key', () => {
  test('400, 404 and 409 of an order, then the card', async () => {
    const idempotencyKey = newKey();
    const { client } = gateway;
    const faults = [
      { body: { ...order, form: 'paper' }, status: 400 },
      { body: { ...order, product: order.cardholder.replace('chd_', 'prod_') }, status: 404 },
    ];
    for (const { body, status } of faults) {
      expect(await post({ path: '/v1/cards', idempotencyKey, body })).toMatchObject({ status, replayed: false });
    }
    // A cardholder whose application is still open at the provider cannot have a card yet.
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'cardholder/apply', fault: 'reset' });
    const open = await client.createCardholder({
      body: { account: 'keysecure', reference: 'no-answer-yet', sumsubShareToken: 'share-token' },
    });
    expect(await post({ path: '/v1/cards', idempotencyKey, body: { ...order, cardholder: open.id } })).toMatchObject({
      status: 409,
      body: { code: 'illegal-state' },
    });
    expect(await post({ path: '/v1/cards', idempotencyKey, body: order })).toMatchObject({
      status: 201,
      replayed: false,
    });
  });

  test('409 for a reference that has a cardholder, then another reference', async () => {
    const body = { account: 'keysecure', reference: 'taken', sumsubShareToken: 'share-token' };
    await gateway.client.createCardholder({ body });
    const idempotencyKey = newKey();
    const before = effects('cardholder_created');
    await expect(gateway.client.createCardholder({ body, idempotencyKey })).rejects.toMatchObject({
      code: 'already-exists',
    });
    expect(effects('cardholder_created')).toBe(before);
    const { status } = await gateway.client.call('createCardholder', {
      body: { ...body, reference: 'free' },
      idempotencyKey,
    });
    expect(status).toBe(201);
  });

  test('429 for a second SMS, then one to another card', async () => {
    const body = bankCard();
    await gateway.client.startBinding({ body });
    const idempotencyKey = newKey();
    const refusal = await gateway.client.startBinding({ body, idempotencyKey }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(GatewayProblem);
    expect(refusal).toMatchObject({ code: 'sms-limit' });
    expect(gateway.sandbox.admin.sms({ phone: body.phone })).toHaveLength(1);
    const { status } = await gateway.client.call('startBinding', { body: bankCard(), idempotencyKey });
    expect(status).toBe(201);
  });
});
