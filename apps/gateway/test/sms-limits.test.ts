import { type Client, GatewayProblem } from '@card-gateway/client';
import { afterEach, describe, expect, test } from 'vitest';
import { startBinding } from '../src/bindings/start-binding.ts';
import { jobWork } from '../src/work.ts';
import { type Settings, startGateway, type TestGateway } from './setup/gateway.ts';
import { bankCard, smsCode } from './setup/orders.ts';
import { ageSms, ahead } from './setup/reconcile.ts';

let gateway: TestGateway;
afterEach(() => gateway.close());

/** A gateway of two processes over one database. */
async function twoProcesses(settings: Settings = {}) {
  gateway = await startGateway({ settings });
  const second = await gateway.another();
  return { clients: [gateway.client, second.client] as const, closeSecond: () => second.close() };
}

type Card = ReturnType<typeof bankCard>;
const start = (client: Client, body: Card) => client.startBinding({ body });

/** Starts all at once, by turns over the processes. @returns what became of each, sorted */
async function race(clients: readonly Client[], cards: readonly Card[]): Promise<string[]> {
  const starts = cards.map((card, index) => {
    const client = clients[index % clients.length] ?? gateway.client;
    return start(client, card).then(
      ({ status }) => status,
      (error: unknown) => (error instanceof GatewayProblem ? `${error.status} ${error.code}` : 'unreachable'),
    );
  });
  return (await Promise.all(starts)).toSorted((a, b) => a.localeCompare(b));
}

const repeated = <T>(times: number, value: T): T[] => Array.from({ length: times }, () => value);

describe('for one user and card', () => {
  test('a second SMS within a minute is refused, with the time to wait, in every process', async () => {
    const { clients, closeSecond } = await twoProcesses();
    const card = bankCard();
    const { id } = await start(clients[0], card);
    for (const client of clients) {
      const refusal = await start(client, card).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: 'sms-limit', status: 429 });
      const { retryAfterMs } = refusal as GatewayProblem;
      expect(retryAfterMs).toBeGreaterThan(0);
      expect(retryAfterMs).toBeLessThanOrEqual(60_000);
    }
    expect(gateway.sandbox.admin.sms({ user: card.user })).toHaveLength(1);
    // Another card of theirs, and theirs by another user, are other bindings.
    expect(await start(clients[1], { ...bankCard(), user: card.user })).toMatchObject({ status: 'awaiting_code' });
    expect(await start(clients[1], { ...card, ...pick(bankCard(), 'user', 'phone') })).toMatchObject({
      status: 'awaiting_code',
    });
    // The refused start left nothing behind, and the first code is still valid.
    expect((await gateway.client.listBindings({ query: { user: card.user } })).data).toHaveLength(2);
    const body = { code: smsCode(gateway, card.phone) };
    expect(await clients[1].verifyBinding({ params: { id }, body })).toMatchObject({ status: 'bound' });
    await closeSecond();
  });

  test('eight starts at once over two processes send one SMS', async () => {
    const { clients, closeSecond } = await twoProcesses();
    const card = bankCard();
    expect(await race(clients, repeated(8, card))).toEqual([...repeated(7, '429 sms-limit'), 'awaiting_code']);
    expect(gateway.sandbox.admin.sms({ user: card.user })).toHaveLength(1);
    expect(gateway.sandbox.admin.ledger({ effect: 'sms_sent' })).toHaveLength(1);
    expect((await gateway.client.listBindings({ query: { user: card.user } })).data).toHaveLength(1);
    await closeSecond();
  });

  test('the limits hold whatever the clock of a process says', async () => {
    gateway = await startGateway();
    const card = bankCard();
    await start(gateway.client, card);
    for (const [index, hours] of [-25, -2, 2, 25].entries()) {
      const write = {
        caller: { tenant: 'default', caller: 'tests', keyId: '', scopes: ['admin'] },
        idempotencyKey: `clock-${index}`,
        resource: null,
        text: '',
        isPartial: false,
        requestId: '',
        work: jobWork,
      };
      const body = { ...card, userIp: undefined };
      const refusal = startBinding(ahead(gateway, hours * 3_600_000), write, body);
      await expect(refusal).rejects.toMatchObject({ code: 'sms-limit' });
    }
    expect(gateway.sandbox.admin.ledger({ effect: 'sms_sent' })).toHaveLength(1);
  });

  test('a refused key is not used up: the same request works when its time has come', async () => {
    gateway = await startGateway();
    const { client } = gateway;
    const card = bankCard();
    await start(client, card);
    const again = { body: card, idempotencyKey: 'again' };
    await expect(client.startBinding(again)).rejects.toMatchObject({ code: 'sms-limit' });
    await ageSms(gateway, '61 seconds');
    expect(await client.startBinding(again)).toMatchObject({ status: 'awaiting_code' });
    // And repeated, it is the answer it was: no third SMS.
    expect(await client.call('startBinding', again)).toMatchObject({ status: 201, replayed: true });
    expect(gateway.sandbox.admin.sms({ user: card.user })).toHaveLength(2);
  });

  test('eight repeats at once of a start that was not sent, over two processes, send one SMS and none deadlocks', async () => {
    const { clients, closeSecond } = await twoProcesses();
    const { sandbox } = gateway;
    for (const round of [1, 2, 3, 4]) {
      const again = { body: bankCard(), idempotencyKey: `not-sent-${round}` };
      sandbox.admin.addFault({ provider: 'yixin', operation: 'bindCard', fault: 'refuse' });
      await expect(clients[0].startBinding(again)).rejects.toMatchObject({ code: 'refused-by-provider' });
      await gateway.pool.query(
        `UPDATE operations SET refusal = '{"reason":"not_sent","code":null,"message":null}' WHERE state = 'refused'`,
      );
      const repeats = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          (clients[index % 2] ?? gateway.client).startBinding(again).then(
            ({ id }) => id,
            (error: unknown) => (error instanceof GatewayProblem ? error.code : 'unreachable'),
          ),
        ),
      );
      const id = repeats.find((one) => one.startsWith('bind_'));
      expect(repeats.filter((one) => one !== id && one !== 'request-in-progress')).toEqual([]);
      expect(sandbox.admin.sms({ user: again.body.user })).toHaveLength(1);
    }
    await closeSecond();
  });

  test('a newer start closes the older challenge: one code works at a time', async () => {
    gateway = await startGateway({ settings: { SMS_RESEND_AFTER_MS: '0' } });
    const { client, sandbox } = gateway;
    const card = bankCard();
    const older = await start(client, card);
    const olderCode = smsCode(gateway, card.phone);
    const newer = await start(client, card);
    expect(sandbox.admin.sms({ user: card.user })).toHaveLength(2);
    expect(await client.getBinding({ params: { id: older.id } })).toMatchObject({ status: 'expired', challenge: null });
    await expect(client.verifyBinding({ params: { id: older.id }, body: { code: olderCode } })).rejects.toMatchObject({
      code: 'illegal-state',
      status: 409,
    });
    const body = { code: smsCode(gateway, card.phone) };
    expect(await client.verifyBinding({ params: { id: newer.id }, body })).toMatchObject({ status: 'bound' });
  });

  test('a start while a code is being checked has to wait for it', async () => {
    gateway = await startGateway({ settings: { SMS_RESEND_AFTER_MS: '0' } });
    const { client, sandbox } = gateway;
    const card = bankCard();
    const { id } = await start(client, card);
    sandbox.admin.addFault({ provider: 'yixin', operation: 'verifyCode', fault: 'hang' });
    const checking = client.verifyBinding({ params: { id }, body: { code: smsCode(gateway, card.phone) } });
    await sandbox.admin.until(() => sandbox.admin.requestCount('yixin', 'verifyCode') === 1);
    await expect(start(client, card)).rejects.toMatchObject({ code: 'illegal-state', status: 409 });
    expect(sandbox.admin.sms({ user: card.user })).toHaveLength(1);
    // No answer: unknown, and the binding keeps its last certain state.
    expect(await checking).toMatchObject({ status: 'awaiting_code', operation: { outcome: 'unknown' } });
  });
});

describe('for one phone', () => {
  /** Cards of one phone, each of another user. */
  const cardsOf = (phone: string, count: number): Card[] =>
    Array.from({ length: count }, () => ({ ...bankCard(), phone }));

  test('so many SMS go out in an hour, whatever the cards and the process', async () => {
    const { clients, closeSecond } = await twoProcesses({ SMS_PER_PHONE_AND_HOUR: '2' });
    const [one, two, three, four] = cardsOf('13900000001', 4) as [Card, Card, Card, Card];
    await start(clients[0], one);
    await start(clients[1], two);
    const refusal = await start(clients[0], three).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'sms-limit', status: 429 });
    expect((refusal as GatewayProblem).retryAfterMs).toBeGreaterThan(3_500_000);
    expect(gateway.sandbox.admin.sms({ phone: '13900000001' })).toHaveLength(2);
    expect(await start(clients[0], bankCard())).toMatchObject({ status: 'awaiting_code' });

    await ageSms(gateway, '61 minutes');
    await start(clients[1], three);
    await start(clients[0], four);
    expect(gateway.sandbox.admin.sms({ phone: '13900000001' })).toHaveLength(4);
    await closeSecond();
  });

  test('those of another tenant neither count nor show', async () => {
    gateway = await startGateway({ settings: { SMS_PER_PHONE_AND_HOUR: '2', SMS_PER_PHONE_AND_DAY: '3' } });
    const { client, owner, sandbox } = gateway;
    const phone = '13900000005';
    const [one, two, three, four] = cardsOf(phone, 4) as [Card, Card, Card, Card];
    await start(client, one);
    await start(client, two);
    await owner.query("UPDATE bindings SET tenant = 'other', account = 'other-yixin'");
    await start(client, three);
    await start(client, four);
    await expect(start(client, { ...bankCard(), phone })).rejects.toMatchObject({ code: 'sms-limit' });
    expect(sandbox.admin.sms({ phone })).toHaveLength(4);
  });

  test('so many SMS go out in a day', async () => {
    gateway = await startGateway({ settings: { SMS_PER_PHONE_AND_HOUR: '2', SMS_PER_PHONE_AND_DAY: '3' } });
    const { client, sandbox } = gateway;
    const [one, two, three, four] = cardsOf('13900000002', 4) as [Card, Card, Card, Card];
    await start(client, one);
    await start(client, two);
    await ageSms(gateway, '2 hours');
    await start(client, three);
    await ageSms(gateway, '2 hours');
    const refusal = await start(client, four).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'sms-limit', status: 429 });
    // The first of them was four hours ago: a day from then.
    expect((refusal as GatewayProblem).retryAfterMs).toBeGreaterThan(19 * 3_600_000);
    expect((refusal as GatewayProblem).retryAfterMs).toBeLessThanOrEqual(20 * 3_600_000);
    await ageSms(gateway, '21 hours');
    await start(client, four);
    expect(sandbox.admin.sms({ phone: '13900000002' })).toHaveLength(4);
  });

  test('eight starts at once for eight cards over two processes send what is allowed', async () => {
    const { clients, closeSecond } = await twoProcesses({ SMS_PER_PHONE_AND_HOUR: '3' });
    const outcomes = await race(clients, cardsOf('13900000003', 8));
    expect(outcomes).toEqual([...repeated(5, '429 sms-limit'), ...repeated(3, 'awaiting_code')]);
    expect(gateway.sandbox.admin.sms({ phone: '13900000003' })).toHaveLength(3);
    await closeSecond();
  });

  test('the same number in another spelling is the same phone', async () => {
    gateway = await startGateway({ settings: { SMS_PER_PHONE_AND_HOUR: '1' } });
    const { client, sandbox } = gateway;
    const [one, ...others] = cardsOf('13900000004', 4) as [Card, ...Card[]];
    await start(client, one);
    for (const [index, phone] of ['+13900000004', '+8613900000004', '008613900000004'].entries()) {
      const body = { ...one, ...others[index], phone };
      await expect(start(client, body)).rejects.toMatchObject({ code: 'sms-limit' });
    }
    expect(sandbox.admin.sms()).toHaveLength(1);
  });

  test('what sent no SMS does not count', async () => {
    gateway = await startGateway({ settings: { SMS_PER_PHONE_AND_HOUR: '1' } });
    const { client, sandbox } = gateway;
    const [declined, bound, last] = cardsOf('13900000005', 3) as [Card, Card, Card];
    const order = { ...declined, user: 'unknown-to-yixin' };
    await expect(start(client, order)).rejects.toMatchObject({ code: 'refused-by-provider' });
    const { user, cardNumber: cardNo, phone } = bound;
    sandbox.admin.yixin.seedCards({ user, cards: [{ cardNo, phone }] });
    expect(await start(client, bound)).toMatchObject({ status: 'not_required' });
    expect(await start(client, last)).toMatchObject({ status: 'awaiting_code' });
    expect(sandbox.admin.sms()).toHaveLength(1);
  });
});

function pick<T extends object, Name extends keyof T>(value: T, ...names: Name[]): Pick<T, Name> {
  return Object.fromEntries(names.map((name) => [name, value[name]])) as Pick<T, Name>;
}
