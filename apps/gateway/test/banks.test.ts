import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { everythingStored, tracesIn } from './setup/traces.ts';

const cardNumber = '6217009876501234';
const user = 'user-banks';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());
beforeEach(() => gateway.sandbox.admin.clearFaults());

test('the banks of a user come with their limits as the provider wrote them, in a unit that nobody has confirmed', async () => {
  const { data } = await gateway.client.listBanks({ query: { account: 'yixin', user } });
  expect(data).toHaveLength(15);
  expect(data.find(({ code }) => code === 'CCB')).toEqual({
    code: 'CCB',
    name: '建设银行',
    perTransaction: '5000000',
    perDay: '20000000',
    unit: null,
  });
});

test('the unit of the limits is a setting', async () => {
  const confirmed = await startGateway({
    account: (name, settings) => (name === 'yixin' ? { ...settings, limitUnit: 'fen' } : settings),
  });
  const { data } = await confirmed.client.listBanks({ query: { account: 'yixin', user } });
  await confirmed.close();
  expect(new Set(data.map(({ unit }) => unit))).toEqual(new Set(['fen']));
});

describe('the issuer of a card', () => {
  test('is looked up by its number, of which the answer shows first six and last four', async () => {
    const asked = { account: 'yixin', cardNumber: '6217 0098 7650 1234' };
    expect(await gateway.client.lookUpIssuer({ body: asked })).toEqual({
      provider: 'yixin',
      account: 'yixin',
      maskedNumber: '621700******1234',
      bank: { code: 'CCB', name: '建设银行' },
    });
  });

  test('that the provider does not know is no bank of ours to guess', async () => {
    // How cardBank answers an unknown number is not documented: an envelope code, of which no list is published.
    const unknown = gateway.client.lookUpIssuer({ body: { account: 'yixin', cardNumber: '4111222233334444' } });
    await expect(unknown).rejects.toMatchObject({
      code: 'refused-by-provider',
      status: 422,
      problem: { detail: 'The provider names no bank of this card.', provider: { name: 'yixin', code: '9009' } },
    });
  });

  test.each(['62170098765', '6217-0098-7650-1234-0000-0000-00', 'card'])(
    'needs a card number, not %s',
    async (text) => {
      const { client, sandbox } = gateway;
      const count = sandbox.admin.requestCount('yixin', 'cardBank');
      await expect(client.lookUpIssuer({ body: { account: 'yixin', cardNumber: text } })).rejects.toMatchObject({
        code: 'invalid-request',
        problem: { errors: [{ pointer: '/cardNumber' }] },
      });
      expect(sandbox.admin.requestCount('yixin', 'cardBank')).toBe(count);
    },
  );
});

describe('a binding check', () => {
  test('says whether this user must still bind this card, and sends no SMS', async () => {
    const { client, sandbox } = gateway;
    const body = { account: 'yixin', user, cardNumber };
    expect(await client.checkBinding({ body })).toEqual({
      provider: 'yixin',
      account: 'yixin',
      user,
      maskedNumber: '621700******1234',
      bindingRequired: true,
    });
    sandbox.admin.yixin.seedCards({ user, cards: [{ cardNo: cardNumber, phone: '13800000001' }] });
    expect(await client.checkBinding({ body })).toMatchObject({ bindingRequired: false });
    expect(await client.checkBinding({ body: { ...body, user: 'somebody-else' } })).toMatchObject({
      bindingRequired: true,
    });
    expect(sandbox.admin.sms()).toEqual([]);
    expect((await client.listBindings({ query: { account: 'yixin' } })).data).toEqual([]);
  });
});

describe('these reads', () => {
  test('fail openly when the provider is away', async () => {
    const { client, sandbox } = gateway;
    sandbox.admin.addFault({ provider: 'yixin', operation: 'bankList', fault: 'reset' });
    await expect(client.listBanks({ query: { account: 'yixin', user } })).rejects.toMatchObject({
      code: 'provider-unavailable',
      status: 503,
      retryAfterMs: 5000,
    });
    sandbox.admin.addFault({ provider: 'yixin', operation: 'needCardSign', fault: 'unlisted_code' });
    await expect(client.checkBinding({ body: { account: 'yixin', user, cardNumber } })).rejects.toMatchObject({
      code: 'provider-error',
      status: 502,
    });
    expect((await client.listBanks({ query: { account: 'yixin', user } })).data).toHaveLength(15);
  });

  test('are not to be had of an account without them', async () => {
    const { client } = gateway;
    const asks = [
      client.listBanks({ query: { account: 'onerway', user } }),
      client.lookUpIssuer({ body: { account: 'keysecure', cardNumber } }),
      client.checkBinding({ body: { account: 'open-api', user, cardNumber } }),
    ];
    for (const ask of asks) await expect(ask).rejects.toMatchObject({ code: 'not-supported', status: 422 });
  });

  test("want the end user's address where the account sets none", async () => {
    const strict = await startGateway({ account: (_name, { userIp: _dropped, ...settings }) => settings });
    try {
      const { client, sandbox } = strict;
      await expect(client.listBanks({ query: { account: 'yixin', user } })).rejects.toMatchObject({
        status: 400,
        problem: { errors: [{ pointer: 'query/userIp' }] },
      });
      for (const ask of [
        client.lookUpIssuer({ body: { account: 'yixin', cardNumber } }),
        client.checkBinding({ body: { account: 'yixin', user, cardNumber } }),
      ]) {
        await expect(ask).rejects.toMatchObject({ status: 400, problem: { errors: [{ pointer: '/userIp' }] } });
      }
      expect(sandbox.admin.requests().requests).toEqual([]);
      const given = await client.listBanks({ query: { account: 'yixin', user, userIp: '2001:db8::7' } });
      expect(given.data).toHaveLength(15);
    } finally {
      await strict.close();
    }
  });

  test('leave no card number behind', async () => {
    expect(tracesIn(gateway.log(), [cardNumber, '4111222233334444'])).toEqual([]);
    expect(tracesIn(await everythingStored(gateway.pool), [cardNumber])).toEqual([]);
  });
});
