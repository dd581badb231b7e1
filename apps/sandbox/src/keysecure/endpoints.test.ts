import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../index.ts';
import { caller, lastDay, type Caller, type Fields } from './testing/caller.ts';

let sandbox: Sandbox;
let callers: Record<'credit' | 'auth', Caller>;
/** Of each merchant: a holder, a virtual card that is active, a transaction. */
let made: Record<'credit' | 'auth', { holder: string; card: string; consumption: string }>;
beforeAll(async () => {
  sandbox = await startSandbox({
    keysecure: {
      cardDelayMs: 0,
      apiKeys: [
        { apiKey: 'credit', mode: 'CREDIT_EXTENSION' },
        { apiKey: 'auth', mode: 'AUTHORIZATION' },
        { apiKey: 'no-pci', mode: 'CREDIT_EXTENSION', pci: false },
      ],
    },
  });
  callers = { credit: caller(sandbox), auth: caller(sandbox, 'AUTHORIZATION') };
  const card = async (we: Caller, product: Fields) => {
    const holder = await we.cardholder(`holder-${we.account.apiKey}`);
    const order = { cardholder_no: holder, card_unique_no: `card-${we.account.apiKey}`, card_type: 'Virtual' };
    const { data } = await we.post('card/apply', { ...order, ...product });
    const { card_no: no } = data as { card_no: string };
    const consumption = `X-${we.account.apiKey}`;
    const seed = { type: 'Consumption', amount: '1.00', consumeNo: consumption };
    sandbox.admin.keysecure.seedConsumptions({ cardNo: no, consumptions: [seed] });
    return { holder, card: no, consumption };
  };
  made = {
    credit: await card(callers.credit, { package_no: 'PKG2026000001' }),
    auth: await card(callers.auth, { card_bin_no: 'BIN2026000001' }),
  };
});
afterAll(() => sandbox.close());

type Asked = [method: 'GET' | 'POST', path: string, fields?: Fields];
type Endpoint = (own: (typeof made)['credit'], window: Fields) => Asked;
const move = { transfer_unique_no: 'endpoints', type: 'In', balance: '1.00' };

/** keysecure.md §5, row by row; how the card of the test, a virtual one, is answered in each mode. */
const endpoints: [path: string, endpoint: Endpoint, credit: number, auth: number][] = [
  ['merchant/token', () => ['GET', 'merchant/token'], 0, 0],
  ['cardholder/apply', () => ['POST', 'cardholder/apply', {}], 1004, 1004],
  ['cardholder/list', (_, window) => ['POST', 'cardholder/list', window], 0, 0],
  ['cardholder/info', ({ holder }) => ['GET', `cardholder/${holder}/info`], 0, 0],
  ['card/apply', ({ holder }) => ['POST', 'card/apply', { cardholder_no: holder }], 1004, 1004],
  ['card/list', (_, window) => ['POST', 'card/list', window], 0, 0],
  ['card/detail', ({ card }) => ['GET', `card/${card}/detail`], 0, 0],
  ['card/private/info', ({ card }) => ['GET', `card/${card}/private/info`], 0, 0],
  [
    'card/active',
    ({ holder, card }) => [
      'POST',
      'card/active',
      { cardholder_no: holder, card_no: card, card_last_no: '0000', cvv: 'ryMXQWnYGPmjvAQEVF9Bnw==' },
    ],
    1004,
    1004,
  ],
  [
    'card/status/update',
    ({ card }) => ['POST', 'card/status/update', { card_no: card, status: 'Activated' }],
    4005,
    4005,
  ],
  [
    'card/pin/set',
    ({ holder, card }) => ['POST', 'card/pin/set', { cardholder_no: holder, card_no: card, pin: '258036' }],
    1004,
    1004,
  ],
  ['card/consume/info', ({ consumption }) => ['GET', `card/consume/${consumption}/info`], 0, 0],
  ['card/consume/list', (_, window) => ['POST', 'card/consume/list', window], 0, 0],
  ['merchant/client/token', ({ card }) => ['GET', `merchant/client/${card}/token`], 0, 0],
  ['account/transfer', ({ holder }) => ['POST', 'account/transfer', { ...move, cardholder_no: holder }], 0, 1012],
  ['account/info', ({ holder }) => ['GET', `account/${holder}/info`], 0, 1012],
  ['account/transfer/list', (_, window) => ['POST', 'account/transfer/list', window], 0, 1012],
  ['card/package/list', () => ['POST', 'card/package/list', {}], 0, 1012],
  ['card/support/bins', () => ['POST', 'card/support/bins', {}], 1012, 0],
];

test.each(endpoints)('%s: %#, credit %i, authorisation %i', async (_name, endpoint, credit, auth) => {
  for (const [mode, code] of [
    ['credit', credit],
    ['auth', auth],
  ] as const) {
    const [method, path, fields = {}] = endpoint(made[mode], lastDay(sandbox));
    const we = callers[mode];
    const reply = await (method === 'GET' ? we.get(path) : we.post(path, fields));
    expect(reply).toMatchObject({ code });
  }
});

test('all nineteen, each known to faults and counts by its word', () => {
  expect(endpoints).toHaveLength(19);
  const counted = sandbox.admin.requests({ provider: 'keysecure' }).counts.map(({ operation }) => operation);
  expect(new Set(counted)).toEqual(new Set(endpoints.map(([name]) => name)));
});

test('a client token is another one each time, for a card that exists and is made', async () => {
  const { card } = made.credit;
  const token = (no: string) => callers.credit.get(`merchant/client/${no}/token`);
  const [first, second] = [await token(card), await token(card)];
  expect(first.data).toEqual({ client_access_token: expect.stringMatching(/^[0-9a-f]{48}$/), expires_in: 300 });
  expect(second.data).not.toEqual(first.data);
  expect(await token('C404')).toMatchObject({ code: 4902 });
  sandbox.admin.keysecure.updateCard(card, { status: 'Pending' });
  expect(await token(card)).toMatchObject({ code: 4005 });
  sandbox.admin.keysecure.updateCard(card, { status: 'Activated' });
  expect(sandbox.admin.ledger({ effect: 'client_token_issued', reference: card }).length).toBeGreaterThanOrEqual(2);
});

test('without PCI neither private info nor a client token: 1013, and nothing is shown', async () => {
  const noPci = { 'Api-Key': 'no-pci' };
  const fetched = await callers.credit.newToken(noPci);
  const headers = { ...noPci, 'Access-Token': (fetched.data as { access_token: string }).access_token };
  for (const path of [`card/${made.credit.card}/private/info`, `merchant/client/${made.credit.card}/token`]) {
    expect(await callers.credit.get(path, headers)).toMatchObject({ code: 1013 });
  }
  const shown = () => sandbox.admin.ledger({ effect: 'private_info_shown', reference: made.credit.card }).length;
  const before = shown();
  await callers.credit.newToken();
  expect(await callers.credit.get(`card/${made.credit.card}/private/info`)).toMatchObject({ code: 0 });
  expect(shown()).toBe(before + 1);
});
