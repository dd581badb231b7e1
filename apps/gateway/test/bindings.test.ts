import { GatewayProblem } from '@card-gateway/client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { bankCard, smsCode } from './setup/orders.ts';
import { until } from './setup/until.ts';
import { everythingStored, tracesIn } from './setup/traces.ts';

const bareUser = 'user-without-ids';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ sandbox: { yixin: { omitBindCardId: [bareUser] } } });
});
afterAll(() => gateway.close());
beforeEach(() => gateway.sandbox.admin.clearFaults());

type Card = ReturnType<typeof bankCard>;
const start = (card: Card) => gateway.client.startBinding({ body: card });
const verify = (id: string, code: string) => gateway.client.verifyBinding({ params: { id }, body: { code } });
const read = (id: string) => gateway.client.getBinding({ params: { id } });
const sent = (card: Card) => gateway.sandbox.admin.sms({ phone: card.phone });
const boundAt = (card: Card) => gateway.sandbox.admin.ledger({ effect: 'card_bound', subject: card.user });
async function listOf(user: string, refresh = true) {
  const { data } = await gateway.client.listBindings({ query: { account: 'yixin', user, refresh } });
  return data;
}

/** A code that is none of those sent. */
function wrongCode(card: Card): string {
  return smsCode(gateway, card.phone) === '000000' ? '000001' : '000000';
}

async function bound(card: Card) {
  const { id } = await start(card);
  return verify(id, smsCode(gateway, card.phone));
}

describe('a bank card', () => {
  test('is bound by SMS: check, banks, issuer, start, code, and then shown with what the provider lists', async () => {
    const { client } = gateway;
    const card = bankCard();
    const { user, cardNumber } = card;
    expect(await client.checkBinding({ body: { account: 'yixin', user, cardNumber } })).toMatchObject({
      bindingRequired: true,
    });
    const issuer = await client.lookUpIssuer({ body: { account: 'yixin', cardNumber } });
    const banks = await client.listBanks({ query: { account: 'yixin', user } });
    expect(banks.data.map(({ code }) => code)).toContain(issuer.bank?.code);

    const started = await start(card);
    expect(started).toMatchObject({
      provider: 'yixin',
      account: 'yixin',
      user,
      kind: 'bank_card',
      status: 'awaiting_code',
      maskedNumber: issuer.maskedNumber,
      last4: cardNumber.slice(-4),
      providerRef: null,
      challenge: { attemptsLeft: 5 },
      operation: { outcome: 'succeeded' },
    });
    expect(sent(card)).toHaveLength(1);
    const { expiresAt = '', resendAfter = '' } = started.challenge ?? {};
    const since = (text: string): number => Date.parse(text) - Date.parse(started.createdAt);
    // By the clock of the database, which is not the one that dated the record.
    expect(Math.round(since(resendAfter) / 10_000)).toBe(6);
    expect(since(expiresAt)).toBeGreaterThanOrEqual(300_000);
    expect(await read(started.id)).toEqual(started);
    expect(boundAt(card)).toEqual([]);

    const verified = await verify(started.id, smsCode(gateway, card.phone));
    expect(verified).toMatchObject({ id: started.id, status: 'bound', challenge: null });
    expect(verified.operation).toMatchObject({ outcome: 'succeeded' });
    expect(verified.operation?.id).not.toBe(started.operation?.id);
    expect(boundAt(card)).toHaveLength(1);

    const listed = await listOf(user);
    const atProvider = gateway.sandbox.admin.yixin.cards().find((one) => one.user === user);
    expect(listed).toMatchObject([
      {
        id: started.id,
        status: 'bound',
        providerRef: atProvider?.bindCardId,
        bank: issuer.bank,
        cardType: 'debit',
        maskedNumber: issuer.maskedNumber,
      },
    ]);
    expect(await listOf(user, false)).toEqual(listed);
    expect((await listOf(user)).map(({ id }) => id)).toEqual([started.id]);
    expect(await client.checkBinding({ body: { account: 'yixin', user, cardNumber } })).toMatchObject({
      bindingRequired: false,
    });
  });

  test('is one row too where the provider lists it without an id', async () => {
    const card = { ...bankCard(), user: bareUser };
    const { id } = await bound(card);
    for (let times = 0; times < 2; times += 1) {
      expect(await listOf(bareUser)).toMatchObject([{ id, status: 'bound', providerRef: null, bank: { code: 'CCB' } }]);
    }
  });

  test('that was bound elsewhere comes in with the list, and goes with it', async () => {
    const { admin } = gateway.sandbox;
    const [kept, lost] = [bankCard(), bankCard()];
    const cards = [kept, lost].map(({ cardNumber, phone }) => ({ cardNo: cardNumber, phone }));
    admin.yixin.seedCards({ user: kept.user, cards });
    const before = await listOf(kept.user);
    expect(before.map(({ status, kind }) => [status, kind])).toEqual([
      ['bound', 'bank_card'],
      ['bound', 'bank_card'],
    ]);
    admin.reset();
    admin.yixin.seedCards({ user: kept.user, cards: cards.slice(0, 1) });
    const after = await listOf(kept.user);
    expect(Object.fromEntries(after.map(({ last4, status }) => [last4, status]))).toEqual({
      [kept.cardNumber.slice(-4)]: 'bound',
      [lost.cardNumber.slice(-4)]: 'removed',
    });
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  });

  test('whose start gets no answer is asked for at once, while its number is at hand', async () => {
    const card = bankCard();
    const { user, cardNumber: cardNo, phone } = card;
    gateway.sandbox.admin.yixin.seedCards({ user, cards: [{ cardNo, phone }] });
    gateway.sandbox.admin.addFault({ provider: 'yixin', operation: 'bindCard', fault: 'work_then_reset' });
    const { status, data } = await gateway.client.call('startBinding', { body: card });
    expect({ status, binding: data.status }).toEqual({ status: 201, binding: 'not_required' });
    const { attempts } = await gateway.client.getOperation({ params: { id: data.operation?.id ?? '' } });
    expect(attempts).toMatchObject([{ kind: 'send', providerMessage: expect.stringContaining('needs no binding') }]);
    // Whether an SMS was sent nobody knows: it counts.
    await expect(gateway.client.startBinding({ body: card })).rejects.toMatchObject({ code: 'sms-limit' });

    const other = bankCard();
    gateway.sandbox.admin.addFault({ provider: 'yixin', operation: 'bindCard', fault: 'work_then_reset' });
    expect(await gateway.client.call('startBinding', { body: other })).toMatchObject({
      status: 202,
      data: { status: 'starting', operation: { outcome: 'unknown' } },
    });
    await expect(gateway.client.startBinding({ body: other })).rejects.toMatchObject({ code: 'sms-limit' });
  });

  test('that is bound already needs no SMS', async () => {
    const card = bankCard();
    gateway.sandbox.admin.yixin.seedCards({
      user: card.user,
      cards: [{ cardNo: card.cardNumber, phone: card.phone }],
    });
    const answer = await gateway.client.call('startBinding', { body: card });
    expect(answer).toMatchObject({ status: 201, data: { status: 'not_required', challenge: null } });
    expect(sent(card)).toEqual([]);
    await expect(verify(answer.data.id, '123456')).rejects.toMatchObject({ code: 'illegal-state', status: 409 });
    // Nothing was sent, so nobody has to wait.
    expect(await start(card)).toMatchObject({ status: 'not_required' });
  });

  test('that is bound is not bound again by another code', async () => {
    const card = bankCard();
    const { id } = await bound(card);
    const asked = gateway.sandbox.admin.requestCount('yixin', 'verifyCode');
    await expect(verify(id, smsCode(gateway, card.phone))).rejects.toMatchObject({
      code: 'illegal-state',
      status: 409,
      problem: { detail: expect.stringContaining('"bound"') },
    });
    expect(gateway.sandbox.admin.requestCount('yixin', 'verifyCode')).toBe(asked);
    expect(await read(id)).toMatchObject({ status: 'bound' });
  });

  test('is its user’s own where the provider counts its ids for each user anew', async () => {
    const [one, two] = [bankCard(), bankCard()];
    for (const { user, cardNumber: cardNo, phone } of [one, two]) {
      gateway.sandbox.admin.yixin.seedCards({ user, cards: [{ cardNo, phone, bindCardId: '1' }] });
    }
    for (let times = 0; times < 2; times += 1) {
      for (const { user, cardNumber } of [one, two]) {
        expect(await listOf(user)).toMatchObject([
          { user, status: 'bound', providerRef: '1', last4: cardNumber.slice(-4) },
        ]);
      }
    }
  });

  test('that was removed can be bound again, also when the provider gives it its old id', async () => {
    const hasty = await gateway.another({ SMS_RESEND_AFTER_MS: '0' });
    const { admin } = gateway.sandbox;
    const card = bankCard();
    const bindAgain = async () => {
      const { id } = await hasty.client.startBinding({ body: card });
      return verify(id, smsCode(gateway, card.phone));
    };
    const idAtProvider = () => admin.yixin.cards().find(({ user }) => user === card.user)?.bindCardId;
    admin.reset();
    const first = await bindAgain();
    const [listed] = await listOf(card.user);
    expect(listed).toMatchObject({ id: first.id, providerRef: idAtProvider() });

    admin.reset();
    expect(await listOf(card.user)).toMatchObject([{ id: first.id, status: 'removed' }]);
    const second = await bindAgain();
    admin.reset();
    const again = { cardNo: card.cardNumber, phone: card.phone, bindCardId: listed?.providerRef ?? null };
    admin.yixin.seedCards({ user: card.user, cards: [again] });
    expect(idAtProvider()).toBe(listed?.providerRef);
    for (let times = 0; times < 2; times += 1) {
      expect(await listOf(card.user)).toMatchObject([
        { id: second.id, status: 'bound', providerRef: listed?.providerRef },
        { id: first.id, status: 'removed', providerRef: null },
      ]);
    }
    await hasty.close();
  });

  test('that was bound elsewhere while a code was awaited is bound, by the list or by the code', async () => {
    const { admin } = gateway.sandbox;
    const seed = ({ user, cardNumber: cardNo, phone }: Card) =>
      admin.yixin.seedCards({ user, cards: [{ cardNo, phone }] });
    const [byList, byCode] = [bankCard(), bankCard()];
    const [one, two] = [await start(byList), await start(byCode)];
    seed(byList);
    expect(await listOf(byList.user)).toMatchObject([{ id: one.id, status: 'bound', challenge: null }]);
    await expect(verify(one.id, smsCode(gateway, byList.phone))).rejects.toMatchObject({ code: 'illegal-state' });
    seed(byCode);
    expect(await verify(two.id, smsCode(gateway, byCode.phone))).toMatchObject({ id: two.id, status: 'not_required' });
    expect(await listOf(byCode.user)).toMatchObject([{ id: two.id, status: 'bound' }]);
  });

  test('may be bound by two users, and two cards by one', async () => {
    const [one, two] = [bankCard(), bankCard()];
    const shared = { ...two, cardNumber: one.cardNumber };
    const second = { ...bankCard(), user: one.user };
    const ids = [await bound(one), await bound(shared), await bound(second)].map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect((await listOf(one.user)).map(({ id }) => id)).toEqual([ids[2], ids[0]]);
    expect((await listOf(two.user)).map(({ id }) => id)).toEqual([ids[1]]);
  });
});

describe('an SMS code', () => {
  test('that is wrong is refused and costs one of five; the right one still binds', async () => {
    const card = bankCard();
    const { id } = await start(card);
    await expect(verify(id, wrongCode(card))).rejects.toMatchObject({
      code: 'refused-by-provider',
      status: 422,
      problem: { outcome: 'refused', provider: { name: 'yixin', code: '-2' } },
    });
    expect(await read(id)).toMatchObject({
      status: 'awaiting_code',
      challenge: { attemptsLeft: 4 },
      operation: { outcome: 'refused' },
    });
    expect(await verify(id, smsCode(gateway, card.phone))).toMatchObject({ status: 'bound' });
    expect(boundAt(card)).toHaveLength(1);
  });

  test('that is wrong five times closes the challenge, for the right one too', async () => {
    const card = bankCard();
    const { id } = await start(card);
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await expect(verify(id, wrongCode(card))).rejects.toMatchObject({ code: 'refused-by-provider' });
    }
    expect(await read(id)).toMatchObject({ status: 'expired', challenge: null });
    const asked = gateway.sandbox.admin.requestCount('yixin', 'verifyCode');
    await expect(verify(id, smsCode(gateway, card.phone))).rejects.toMatchObject({ code: 'illegal-state' });
    expect(gateway.sandbox.admin.requestCount('yixin', 'verifyCode')).toBe(asked);
    expect(boundAt(card)).toEqual([]);
  });

  test('that is repeated with its key is one attempt, whatever code comes with it', async () => {
    const card = bankCard();
    const { id } = await start(card);
    const wrong = { params: { id }, body: { code: wrongCode(card) }, idempotencyKey: `key-${id}` };
    await expect(gateway.client.verifyBinding(wrong)).rejects.toMatchObject({ code: 'refused-by-provider' });
    await expect(gateway.client.verifyBinding(wrong)).rejects.toMatchObject({ code: 'refused-by-provider' });
    expect(await read(id)).toMatchObject({ challenge: { attemptsLeft: 4 } });
    const right = { ...wrong, body: { code: smsCode(gateway, card.phone) } };
    await expect(gateway.client.verifyBinding(right)).rejects.toMatchObject({ code: 'refused-by-provider' });
    expect(await read(id)).toMatchObject({ status: 'awaiting_code', challenge: { attemptsLeft: 4 } });
  });

  test('that came too late ends as expired, by the word of the provider', async () => {
    const card = bankCard();
    const { id } = await start(card);
    gateway.sandbox.admin.changeClock({ advanceMs: 301_000 });
    const answer = await gateway.client.call('verifyBinding', {
      params: { id },
      body: { code: smsCode(gateway, card.phone) },
    });
    expect(answer).toMatchObject({ status: 200, data: { id, status: 'expired', challenge: null } });
    expect(boundAt(card)).toEqual([]);
    await expect(verify(id, smsCode(gateway, card.phone))).rejects.toMatchObject({ code: 'illegal-state' });
  });

  test('that is sent twice at the same moment is checked once: one wins, the others are told', async () => {
    const card = bankCard();
    const { id } = await start(card);
    const code = smsCode(gateway, card.phone);
    const asked = gateway.sandbox.admin.requestCount('yixin', 'verifyCode');
    const results = await Promise.allSettled(Array.from({ length: 4 }, () => verify(id, code)));
    const outcomes = results.map((result) => {
      if (result.status === 'fulfilled') return result.value.status;
      return result.reason instanceof GatewayProblem ? `${result.reason.status} ${result.reason.code}` : 'unreachable';
    });
    expect(outcomes.toSorted((a, b) => a.localeCompare(b))).toEqual([
      '409 illegal-state',
      '409 illegal-state',
      '409 illegal-state',
      'bound',
    ]);
    expect(gateway.sandbox.admin.requestCount('yixin', 'verifyCode')).toBe(asked + 1);
    expect(boundAt(card)).toHaveLength(1);
  });

  test.each(['', '12', 'abcdef', '12345678901'])('must be one: not "%s"', async (code) => {
    const { id } = await start(bankCard());
    await expect(verify(id, code)).rejects.toMatchObject({
      status: 400,
      problem: { errors: [{ pointer: '/code' }] },
    });
    expect(await read(id)).toMatchObject({ challenge: { attemptsLeft: 5 } });
  });
});

describe('a start', () => {
  test('for a repayment names the loan order', async () => {
    const { loanOrder: _none, ...card } = { ...bankCard(), loanOrder: undefined, purpose: 'repayment' as const };
    await expect(gateway.client.startBinding({ body: card })).rejects.toMatchObject({
      status: 400,
      problem: { errors: [{ pointer: '/loanOrder' }] },
    });
    const body = { ...card, loanOrder: 'LOAN-1' };
    expect(await gateway.client.startBinding({ body })).toMatchObject({ status: 'awaiting_code' });
  });

  test.each([['mortgage'], ['constructor'], [undefined]])(
    'for the purpose %s is none of its account',
    async (purpose) => {
      const { purpose: _loan, ...card } = bankCard();
      const body = purpose === undefined ? card : { ...card, purpose };
      await expect(gateway.client.startBinding({ body })).rejects.toMatchObject({
        status: 400,
        problem: { errors: [{ pointer: '/purpose', detail: 'expected loan or repayment' }] },
      });
    },
  );

  test('that the provider declines is certain: no SMS, a refused binding, and a new start is allowed at once', async () => {
    const card = { ...bankCard(), user: `unknown-${bankCard().user}` };
    for (let times = 1; times <= 2; times += 1) {
      await expect(start(card)).rejects.toMatchObject({
        code: 'refused-by-provider',
        status: 422,
        problem: { outcome: 'refused', provider: { name: 'yixin', code: '-2' } },
      });
      const bindings = await listOf(card.user, false);
      expect(bindings).toHaveLength(times);
      expect(bindings[0]).toMatchObject({ status: 'refused', challenge: null, operation: { outcome: 'refused' } });
    }
    expect(sent(card)).toEqual([]);
    expect(gateway.sandbox.admin.ledger({ subject: card.user })).toEqual([]);
  });

  test.each([
    ['cardNumber', '6217 0098', '/cardNumber'],
    ['phone', 'call me', '/phone'],
    ['user', '', '/user'],
    ['userIp', '999.1.1.1', '/userIp'],
    ['purpose', 'fun', '/purpose'],
  ])('is refused before any call when its %s is wrong', async (name, value, pointer) => {
    const starts = () => gateway.sandbox.admin.requests({ operation: 'bindCard' }).requests;
    const { length } = starts();
    await expect(start({ ...bankCard(), [name]: value })).rejects.toMatchObject({
      status: 400,
      problem: { errors: [{ pointer }] },
    });
    expect(starts()).toHaveLength(length);
  });

  test('needs an account that binds cards', async () => {
    for (const account of ['onerway', 'keysecure', 'open-api']) {
      const body = { ...bankCard(), account };
      await expect(gateway.client.startBinding({ body })).rejects.toMatchObject({ code: 'not-supported', status: 422 });
    }
  });

  test("and its code want the end user's address where the account sets none", async () => {
    const strict = await startGateway({ account: (_name, { userIp: _dropped, ...settings }) => settings });
    try {
      const { client, sandbox } = strict;
      const missing = { status: 400, problem: { errors: [{ pointer: '/userIp' }] } };
      const card = bankCard();
      await expect(client.startBinding({ body: card })).rejects.toMatchObject(missing);
      expect(sandbox.admin.requests().requests).toEqual([]);
      const userIp = '198.51.100.9';
      const { id } = await client.startBinding({ body: { ...card, userIp } });
      const code = smsCode(strict, card.phone);
      await expect(client.verifyBinding({ params: { id }, body: { code } })).rejects.toMatchObject(missing);
      expect(await client.getBinding({ params: { id } })).toMatchObject({ challenge: { attemptsLeft: 5 } });
      expect(await client.verifyBinding({ params: { id }, body: { code, userIp } })).toMatchObject({ status: 'bound' });
      const query = { account: 'yixin', user: card.user, refresh: true };
      await expect(client.listBindings({ query })).rejects.toMatchObject({
        status: 400,
        problem: { errors: [{ pointer: 'query/userIp' }] },
      });
      expect((await client.listBindings({ query: { ...query, userIp } })).data).toMatchObject([{ id }]);
      const sync = { account: 'yixin', user: card.user };
      await expect(client.startSync({ body: sync })).rejects.toMatchObject(missing);
      const started = await client.startSync({ body: { ...sync, userIp } });
      const finished = await until(
        () => client.getSync({ params: { id: started.id } }),
        ({ status }) => status === 'succeeded' || status === 'failed',
      );
      expect(finished).toMatchObject({ status: 'succeeded', kind: 'bank_card', user: card.user, seen: 1 });
      // The address was needed for the call, and is kept no longer than it.
      expect(tracesIn(await everythingStored(strict.pool), [userIp])).toEqual([]);
      expect(tracesIn(strict.log(), [userIp])).toEqual([]);
    } finally {
      await strict.close();
    }
  });
});

test('a binding is nobody else’s', async () => {
  const card = bankCard();
  const { id } = await start(card);
  const other = await gateway.key({ tenant: 'other' });
  const missing = { code: 'not-found', status: 404 };
  await expect(other.client.getBinding({ params: { id } })).rejects.toMatchObject(missing);
  const code = smsCode(gateway, card.phone);
  await expect(other.client.verifyBinding({ params: { id }, body: { code } })).rejects.toMatchObject(missing);
  await expect(other.client.startBinding({ body: bankCard() })).rejects.toMatchObject(missing);
  expect((await other.client.listBindings()).data).toEqual([]);
  expect(await read(id)).toMatchObject({ status: 'awaiting_code', challenge: { attemptsLeft: 5 } });
});

test('card number, phone and code are nowhere: not in Postgres, not in the log, not in an answer', async () => {
  const card = { ...bankCard(), cardNumber: '6217000011112222', phone: '13898761234' };
  const answers: unknown[] = [await start(card)];
  const code = smsCode(gateway, card.phone);
  const { id } = answers[0] as { id: string };
  answers.push(await verify(id, '987654321').catch((error: unknown) => error));
  answers.push(await verify(id, code), await listOf(card.user), await gateway.client.listOperations());

  const secrets = [card.cardNumber, card.phone];
  expect(tracesIn(JSON.stringify(answers), secrets)).toEqual([]);
  expect(tracesIn(gateway.log(), [...secrets, '987654321'])).toEqual([]);
  const stored = await everythingStored(gateway.pool);
  expect(stored).toContain('621700******2222');
  expect(tracesIn(stored, [...secrets, '987654321'])).toEqual([]);
  // Six digits can stand by chance inside a longer number or behind a point, hardly on their own.
  const alone = new RegExp(`(?<![0-9a-f.])${code}(?![0-9a-f])`);
  expect(stored).not.toMatch(alone);
  expect(gateway.log()).not.toMatch(alone);
});
