import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startSandbox, type Forgery, type Sandbox } from '../index.ts';
import { keysecureSign } from '../keysecure/callback.ts';
import { caller, type Caller } from '../keysecure/testing/caller.ts';
import { onerwaySign } from '../onerway/sign.ts';
import { keysecureYes, startReceiver, type Receiver } from './testing/receiver.ts';

let sandbox: Sandbox;
let admin: Sandbox['admin'];
let merchant: Receiver;
let credit: Caller;
beforeAll(async () => {
  sandbox = await startSandbox({ callbacks: { pauseMs: 1 } });
  admin = sandbox.admin;
  merchant = await startReceiver();
});
beforeEach(async () => {
  admin.reset();
  admin.callbacks.target('keysecure', merchant.url);
  merchant.received.length = 0;
  merchant.says = () => ({ body: keysecureYes });
  credit = caller(sandbox);
  const order = { card_unique_no: 'card-1', card_type: 'Virtual', package_no: 'PKG2026000001' };
  await credit.post('card/apply', { cardholder_no: await credit.cardholder('user-1'), ...order });
  admin.keysecure.updateCard('card-1', { status: 'Activated' });
  await admin.callbacks.idle();
});
afterAll(async () => {
  await sandbox.close();
  await merchant.close();
});

const verified = ({ headers, body }: { headers: Record<string, string>; body: Buffer }) => {
  const { apiKey: appId, apiSecret: secretKey } = credit.account;
  const { data } = JSON.parse(body.toString()) as { data: Record<string, unknown> };
  return keysecureSign(data, { appId, secretKey, timestamp: headers['Timestamp'] ?? '' }) === headers['Signature'];
};
test('replayed: the very bytes, and the answer handed back', async () => {
  merchant.says = () => ({ status: 409, body: 'seen' });
  const { delivery } = await admin.callbacks.forge({ provider: 'keysecure', kind: 'replayed' });
  expect(delivery).toMatchObject({ status: 409, body: 'seen', acknowledged: false, forged: 'replayed', attempt: 1 });
  const [first, second] = merchant.received;
  expect(second?.body).toBe(first?.body);
  expect(second?.headers['signature']).toBe(first?.headers['signature']);
  expect(admin.callbacks.sent({ forged: 'replayed' })).toHaveLength(1);
  expect(merchant.received).toHaveLength(2);
});

test('wrong signature, altered body, stale: one thing is wrong with each', async () => {
  const forge = (forgery: Forgery) => admin.callbacks.forge(forgery);
  const wrong = await forge({ provider: 'keysecure', kind: 'wrong-signature' });
  expect(verified(wrong)).toBe(false);
  expect(wrong.body.toString()).toBe(merchant.received[0]?.body);
  const altered = await forge({ provider: 'keysecure', kind: 'altered-body', change: { after_status: 'Delete' } });
  expect(verified(altered)).toBe(false);
  expect(merchant.received.at(-1)?.fields).toMatchObject({ data: { after_status: 'Delete' } });
  const stale = await forge({ provider: 'keysecure', kind: 'stale', ageMs: 3_600_000 });
  expect(verified(stale)).toBe(true);
  expect(Number(stale.headers['Timestamp'])).toBeLessThanOrEqual(Date.now() - 3_600_000);
  expect(stale.body.toString()).toBe(merchant.received[0]?.body);
});

test('one bit, of the body or of a header, at its place', async () => {
  const original = Buffer.from(merchant.received[0]?.body ?? '');
  const flip = (bit: number, where?: string) =>
    admin.callbacks.forge({ provider: 'keysecure', kind: 'flipped-bit', bit, where, send: false });
  const { body, delivery } = await flip(8 * 5 + 7);
  expect(delivery).toBeNull();
  expect(body.length).toBe(original.length);
  expect([...body].map((byte, index) => byte ^ (original[index] ?? 0)).filter((byte) => byte !== 0)).toEqual([128]);
  expect((body[5] ?? 0) ^ (original[5] ?? 0)).toBe(128);
  const { headers } = await flip(0, 'Signature');
  const before = String(merchant.received[0]?.headers['signature']);
  expect(headers['Signature']?.slice(1)).toBe(before.slice(1));
  expect(headers['Signature']?.charCodeAt(0)).toBe(before.charCodeAt(0) ^ 1);
  await expect(flip(8 * original.length)).rejects.toThrow('no bit');
  expect(merchant.received).toHaveLength(1);
  // Bytes that are no text arrive as they are; a header that HTTP cannot carry is not sent.
  const sent = await admin.callbacks.forge({ provider: 'keysecure', kind: 'flipped-bit', bit: 7 });
  expect(sent.delivery).toMatchObject({ status: 200, forged: 'flipped-bit' });
  const never = await admin.callbacks.forge({
    provider: 'keysecure',
    kind: 'flipped-bit',
    bit: 5,
    where: 'Timestamp',
  });
  expect(never.delivery).toMatchObject({ status: null, error: 'ERR_INVALID_CHAR' });
  expect(merchant.received).toHaveLength(2);
});

test('Onerway: the hash in the body; OPEN-API has nothing to forge but its body', async () => {
  admin.callbacks.target('onerway', merchant.url);
  const of = admin.onerway.notification({ txnType: 'BIND_CARD', transactionId: '19', tokenId: 'aa' });
  const wrong = await admin.callbacks.forge({ provider: 'onerway', kind: 'wrong-signature', of });
  const { sign, ...fields } = JSON.parse(wrong.body.toString()) as Record<string, string>;
  expect(fields).toEqual({ txnType: 'BIND_CARD', transactionId: '19', tokenId: 'aa' });
  expect(sign).toMatch(/^[0-9a-f]{64}$/);
  expect(sign).not.toBe(onerwaySign(fields, sandbox.credentials.onerway.secretKey));
  merchant.says = () => ({ body: '19' });
  const again = await admin.callbacks.forge({ provider: 'onerway', kind: 'replayed', of });
  expect(again.delivery).toMatchObject({ acknowledged: true, id: '19' });
  const unsigned = { headers: {}, body: '{"eventTag":"card.status.freeze","data":{"card_id":"a"}}' };
  const altered = await admin.callbacks.forge({
    provider: 'open-api',
    kind: 'altered-body',
    of: unsigned,
    change: { card_id: 'b' },
    send: false,
  });
  expect(altered.body.toString()).toBe(unsigned.body.replace('"a"', '"b"'));
  for (const kind of ['wrong-signature', 'stale'] as const) {
    await expect(admin.callbacks.forge({ provider: 'open-api', kind, of: unsigned })).rejects.toThrow(Error);
  }
});
