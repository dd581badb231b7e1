import { afterAll, beforeAll, expect, test } from 'vitest';
import { startReceiver, type Receiver } from '../callbacks/testing/receiver.ts';
import { startSandbox, type Sandbox } from '../index.ts';
import { signedNotification } from './sign.ts';

let merchant: Receiver;
let sandbox: Sandbox;
beforeAll(async () => {
  merchant = await startReceiver(({ fields }) => ({ body: String(fields['transactionId']) }));
  sandbox = await startSandbox({ callbacks: { targets: { onerway: merchant.url } } });
});
afterAll(async () => {
  await sandbox.close();
  await merchant.close();
});

test('a token that was bound is told as BIND_CARD and as SALE, a subscription as SALE with its contract', async () => {
  const { onerway, callbacks } = sandbox.admin;
  onerway.seedTokens({ merchantCustId: 'c', tokens: [{}] });
  onerway.seedTokens({ merchantCustId: 'c', kind: 'SUBSCRIBE', tokens: [{ cardBinCountry: '' }] });
  onerway.notify({ txnType: 'REFUND', status: 'F', transactionId: '1900000000000000017' });
  await callbacks.idle();
  const [bound, subscribed] = onerway.tokens().slice(-2);
  const told = merchant.received.map(({ fields }) => fields);
  expect(told).toMatchObject([
    { notifyType: 'TXN', txnType: 'BIND_CARD', orderAmount: '0.00', tokenId: bound?.token.tokenId, status: 'S' },
    { notifyType: 'TXN', txnType: 'SALE', tokenId: bound?.token.tokenId, cardBinCountry: 'US' },
    { txnType: 'SALE', tokenId: subscribed?.token.tokenId, contractId: expect.stringMatching(/^\d{19}$/) },
    { txnType: 'REFUND', status: 'F', transactionId: '1900000000000000017' },
  ]);
  expect(told[0]?.['merchantTxnId']).toBe(told[1]?.['merchantTxnId']);
  expect(new Set(told.map((fields) => fields['transactionId'])).size).toBe(4);
  // onerway.md §6.1: all but the exclusion list is signed; every value is text.
  for (const { sign, ...fields } of told) {
    expect(signedNotification(fields, sandbox.credentials.onerway.secretKey)['sign']).toBe(sign);
    expect(Object.values(fields).every((value) => typeof value === 'string')).toBe(true);
  }
  expect(callbacks.sent({ acknowledged: true }).map(({ kind }) => kind)).toEqual([
    'BIND_CARD',
    'SALE',
    'SALE',
    'REFUND',
  ]);
});
