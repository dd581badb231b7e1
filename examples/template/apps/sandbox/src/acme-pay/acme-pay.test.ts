import { expect, test } from 'vitest';

test('an order makes one card, which the ledger shows', () => {
  expect.fail('apps/sandbox/src/acme-pay/acme-pay.test.ts: order a card as acme-pay.md §3 says, and read the ledger');
});
