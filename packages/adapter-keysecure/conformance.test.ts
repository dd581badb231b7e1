import {
  conformance,
  type ConformanceCall,
  json,
  type Reply,
  type SeenRequest,
} from '@card-gateway/adapter-kit/testing';
import { type CardChange, type Outcome, type ProviderAdapter, type ProviderCall, Secret } from '@card-gateway/core';
import {
  accessToken,
  apiKey,
  apiSecret,
  bodyOf,
  encrypted,
  failure,
  fixture,
  type KeySecureAdapter,
  lookUpOf,
  openAdapter,
  success,
  tokenPath,
  tokenReply,
} from './testing/account.ts';

const shareToken = 'sumsub-share-canary-9b1f';
const address = {
  firstName: 'Adacanary',
  lastName: 'Lovelacecanary',
  phoneCode: '44',
  phone: '2079460018',
  country: 'GB',
  state: 'Statecanary',
  city: 'Citycanary',
  line1: '1 Canary Street',
  line2: 'Flat Canary',
  postalCode: 'N1 9GU',
};
const pin = '258036';
const pan = '4111111111111111';
const frameToken = 'frame-token-canary-2d77';
const privateInfo = encrypted(fixture('private-info.json'));
const canaries = [
  apiKey,
  apiSecret,
  pin,
  pan,
  frameToken,
  privateInfo,
  // The CVV and the PIN as they are sent; three digits alone could stand anywhere, controls.test.ts looks for them.
  'zNkSeANebsT6uK05MK4mkA',
  'UuIadr1JQpxw4miKUSg/2w',
  accessToken,
  shareToken,
  ...Object.values(address).filter((part) => part !== '44' && part !== 'GB'),
];

// Rows with every member of the documents that is read.
const cardRow = {
  card_no: 'C1',
  card_unique_no: 'card_1',
  cardholder_no: 'U1',
  card_type: 'Virtual',
  card_last_no: '4242',
  organization: 'VISA',
  status: 'Pending',
  time: 1716307200000,
};
const cardholderRow = {
  cardholder_no: 'U1',
  cardholder_unique_no: 'chd_1',
  email: '',
  fail_reason: 'the picture is blurred',
  status: 'Rejected',
  time: 1716307200000,
};
const limits = {
  limit_balance: '1',
  limit_week_balance: '2',
  limit_atm_day_balance: '3',
  limit_atm_month_balance: '4',
};
const packageRow = {
  package_no: 'P1',
  package_en_name: 'Gold',
  package_cn_name: '金卡',
  card_bin: '428801',
  organization: 'VISA',
  package_type: 'Virtual',
  consumption_limit: limits,
};
const binRow = {
  card_bin_no: 'B1',
  card_bin: '428801',
  organization: 'VISA',
  support_physical: true,
  support_virtual: true,
  currencies: ['USD', 'EUR'],
  balance_limit: limits,
};
const transferRow = {
  transfer_no: 'M1',
  transfer_unique_no: 'tfr_1',
  cardholder_no: 'U1',
  type: 'In',
  balance: '1.00',
  before_balance: '0.00',
  after_balance: '1.00',
  status: 'Success',
  time: 1716307200000,
};
const accountRow = {
  cardholder_no: 'U1',
  symbol: 'TUSDT',
  symbol_chain: 'TRC20',
  balance: '1.00',
  usd_balance: '1.00',
  bonus_balance: '0.00',
  usd_bonus_balance: '0.00',
};
const order = {
  reference: 'card_1',
  productRef: 'P1',
  cardholderRef: 'U1',
  form: 'physical',
  address,
} as const;
const transfer = { reference: 'tfr_1', cardholderRef: 'U1', direction: 'in', amount: '1.00' } as const;
const transactionRow = {
  consume_no: 'T1',
  consume_relate_no: 'T0',
  card_no: 'C1',
  type: 'Consumption',
  amount: '1.00',
  local_amount: '7.20',
  local_currency: 'CNY',
  fee: '0.10',
  fee_detail: [{ fee_type: 'Consume_fee', amount: '0.10' }],
  merchant_info: { merchant_name: 'Shop', merchant_mcc: '5411', city: 'Singapore', country: 'SG' },
  status: 'Success',
  time: 1716307200000,
};
const question = { cardRef: 'C1', from: new Date('2026-05-01T00:00:00Z'), to: new Date('2026-05-22T00:00:00Z') };
const sent = { sentAt: new Date('2026-05-22T10:00:00Z') };

const aside = (request: SeenRequest): Reply | null => (request.path === tokenPath ? tokenReply() : null);
/** A provider that repeats in its message what it was sent, the secrets first. */
const failing = (code: number) => (request: SeenRequest) => {
  const { sumsub_share_token: token = '', address_info: address = {} } = bodyOf(request);
  const { 'api-key': key, 'access-token': access } = request.headers;
  return failure(code, [key, access, token, ...Object.values(address as object), pin, pan, request.body].join(' '));
};
const unlistedCode = failing(4999);

function calling(act: (adapter: KeySecureAdapter, call: ProviderCall) => Promise<Outcome<unknown>>) {
  return (adapter: ProviderAdapter, call: ProviderCall): Promise<Outcome<unknown>> =>
    act(adapter as KeySecureAdapter, call);
}

const card = { providerRef: 'C1', cardholderRef: 'U1' };
const change = (order: CardChange, code: number) => ({
  name: `cardControls.change ${order.kind}`,
  call: calling((adapter, call) => adapter.cardControls.change(card, order, call)),
  success: () => success({ result: true }),
  unlistedCode,
  refusal: failing(code),
});

const issue = {
  name: 'issuing.issue',
  call: calling((adapter, call) => adapter.issuing.issue(order, call)),
  success: (request: SeenRequest) => success({ card_no: 'C1', card_unique_no: bodyOf(request)['card_unique_no'] }),
  unlistedCode,
  refusal: failing(2007),
};

const page = {
  name: 'products.page',
  call: calling((adapter, call) => adapter.products.page(null, call)),
  unlistedCode,
  refusal: failing(1012),
};

const creditCalls: readonly ConformanceCall[] = [
  { ...page, success: () => success({ list: [packageRow, packageRow] }) },
  issue,
  {
    name: 'cardholders.apply',
    call: calling((adapter, call) =>
      adapter.cardholders.apply(
        { reference: 'chd_1', identity: { kind: 'sumsub' as const, shareToken: new Secret(shareToken) } },
        call,
      ),
    ),
    success: () => success({ cardholder_no: 'U1', cardholder_unique_no: 'chd_1' }),
    unlistedCode,
    refusal: failing(2005),
  },
  {
    name: 'cardholders.reapply',
    call: calling(({ cardholders }, call) => {
      const application = {
        reference: 'chd_1',
        providerRef: 'U1',
        identity: { kind: 'sumsub' as const, shareToken: new Secret(shareToken) },
      };
      return cardholders.reapply?.(application, call) ?? Promise.reject(new Error('it cannot apply again'));
    }),
    success: () => success({ cardholder_no: 'U1', cardholder_unique_no: 'chd_1' }),
    unlistedCode,
    refusal: failing(2004),
  },
  {
    name: 'cardholders.read',
    call: calling((adapter, call) => adapter.cardholders.read('U1', call)),
    success: () => success(cardholderRow),
    unlistedCode,
    refusal: failing(2002),
  },
  {
    name: 'cardholders.reconciliation.find',
    call: calling((adapter, call) =>
      lookUpOf(adapter.cardholders.reconciliation).find({ reference: 'chd_1', ...sent }, call),
    ),
    success: () => success({ list: [cardholderRow] }),
    unlistedCode,
    refusal: failing(1019),
  },
  {
    name: 'issuing.reconciliation.find',
    call: calling((adapter, call) =>
      lookUpOf(adapter.issuing.reconciliation).find({ reference: 'card_1', ...sent }, call),
    ),
    success: () => success({ list: [cardRow] }),
    unlistedCode,
    refusal: failing(1020),
  },
  {
    name: 'cards.page',
    call: calling((adapter, call) => adapter.cards.page(null, call)),
    success: () => success({ list: [cardRow] }),
    unlistedCode,
    refusal: failing(1009),
  },
  {
    name: 'cards.read',
    call: calling((adapter, call) => adapter.cards.read({ providerRef: 'C1', pan: null }, call)),
    success: () => success(cardRow),
    unlistedCode,
    refusal: () => json({ code: 1003, msg: 'IP address not allowed' }),
  },
  change({ kind: 'activate', cvv: new Secret('123'), last4: '4242' }, 1004),
  change({ kind: 'freeze' }, 1009),
  change({ kind: 'unfreeze' }, 1009),
  change({ kind: 'cancel' }, 1009),
  {
    name: 'reveal.card',
    call: calling((adapter, call) => adapter.reveal.card({ providerRef: 'C202605220001', pan: null }, call)),
    success: () => json({ code: 0, msg: `Success: ${pan}, CVV 123`, data: privateInfo }),
    changed: (change) => success(encrypted(change(fixture('private-info.json')))),
    unlistedCode,
    refusal: failing(1013),
  },
  {
    name: 'transactions.page',
    call: calling((adapter, call) => adapter.transactions.page({ ...question, next: null }, call)),
    success: () => success({ list: [transactionRow] }),
    unlistedCode,
    refusal: failing(1020),
  },
  {
    name: 'transactions.read',
    call: calling((adapter, call) => adapter.transactions.read('T1', call)),
    success: () => success(transactionRow),
    unlistedCode,
    refusal: failing(1009),
  },
  {
    name: 'transfers.send',
    call: calling((adapter, call) => adapter.transfers.send(transfer, call)),
    success: () => success({ ...transferRow, status: undefined }),
    unlistedCode,
    refusal: failing(2002),
  },
  {
    name: 'transfers.reconciliation.find',
    call: calling((adapter, call) =>
      lookUpOf(adapter.transfers.reconciliation).find({ reference: transfer.reference, ...sent }, call),
    ),
    success: () => success({ list: [transferRow] }),
    unlistedCode,
    refusal: failing(1019),
  },
  {
    name: 'transfers.balances',
    call: calling((adapter, call) => adapter.transfers.balances('U1', call)),
    success: () => success({ list: [accountRow] }),
    unlistedCode,
    refusal: failing(2002),
  },
  {
    name: 'frameTokens.issue',
    call: calling((adapter, call) => adapter.frameTokens.issue({ providerRef: 'C1' }, call)),
    success: () =>
      json({ code: 0, msg: `token ${frameToken}`, data: { client_access_token: frameToken, expires_in: 300 } }),
    unlistedCode,
    refusal: failing(1015),
  },
  change({ kind: 'setPin', pin: new Secret(pin) }, 4016),
];

conformance({
  provider: 'keysecure in credit mode',
  open: (baseUrl, host) => openAdapter(baseUrl, host),
  aside,
  canaries,
  calls: creditCalls,
});

conformance({
  provider: 'keysecure in authorization mode',
  open: (baseUrl, host) => openAdapter(baseUrl, host, { mode: 'authorization' }),
  aside,
  canaries,
  calls: [{ ...page, success: () => success({ list: [binRow, binRow] }) }, issue],
  callsElsewhere: creditCalls,
});
