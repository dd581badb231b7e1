import type { CallbacksFacet, ReceivedCallback } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { openAdapter } from './testing/account.ts';

/** The document's own sample (§5.1), its number made up. */
const sample = {
  card_id: 'cid_sxdwXPRxtXt6Ch4n',
  order_id: 'ord_5uY0AjUE',
  out_order_id: 'platform_ord_5uY0AjUE',
  app_id: 100005,
  bin_id: 'cpi_6530de6a2f1c7',
  holder_id: '',
  card_no: '907152573585214424064',
  balance: 10,
  limit: 10,
  expiry: '03/28',
  cvv: '345',
  pin: '7788',
  status: 2,
  use_at: '2025-03-03 02:42:11',
  close_at: '',
  end_at: '',
  mark: '',
};
const noon = Date.parse('2026-11-22T12:00:00Z');

function callbacks(changes: Record<string, unknown> = {}): CallbacksFacet {
  const host = { send: () => Promise.reject(new Error('a callback asks nobody')), now: () => noon };
  const facet = openAdapter('https://issuer.example', host, changes).callbacks;
  if (facet === undefined) throw new Error('the adapter lacks its facet');
  return facet;
}

function received(body: unknown, changes: Partial<ReceivedCallback> = {}): ReceivedCallback {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { headers: {}, body: Buffer.from(text), receivedAt: noon, ...changes };
}

function accepted(facet: CallbacksFacet, callback: ReceivedCallback) {
  const verdict = facet.receive(callback);
  if (verdict.kind !== 'accepted') throw new Error(`refused: ${verdict.why}`);
  return verdict;
}

describe('a card status event', () => {
  test.each([
    ['as in the sample, without a tag', sample],
    ['wrapped with its tag', { eventTag: 'card.status.freeze', data: sample }],
    ['with the tag beside the fields', { eventTag: 'card.status.closed', ...sample }],
    ['behind a byte order mark', `\uFEFF${JSON.stringify(sample)}`],
  ])('%s says: read this card again', (_, body) => {
    const facet = callbacks();
    expect(facet.isUnsigned).toBe(true);
    const { record } = accepted(facet, received(body));
    expect(facet.eventOf(record)).toEqual({ kind: 'card_hint', cardRef: sample.card_id });
  });

  test('leaves neither number, security code, PIN nor amount in its record', () => {
    const { record } = accepted(callbacks(), received({ eventTag: 'card.status.active', data: sample }));
    expect(JSON.parse(record)).toEqual({ eventTag: 'card.status.active', card: sample.card_id });
  });

  test('carries its tag in the header of the settings', () => {
    const facet = callbacks({ eventTagHeader: 'X-Event-Tag' });
    const { record } = accepted(facet, received(sample, { headers: { 'x-event-tag': 'card.status.lost' } }));
    expect(JSON.parse(record)).toMatchObject({ eventTag: 'card.status.lost' });
  });

  test('is one with all others of its card, whatever they say and whenever they come', () => {
    const facet = callbacks();
    const keyOf = (body: object, receivedAt = noon) => accepted(facet, received(body, { receivedAt })).deduplicationKey;
    expect(keyOf({ ...sample, status: 3, balance: 11 }, noon + 3_600_000)).toBe(keyOf(sample));
    expect(keyOf({ eventTag: 'card.status.freeze', data: sample })).toBe(keyOf(sample));
    expect(keyOf({ ...sample, card_id: 'cid_another' })).not.toBe(keyOf(sample));
  });

  test.each([
    ['no JSON', 'card frozen'],
    ['no object', '[]'],
    ['no card', '{"eventTag":"card.status.freeze","data":{}}'],
    ['an id that is too long', JSON.stringify({ card_id: 'x'.repeat(65) })],
  ])('%s is refused', (_, body) => {
    expect(callbacks().receive(received(body))).toEqual({ kind: 'refused', why: 'unreadable' });
  });

  test('is acknowledged by the body of the settings', () => {
    expect(callbacks().acknowledge('', null)).toEqual({
      contentType: 'application/json',
      body: '{"code":0,"message":"success"}',
    });
    expect(callbacks({ acknowledgement: 'OK' }).acknowledge('', null).body).toBe('OK');
  });
});
