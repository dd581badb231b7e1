import { conformance, facet, json } from '@card-gateway/adapter-kit/testing';
import { Pan } from '@card-gateway/core';
import { fixture, key, openAdapter } from './testing/account.ts';

const number = '999999000001529';
const pan = Pan.parse(number);
const cardId = '82cc95353d901fbcda9fe1385f68f29a';
const cards = fixture('card-list.reply.json')
  .replace('"cvv":"715"', '"cvv":"cvv-canary"')
  .replace('"pin":""', '"pin":"pin-canary"');
const echoing = JSON.stringify({
  code: 40001,
  message: `key ${key} of customer 10000011 / app 100001 may not see ${number}`,
});

/** Every member of §3.1. */
const walletRow = {
  record_id: 'ord_1',
  transaction_id: '10002024020407465400001000100182e74f720f9df26d',
  out_transaction_id: 'pm_h1',
  in_out_type: 1,
  transaction_type: 3,
  transaction_desc: 'exchange',
  amount: 10.5,
  currency: 'USD',
  before_balance: 0,
  after_balance: 10.5,
  status: 2,
  reject_reason: '',
  remark: '',
  transaction_time: '2024-02-04 07:46:54',
  create_at: '2024-02-04 07:46:54',
};

conformance({
  provider: 'open-api',
  open: (baseUrl, host) => openAdapter(baseUrl, host, { walletTransactionPath: 'wallet/transactionDetail' }),
  canaries: [key, '10000011', number, 'cvv-canary', 'pin-canary'],
  calls: [
    {
      name: 'products.page',
      call: (adapter, call) => facet(adapter, 'products').page(null, call),
      success: () => json(fixture('bin-list.reply.json')),
      unlistedCode: () => json(echoing),
      refusal: () => json('', 401),
    },
    {
      name: 'cards.page',
      call: (adapter, call) => facet(adapter, 'cards').page(null, call),
      success: () => json(cards),
      unlistedCode: () => json(echoing),
      refusal: () => json('', 401),
    },
    {
      name: 'cards.read',
      call: (adapter, call) => facet(adapter, 'cards').read({ providerRef: cardId, pan }, call),
      success: () => json(cards),
      unlistedCode: () => json(echoing),
      refusal: () => json('', 401),
    },
    {
      name: 'reveal.card',
      call: (adapter, call) => facet(adapter, 'reveal').card({ providerRef: cardId, pan }, call),
      success: () => json(fixture('card-list.reply.json')),
      unlistedCode: () => json(echoing),
      refusal: () => json('', 401),
    },
    {
      name: 'wallet.read',
      call: (adapter, call) => facet(adapter, 'wallet').read(walletRow.transaction_id, call),
      success: () => json({ code: 0, message: 'success', data: { transaction_list: [walletRow, walletRow] } }),
      unlistedCode: () => json(echoing),
      refusal: () => json('', 401),
    },
  ],
});
