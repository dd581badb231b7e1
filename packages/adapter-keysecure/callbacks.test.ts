import { describe, expect, test } from 'vitest';
import { openAccount, success } from './testing/account.ts';
import {
  callbackBody,
  cardUpdate,
  consumption,
  facet,
  question,
  received,
  type Sample,
  signatureOf,
} from './testing/callback.ts';

describe('what they say', () => {
  async function eventOf(action: string, sample: Sample): Promise<unknown> {
    const callbacks = await facet();
    const verdict = callbacks.receive(received(callbackBody(action, sample.data), signatureOf(sample.text)));
    if (verdict.kind !== 'accepted') throw new Error(verdict.why);
    const event = callbacks.eventOf(verdict.record);
    expect((await facet()).eventOf(verdict.record)).toEqual(event);
    // Before records had a form of their own, the body was kept.
    expect(callbacks.eventOf(callbackBody(action, sample.data))).toEqual(event);
    return event;
  }

  test("a card's change, by the document's vector", async () => {
    expect(signatureOf(cardUpdate.text)).toBe('6b096f070afb2870df1f96c69ecd98ac4e76eb5b867c53b0ea73546767ce152f');
    expect(await eventOf('Card_update', cardUpdate)).toEqual({
      kind: 'card_changed',
      cardRef: 'C202605220001',
      status: 'active',
      providerStatus: 'Activated',
      at: new Date(1716307200000),
    });
  });

  test('the same behind a byte order mark', async () => {
    const callbacks = await facet();
    const body = `\uFEFF${callbackBody('Card_update', cardUpdate.data)}`;
    const verdict = callbacks.receive(received(body, signatureOf(cardUpdate.text)));
    if (verdict.kind !== 'accepted') throw new Error(verdict.why);
    expect(callbacks.eventOf(verdict.record)).toMatchObject({ kind: 'card_changed', cardRef: 'C202605220001' });
  });

  test('a transaction, its amounts to the digit', async () => {
    expect(await eventOf('Consumption', consumption)).toEqual({
      kind: 'transaction',
      transaction: {
        providerRef: 'T1',
        cardRef: 'C1',
        type: 'purchase',
        providerType: 'Consumption',
        status: 'succeeded',
        providerStatus: 'Success',
        amount: '100.00',
        relatedRef: null,
        localAmount: '92.50',
        localCurrency: 'EUR',
        fee: '1.50',
        fees: [{ type: 'Consume_fee', amount: '1.50' }],
        merchant: { name: 'Shop', categoryCode: '5411', city: 'Paris', country: 'FR' },
        modifiedAt: new Date(1716307200000),
      },
    });
  });

  test('a payment that waits for a decision', async () => {
    expect(await eventOf('Auth', question)).toEqual({
      kind: 'authorization',
      request: {
        transactionRef: 'T1',
        cardRef: 'C1',
        cardholderRef: 'U1',
        providerType: 'Consumption',
        amount: '100.00',
        localAmount: '92.50',
        localCurrency: 'EUR',
        merchant: { name: 'Shop', categoryCode: '5411', city: 'Paris', country: 'FR' },
        at: new Date(1716307200000),
      },
    });
  });

  test('the record is the same whatever the bytes were, and holds only documented members that are signed', async () => {
    const callbacks = await facet();
    const records = [
      callbackBody('Card_update', cardUpdate.data),
      callbackBody('Card_update', cardUpdate.data.replace('{', '{ "cardholder_no": null,\n'), 'another'),
      callbackBody('Card_update', `{"reason":"",${cardUpdate.data.slice(1).replace('"reason":"",', '')}`),
    ].map((body) => {
      const verdict = callbacks.receive(received(body, signatureOf(cardUpdate.text)));
      return verdict.kind === 'accepted' && verdict.record;
    });
    expect(new Set(records)).toEqual(
      new Set([
        '{"action":"Card_update","data":{"after_status":"Activated","before_status":"Pending","card_no":"C202605220001","reason":"","time":1716307200000}}',
      ]),
    );
  });

  test.each(['', 'x', '{}', '{"id":"","action":"Card_update","data":{}}'])('"%s" is no record', async (record) => {
    const callbacks = await facet();
    expect(() => callbacks.eventOf(record)).toThrow('not a record');
  });
});

test('they are acknowledged to the letter', async () => {
  const callbacks = await facet();
  const record = callbackBody('Auth', question.data);
  const accepted = { contentType: 'application/json', body: '{"code":0,"message":""}' };
  expect(callbacks.acknowledge(callbackBody('Card_update', cardUpdate.data), null)).toEqual(accepted);
  expect(callbacks.acknowledge(record, 'approve')).toEqual(accepted);
  const declined = JSON.parse(callbacks.acknowledge(record, 'decline').body) as { code: number; message: string };
  expect(declined.code).not.toBe(0);
  expect(declined.message).not.toBe('');
});

test('without apiSecret there are none, and the gap says why', async () => {
  const account = await openAccount(() => success({}));
  const adapter = account.adapter({ apiSecret: undefined });
  expect(adapter).not.toHaveProperty('callbacks');
  expect(adapter.gaps.callbacks).toMatchObject({ state: 'needs-settings' });
});
