import { type CallbacksFacet, type CallbackVerdict, Secret } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { sign } from './sign.ts';
import { fixture, openAccount } from './testing/account.ts';

/** The example key printed beside the published notification (onerway.md §6.1). */
const secretKey = 'de45ae6504ca46cb94ebd734bb650345';
const published = fixture('notification.json').trim();

function callbacks(changes: Record<string, unknown> = {}): CallbacksFacet {
  const host = { send: () => Promise.reject(new Error('a notification asks nobody')), now: () => 0 };
  const settings = { merchantNo: '800277', secretKey: new Secret(secretKey), ...changes };
  const facet = openAccount('https://acq.example', host, settings).callbacks;
  if (facet === undefined) throw new Error('the adapter lacks its facet');
  return facet;
}

function receive(body: string | Buffer, facet = callbacks()): CallbackVerdict {
  return facet.receive({ headers: {}, body: Buffer.from(body), receivedAt: 0 });
}

/** A notification as Onerway would sign it, from the published one. */
function notified(changes: Record<string, unknown>): string {
  const { sign: _, paymentMethod: __, ...fields } = JSON.parse(published) as Record<string, string>;
  const signed = Object.fromEntries(
    Object.entries({ ...fields, ...changes }).map(([name, value]) => [name, value as string]),
  );
  return JSON.stringify({ ...signed, sign: sign(signed, secretKey) });
}

function accepted(body: string) {
  const verdict = receive(body);
  if (verdict.kind !== 'accepted') throw new Error(`refused: ${verdict.why}`);
  return verdict;
}

describe('the published notification (§6.1)', () => {
  test('is accepted, and its bytes are what is kept', () => {
    expect(receive(published)).toMatchObject({ kind: 'accepted', record: published });
  });

  test('is accepted behind a byte order mark too', () => {
    const marked = `\uFEFF${published}`;
    expect(receive(marked)).toMatchObject({ kind: 'accepted', record: marked });
    expect(callbacks().eventOf(marked)).toEqual({ kind: 'other', name: 'SALE' });
  });

  test('is acknowledged by its bare id, without quotes (trap 12)', () => {
    expect(callbacks().acknowledge(published, null)).toEqual({
      contentType: 'text/plain',
      body: '1792734932368752640',
    });
  });

  test('is a sale, on which nothing here depends', () => {
    expect(callbacks().eventOf(published)).toEqual({ kind: 'other', name: 'SALE' });
  });

  test('is refused under another key, and as another merchant’s', () => {
    expect(receive(published, callbacks({ secretKey: new Secret('another') }))).toEqual({
      kind: 'refused',
      why: 'bad_signature',
    });
    expect(receive(published, callbacks({ merchantNo: '800209' })).kind).toBe('refused');
  });

  test('says the same or is refused after any flip of one bit, but in what the provider leaves unsigned', () => {
    const bytes = Buffer.from(published);
    const unsignedFrom = published.indexOf('"paymentMethod"');
    const unsignedTo = published.indexOf('"txnTime":');
    const passed: string[] = [];
    for (let at = 0; at < bytes.length * 8; at += 1) {
      const byte = at >> 3;
      if (byte >= unsignedFrom && byte < unsignedTo) continue;
      const altered = Buffer.from(bytes);
      altered[byte] = (altered[byte] ?? 0) ^ (1 << (at & 7));
      if (receive(altered).kind === 'accepted') passed.push(altered.toString('utf8'));
    }
    // Blank space and the names of fields that nothing depends on are not signed; what is used cannot change.
    const whole = accepted(published);
    const used = { deduplicationKey: whole.deduplicationKey, event: callbacks().eventOf(published) };
    for (const text of passed) {
      const { deduplicationKey, record } = accepted(text);
      expect({ deduplicationKey, event: callbacks().eventOf(record) }).toEqual(used);
    }
  });
});

describe('a notification with a token', () => {
  test.each([
    ['a card that was bound', { txnType: 'BIND_CARD', tokenId: 'token-1', orderAmount: '0.00' }],
    ['a sale that brings the token', { tokenId: 'token-1' }],
  ])('%s: the list of bindings may have changed', (_, changes) => {
    const { record } = accepted(notified(changes));
    expect(callbacks().eventOf(record)).toEqual({ kind: 'bindings_hint', user: null, token: 'token-1' });
  });

  test('names its customer in the field of the settings', () => {
    const { record } = accepted(notified({ txnType: 'BIND_CARD', tokenId: 't', merchantCustId: 'user-1' }));
    const facet = callbacks({ notificationCustomerField: 'merchantCustId' });
    expect(facet.eventOf(record)).toMatchObject({ kind: 'bindings_hint', user: 'user-1' });
  });
});

test('fields of kinds yet unknown are signed too (§6.1), numbers by their literal', () => {
  const plain = notified({ paymentId: '77', share: '1.50' });
  expect(receive(plain).kind).toBe('accepted');
  expect(receive(plain.replace('"1.50"', '1.50')).kind).toBe('accepted');
  expect(receive(plain.replace('"1.50"', '1.5'))).toEqual({ kind: 'refused', why: 'bad_signature' });
  expect(receive(plain.replace('"paymentId":"77"', '"paymentId":"78"')).kind).toBe('refused');
});

test('two deliveries are one by kind, transaction and state (trap 13)', () => {
  const keyOf = (changes: object) => accepted(notified({ ...changes })).deduplicationKey;
  expect(keyOf({ responseTime: '2024-05-21 10:52:03' })).toBe(keyOf({}));
  for (const other of [
    { status: 'F' },
    { txnType: 'BIND_CARD' },
    { notifyType: 'CHARGEBACK', chargebackStatus: 'NEW' },
    { notifyType: 'CHARGEBACK', chargebackStatus: 'FA' },
    { transactionId: '1792734932368752641' },
  ]) {
    expect(keyOf(other)).not.toBe(keyOf({}));
  }
});

test.each([
  ['no JSON', 'TXN', 'unreadable'],
  ['no object', '"TXN"', 'unreadable'],
  ['no signature', published.replace(/"sign":"[0-9a-f]+",/, ''), 'unsigned'],
  ['an id that is no number', notified({ transactionId: '17x' }), 'unreadable'],
  ['nested JSON that is no text', published.replace('"eci":"5"', '"eci":{"a":1}'), 'unreadable'],
  ['an altered amount', published.replace('500.00', '900.00'), 'bad_signature'],
  ['a signature in capitals', published.replace('fa58c37f', 'FA58C37F'), 'bad_signature'],
])('%s is refused', (_, body, why) => {
  expect(receive(body)).toEqual({ kind: 'refused', why });
});
