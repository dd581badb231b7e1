import { forOddJson, unstorable } from '@card-gateway/adapter-kit/testing';
import { type CallbacksFacet, type CallbackVerdict, Secret } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { sign } from './signature.ts';
import { fixture, openAdapter } from './testing/account.ts';

/** In the form of every sample. */
const token = 'f3a3e62026eab515003c3ee30ebf32386dbf6feb20fc556f3e2646b85ab5347d';

/** When the published notification came, by its own time. */
const receivedAt = Date.parse('2024-05-21T09:52:04+08:00');

/** The example key printed beside the published notification (onerway.md §6.1). */
const secretKey = 'de45ae6504ca46cb94ebd734bb650345';
const published = fixture('notification.json').trim();

function callbacks(changes: Record<string, unknown> = {}): CallbacksFacet {
  const host = { send: () => Promise.reject(new Error('a notification asks nobody')), now: () => 0 };
  const settings = { merchantNo: '800277', secretKey: new Secret(secretKey), ...changes };
  const facet = openAdapter('https://acq.example', host, settings).callbacks;
  if (facet === undefined) throw new Error('the adapter lacks its facet');
  return facet;
}

function receive(body: string | Buffer, facet = callbacks()): CallbackVerdict {
  return facet.receive({ headers: {}, body: Buffer.from(body), receivedAt });
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
  test('is accepted, and what is used of it is kept', () => {
    expect(receive(published)).toMatchObject({
      kind: 'accepted',
      record: '{"notifyType":"TXN","txnType":"SALE","transactionId":"1792734932368752640"}',
    });
    // Before records had a form of their own, the body was kept.
    expect(callbacks().eventOf(published)).toEqual(callbacks().eventOf(accepted(published).record));
  });

  test('is accepted behind a byte order mark too', () => {
    const marked = `\uFEFF${published}`;
    expect(receive(marked)).toEqual(receive(published));
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

  test('says the same or is refused after any flip of one bit', () => {
    const bytes = Buffer.from(published);
    const whole = accepted(published);
    let same = 0;
    for (let at = 0; at < bytes.length * 8; at += 1) {
      const altered = Buffer.from(bytes);
      altered[at >> 3] = (altered[at >> 3] ?? 0) ^ (1 << (at & 7));
      const verdict = receive(altered);
      if (verdict.kind === 'refused') continue;
      expect(verdict).toEqual(whole);
      same += 1;
    }
    // In what the provider leaves unsigned.
    expect(same).toBeGreaterThan(0);
  });
});

describe('a notification with a token', () => {
  test.each([
    ['a card that was bound', { txnType: 'BIND_CARD', tokenId: token, orderAmount: '0.00' }],
    ['a sale that brings the token', { tokenId: token }],
  ])('%s: the list of bindings may have changed', (_, changes) => {
    const { record } = accepted(notified(changes));
    expect(callbacks().eventOf(record)).toEqual({ kind: 'bindings_hint', user: null, token });
  });

  test('names its customer in the field of the settings', () => {
    const facet = callbacks({ notificationCustomerField: 'merchantCustId' });
    const verdict = receive(notified({ txnType: 'BIND_CARD', tokenId: token, merchantCustId: 'user-1' }), facet);
    if (verdict.kind !== 'accepted') throw new Error(verdict.why);
    expect(facet.eventOf(verdict.record)).toMatchObject({ kind: 'bindings_hint', user: 'user-1' });
  });

  test.each(['1001', '1234567890123456789', '1e3'])('or names it by a number, %s, as it stands there', (number) => {
    const facet = callbacks({ notificationCustomerField: 'merchantCustId' });
    const body = notified({ txnType: 'BIND_CARD', tokenId: token, merchantCustId: number });
    const verdict = receive(body.replace(`"${number}"`, number), facet);
    if (verdict.kind !== 'accepted') throw new Error(verdict.why);
    expect(facet.eventOf(verdict.record)).toMatchObject({ kind: 'bindings_hint', user: number });
  });
});

test('a token of another form is taken where the settings say so', () => {
  const body = notified({ txnType: 'BIND_CARD', tokenId: 'tok_1' });
  expect(receive(body, callbacks({ notificationTokens: 'any' })).kind).toBe('accepted');
  const spaced = notified({ txnType: 'BIND_CARD', tokenId: 'tok 1' });
  expect(receive(spaced, callbacks({ notificationTokens: 'any' })).kind).toBe('refused');
});

describe('a field that no document names', () => {
  const plain = notified({ arrivedBy: 'mail' });

  test('is signed (§6.1), and refused until the settings name it', () => {
    expect(receive(plain)).toEqual({ kind: 'refused', why: 'undocumented' });
    const facet = callbacks({ notificationOtherFields: ['arrivedBy'] });
    expect(receive(plain, facet).kind).toBe('accepted');
    expect(receive(plain.replace('mail', 'mai1'), facet)).toEqual({ kind: 'refused', why: 'bad_signature' });
  });
});

test('two deliveries are one by their signed text', () => {
  const keyOf = (changes: object) => accepted(notified({ ...changes })).deduplicationKey;
  expect(keyOf({ txnAmount: null, txnCurrency: '' })).toBe(keyOf({}));
  for (const other of [
    { status: 'F' },
    { responseTime: '2024-05-21 10:52:03' },
    { txnType: 'BIND_CARD', tokenId: token },
    { notifyType: 'CHARGEBACK', chargebackStatus: 'NEW' },
    { notifyType: 'CHARGEBACK', chargebackStatus: 'FA' },
    { transactionId: '1792734932368752641' },
  ]) {
    expect(keyOf(other)).not.toBe(keyOf({}));
  }
});

describe('the age of a notification', () => {
  const dayMs = 86_400_000;
  const verdict = (body: string, lateMs: number, settings = {}) =>
    callbacks(settings).receive({ headers: {}, body: Buffer.from(body), receivedAt: receivedAt + lateMs }).kind;

  test('is limited by the latest time that it tells, by the setting', () => {
    expect([verdict(published, dayMs - 2000), verdict(published, dayMs)]).toEqual(['accepted', 'refused']);
    expect([verdict(published, 2000 - dayMs), verdict(published, -dayMs - 2000)]).toEqual(['accepted', 'refused']);
    const narrow = { notificationWindowMs: 60_000 };
    expect([verdict(published, 50_000, narrow), verdict(published, 70_000, narrow)]).toEqual(['accepted', 'refused']);
    const later = notified({ responseTime: '2024-06-21 09:52:03' });
    expect([verdict(later, 0), verdict(later, 31 * dayMs)]).toEqual(['refused', 'accepted']);
    const chargedBack = notified({
      notifyType: 'CHARGEBACK',
      chargebackStatus: 'NEW',
      importTime: '2024-08-21 09:52:03',
    });
    expect(verdict(chargedBack, 92 * dayMs)).toBe('accepted');
  });

  test('is told in the zone that it names', () => {
    const elsewhere = notified({ txnTimeZone: '-05:00' });
    expect([verdict(elsewhere, 0), verdict(elsewhere, 13 * 3_600_000 + dayMs)]).toEqual(['accepted', 'refused']);
    expect(verdict(elsewhere, 12 * 3_600_000 + dayMs)).toBe('accepted');
  });

  test('is not known of one that tells no time', () => {
    const untimed = notified({ responseTime: '', txnTime: '' });
    expect(verdict(untimed, 1000 * dayMs)).toBe('accepted');
  });
});

test.each([
  ['no JSON', 'TXN', 'unreadable'],
  ['no object', '"TXN"', 'unreadable'],
  ['a list', '[]', 'unreadable'],
  [
    'far too many fields',
    JSON.stringify(Object.fromEntries(Array.from({ length: 200 }, (_, at) => [at, '']))),
    'unreadable',
  ],
  ['no signature', published.replace(/"sign":"[0-9a-f]+",/, ''), 'unsigned'],
  ['an id that is no number', notified({ transactionId: '179273493236875264x' }), 'undocumented'],
  ['an id of another length', notified({ transactionId: '17927349323687526400' }), 'undocumented'],
  ['a number that is no text', published.replace('"eci":"5"', '"eci":5'), 'unreadable'],
  ['a field twice', published.replace('"eci":"5"', '"eci":"6","eci":"5"'), 'unreadable'],
  ['a card that was bound, without its token', notified({ txnType: 'BIND_CARD' }), 'undocumented'],
  ['a token of another form', notified({ txnType: 'BIND_CARD', tokenId: token.slice(1) }), 'undocumented'],
  ['a chargeback’s field elsewhere', notified({ chargebackCode: '10' }), 'undocumented'],
  ['an amount without its currency', notified({ txnAmount: '1.00' }), 'undocumented'],
  ['nested JSON that is no text', published.replace('"eci":"5"', '"eci":{"a":1}'), 'unreadable'],
  ['an altered amount', published.replace('500.00', '900.00'), 'bad_signature'],
  ['a signature in capitals', published.replace('fa58c37f', 'FA58C37F'), 'bad_signature'],
])('%s is refused', (_, body, why) => {
  expect(receive(body)).toEqual({ kind: 'refused', why });
});

test('odd values in a signed notification throw nothing, and tell nothing that could not be stored', async () => {
  const facet = callbacks({ notificationCustomerField: 'merchantCustId' });
  const whole = notified({ txnType: 'BIND_CARD', tokenId: token, merchantCustId: 'user-1' });
  const { sign: _, ...fields } = JSON.parse(whole) as Record<string, string>;
  const kinds: string[] = [];
  await forOddJson(JSON.stringify(fields), (odd) => {
    const given = JSON.parse(odd) as Record<string, unknown>;
    const texts = Object.entries(given).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    const signature = sign(Object.fromEntries(texts) as Record<string, string>, secretKey);
    const verdict = receive(JSON.stringify({ ...given, sign: signature }), facet);
    kinds.push(verdict.kind);
    if (verdict.kind === 'accepted') expect(unstorable(facet.eventOf(verdict.record))).toEqual([]);
  });
  expect(kinds).toContain('accepted');
});
