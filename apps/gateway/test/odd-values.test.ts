import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { GatewayProblem } from '@card-gateway/client';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { post } from './setup/callbacks.ts';
import { cardMaker } from './setup/cards.ts';
import { cardOrder } from './setup/orders.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({
    account: (name, settings) => (name === 'open-api' ? { ...settings, timeZone: '-12:00' } : settings),
  });
});
afterAll(() => gateway.close());
beforeEach(() => gateway.sandbox.admin.clearFaults());

async function synced(body: { account: string; user?: string }) {
  const { client } = gateway;
  const { id } = await client.startSync({ body });
  return until(
    () => client.getSync({ params: { id } }),
    ({ status }) => status === 'succeeded' || status === 'failed',
  );
}

describe('one odd value of a provider', () => {
  test('in a row costs itself: no page, no sync, no other row', async () => {
    const { client, sandbox } = gateway;
    const { openApi } = sandbox.admin;
    openApi.seedCards({ count: 25, seed: 3, replace: true });
    const odd = [
      { use_at: '0001-01-01 00:00:00' },
      { close_at: '0000-01-01' },
      { end_at: '9999-12-31 23:59:59' },
      { holder_id: 'h'.repeat(5000) },
      { holder_id: '\uD83D' },
      { expiry: '13/99' },
      { balance: '1e3' },
      { balance: '9'.repeat(400) },
      { limit: '-0' },
    ];
    const cards = openApi.cards().slice(0, odd.length);
    cards.forEach(({ card_id: id }, index) => openApi.updateCard(id, odd[index] ?? {}));
    expect(await synced({ account: 'open-api' })).toMatchObject({
      status: 'succeeded',
      seen: 25,
      total: 25,
      unreadable: 0,
    });
    const { data } = await client.listCards({ query: { account: 'open-api', limit: 100 } });
    expect(data).toHaveLength(25);
    const known = new Map(data.map((card) => [card.providerRef, card]));
    expect(cards.map(({ card_id: id }) => known.get(id))).toMatchObject([
      { activatedAt: null },
      { cancelRequestedAt: null },
      { cancelledAt: null },
      { cardholder: null },
      { cardholder: null },
      { expiry: null },
      { balance: { amount: '1000' } },
      { balance: null },
      { totalLoaded: { amount: '0' } },
    ]);
  });

  test.each([
    ['an emoji where it is cut', `${'x '.repeat(99)}x💳💳`],
    ['a lone surrogate', 'no \uD83D such thing'],
    ['a megabyte without a blank', 'x'.repeat(900_000)],
  ])('in a message, %s, leaves a documented refusal what it is', async (_name, message) => {
    const { client, sandbox } = gateway;
    const order = await cardOrder(gateway);
    sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'refuse', code: 2007, message });
    const error: unknown = await client.issueCard({ body: order }).catch((problem: unknown) => problem);
    if (!(error instanceof GatewayProblem)) throw new Error('it was no refusal');
    expect(error.problem).toMatchObject({
      code: 'refused-by-provider',
      outcome: 'refused',
      provider: { code: '2007' },
    });
    expect(error.problem.provider?.message?.isWellFormed()).toBe(true);
    expect(await client.getOperation({ params: { id: error.problem.operation ?? '' } })).toMatchObject({
      outcome: 'refused',
      refusal: { reason: 'invalid_request' },
    });
  });

  test('in a payment that was told, or is listed, does not keep it from being shown', async () => {
    const { client, sandbox, url } = gateway;
    const { made } = await cardMaker(gateway);
    const { id, providerRef } = await made('virtual');
    const cardNo = String(providerRef);
    const told = {
      consume_no: 'T-odd-1',
      card_no: cardNo,
      type: 'Consumption',
      amount: 12.5,
      merchant_info: { merchant_name: 'Caf\uD83D', city: '💳'.repeat(300) },
      status: 'Success',
      time: Date.now(),
    };
    const callback = sandbox.admin.keysecure.callback({ action: 'Consumption', data: told });
    expect(await post(`${url}/callbacks/keysecure`, callback)).toMatchObject({ status: 200 });
    const shown = await until(
      () => client.listCardTransactions({ params: { id } }),
      ({ data }) => data.length > 0,
    );
    expect(shown.data).toMatchObject([
      { providerRef: 'T-odd-1', merchant: { name: 'Caf\uFFFD', city: '💳'.repeat(200) } },
    ]);

    const merchantInfo = { merchant_name: '\uDCB3', merchant_mcc: 'x'.repeat(5000) };
    const consumptions = [{ type: 'Consumption', amount: '1e3', merchantInfo, consumeNo: 'T-odd-2' }];
    sandbox.admin.keysecure.seedConsumptions({ cardNo, consumptions });
    const { data } = await client.listCardTransactions({ params: { id }, query: { refresh: true } });
    expect(data.find((one) => one.providerRef === 'T-odd-2')).toMatchObject({ amount: { amount: '1000' } });
  });

  test('in the list of what a user has bound removes nothing that is bound', async () => {
    const { client, sandbox } = gateway;
    const user = 'odd-user';
    const cards = ['6217000000000001111', '6217000000000002222'].map((cardNo) => ({ cardNo, phone: '13800000001' }));
    sandbox.admin.yixin.seedCards({ user, cards });
    const bound = async () => {
      const { data } = await client.listBindings({ query: { account: 'yixin', user, refresh: true } });
      return data.map(({ last4, status }) => [last4, status]);
    };
    expect(await bound()).toEqual([
      ['2222', 'bound'],
      ['1111', 'bound'],
    ]);
    // The list now shows one of them as something that is no number, and a new one beside it.
    const listed = sandbox.admin.yixin.cards().filter((card) => card.user === user);
    sandbox.admin.reset();
    sandbox.admin.yixin.seedCards({
      user,
      cards: [
        ...listed.slice(0, 1).map((card) => ({ ...card, cardNo: 'hidden' })),
        { cardNo: '6217000000000003333', phone: '13800000001' },
      ].map(({ cardNo, phone }) => ({ cardNo, phone })),
    });
    expect(await bound()).toEqual([
      ['3333', 'bound'],
      ['2222', 'bound'],
      ['1111', 'bound'],
    ]);
    expect(await synced({ account: 'yixin', user })).toMatchObject({ status: 'succeeded', seen: 1, unreadable: 1 });
  });
});
