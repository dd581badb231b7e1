import { type CallbackVerdict, Secret } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { apiSecret, call, fixture, openAccount, success } from './testing/account.ts';
import {
  callbackBody,
  cardUpdate,
  consumption,
  facet,
  question,
  received,
  type Sample,
  signatureOf,
  signing,
} from './testing/callback.ts';

const samples = [
  ['Card_update', cardUpdate],
  ['Consumption', consumption],
  ['Auth', question],
] as const;

/** Inputs of a signature besides the data. */
const frame = { appId: signing.appId, timestamp: signing.timestamp };

function keyOf(verdict: CallbackVerdict): string {
  if (verdict.kind !== 'accepted') throw new Error(verdict.why);
  return verdict.deduplicationKey;
}

describe('what is refused', () => {
  test.each(samples)(
    '%s: every flip of one bit, or it is the same callback',
    async (action, sample) => {
      const callbacks = await facet();
      const body = Buffer.from(callbackBody(action, sample.data));
      const signature = signatureOf(sample.text);
      const genuine = callbacks.receive(received(body, signature));
      keyOf(genuine);
      // Unsigned parts: the id, and a null member.
      const unsigned = ['"id":"push-1"', '"remark":null'].flatMap((part) => {
        const at = body.indexOf(part);
        return at < 0 ? [] : [{ from: at, to: at + part.length }];
      });
      const flipped = (bytes: Buffer, bit: number): Buffer => {
        const copy = Buffer.from(bytes);
        copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        return copy;
      };
      for (let bit = 0; bit < body.length * 8; bit += 1) {
        const verdict = callbacks.receive(received(flipped(body, bit), signature));
        const isUnsigned = unsigned.some(({ from, to }) => bit >> 3 >= from && bit >> 3 < to);
        if (isUnsigned && verdict.kind === 'accepted') expect(verdict).toEqual(genuine);
        else expect(verdict.kind).toBe('refused');
      }
      for (const [name, text] of Object.entries({ signature, timestamp: signing.timestamp, 'sign-version': 'V1' })) {
        for (let bit = 0; bit < text.length * 8; bit += 1) {
          const header = flipped(Buffer.from(text), bit).toString('latin1');
          expect(callbacks.receive(received(body, signature, { [name]: header })).kind).toBe('refused');
        }
      }
    },
    60_000,
  );

  test('a callback without signature, timestamp or a known version', async () => {
    const callbacks = await facet();
    const body = callbackBody('Card_update', cardUpdate.data);
    const signature = signatureOf(cardUpdate.text);
    const verdict = (headers: Record<string, string | undefined>) =>
      callbacks.receive(received(body, signature, headers));
    expect(verdict({ signature: undefined })).toEqual({ kind: 'refused', why: 'unsigned' });
    expect(verdict({ timestamp: undefined })).toEqual({ kind: 'refused', why: 'unsigned' });
    expect(verdict({ 'sign-version': 'V2' })).toEqual({ kind: 'refused', why: 'bad_signature' });
    // V1 is the default where the header is left out (§2.1).
    expect(verdict({ 'sign-version': undefined }).kind).toBe('accepted');
    expect(callbacks.isUnsigned).toBe(false);
  });

  test('by the shape of its signature and by its time before its body is looked at', async () => {
    const callbacks = await facet();
    const why = (signature: string, timestamp = signing.timestamp) =>
      callbacks.receive(received('no JSON', signature, { timestamp }));
    const shaped = 'f'.repeat(64);
    for (const unshaped of [shaped.slice(1), `${shaped}f`, 'F'.repeat(64), `${shaped} `, 'g'.repeat(64)]) {
      expect(why(unshaped)).toEqual({ kind: 'refused', why: 'bad_signature' });
    }
    expect(why(shaped, '1716300000000')).toEqual({ kind: 'refused', why: 'stale' });
    expect(why(shaped)).toEqual({ kind: 'refused', why: 'unreadable' });
  });

  test('a callback signed by somebody else, or for another merchant', async () => {
    const body = callbackBody('Card_update', cardUpdate.data);
    const refusal = { kind: 'refused', why: 'bad_signature' };
    const other = signatureOf(cardUpdate.text, 'fedcba9876543210');
    expect((await facet()).receive(received(body, other))).toEqual(refusal);
    const apiKey = new Secret('another_key');
    expect((await facet({ apiKey })).receive(received(body, signatureOf(cardUpdate.text)))).toEqual(refusal);
  });

  test('one of the secret before is taken while that is set', async () => {
    const callbacks = await facet({
      apiSecret: new Secret('fedcba9876543210'),
      previousApiSecret: new Secret(apiSecret),
    });
    const body = callbackBody('Card_update', cardUpdate.data);
    expect(callbacks.receive(received(body, signatureOf(cardUpdate.text))).kind).toBe('accepted');
  });

  test('one too old or too new, by the setting', async () => {
    const callback = received(callbackBody('Card_update', cardUpdate.data), signatureOf(cardUpdate.text));
    const verdict = async (late: number, settings = {}) =>
      (await facet(settings)).receive({ ...callback, receivedAt: callback.receivedAt + late });
    expect((await verdict(300_000)).kind).toBe('accepted');
    expect((await verdict(-300_000)).kind).toBe('accepted');
    expect(await verdict(300_001)).toEqual({ kind: 'refused', why: 'stale' });
    expect(await verdict(-300_001)).toEqual({ kind: 'refused', why: 'stale' });
    expect(await verdict(2000, { callbackWindowMs: 1000 })).toEqual({ kind: 'refused', why: 'stale' });
  });

  test('by the clock of the provider, as its answers show it', async () => {
    const hourMs = 3_600_000;
    const sentAt = Number(signing.timestamp);
    const account = await openAccount(() => success({ list: [] }, { date: new Date(sentAt + hourMs).toUTCString() }));
    const adapter = account.adapter({ apiKey: new Secret(signing.appId) }, () => sentAt);
    const callback = received(callbackBody('Card_update', cardUpdate.data), signatureOf(cardUpdate.text));
    const verdict = (receivedAt: number) => adapter.callbacks.receive({ ...callback, receivedAt });
    expect(verdict(sentAt - hourMs)).toEqual({ kind: 'refused', why: 'stale' });
    await adapter.products.page(null, call);
    expect(verdict(sentAt - hourMs).kind).toBe('accepted');
    expect(verdict(sentAt)).toEqual({ kind: 'refused', why: 'stale' });
  });

  test('a timestamp of another form, be it signed', async () => {
    const text = cardUpdate.text.replace('timestamp=1716307200000', 'timestamp=1716307200');
    const callback = received(callbackBody('Card_update', cardUpdate.data), signatureOf(text), {
      timestamp: '1716307200',
    });
    expect((await facet()).receive(callback)).toEqual({ kind: 'refused', why: 'stale' });
  });

  test.each([
    ['no JSON', 'x'],
    ['no object', '[]'],
    ['no data', '{"id":"1","action":"Auth"}'],
    ['far too many members', `{"action":"Auth","data":${JSON.stringify(Array.from({ length: 300 }, (_, at) => at))}}`],
    ['members far too deep', callbackBody('Card_update', `{"card_no":${'['.repeat(5000)}${']'.repeat(5000)}}`)],
    ['bytes that are no text', Buffer.from([0x7b, 0xff, 0x7d])],
    ["the document's example, all empty", fixture('callback-card-update.json')],
  ])('%s is unreadable or unsigned', async (_name, body) => {
    const verdict = (await facet()).receive(received(body, signatureOf(cardUpdate.text)));
    expect(verdict).toMatchObject({ kind: 'refused' });
  });
});

describe('what the signature does not cover', () => {
  test('another id is the same callback', async () => {
    const callbacks = await facet();
    const signature = signatureOf(consumption.text);
    const keys = ['push-1', 'push-2', ''].map((id) =>
      keyOf(callbacks.receive(received(callbackBody('Consumption', consumption.data, id), signature))),
    );
    expect(new Set(keys).size).toBe(1);
  });

  test('blanks, null members and members beside "data" are the same callback', async () => {
    const callbacks = await facet();
    const signature = signatureOf(cardUpdate.text);
    const plain = callbackBody('Card_update', cardUpdate.data);
    const padded = plain
      .replaceAll(',', ' ,\n')
      .replace('{', '{"more":[1.0],')
      .replace('"reason"', '"none":null,"reason"');
    expect(keyOf(callbacks.receive(received(padded, signature)))).toBe(
      keyOf(callbacks.receive(received(plain, signature))),
    );
  });

  test('the same event, sent again with a new timestamp, is one; another time is another', async () => {
    const callbacks = await facet();
    const key = (sample: Sample, timestamp = signing.timestamp): string =>
      keyOf(
        callbacks.receive(
          received(
            callbackBody('Card_update', sample.data),
            signatureOf(sample.text.replace('&timestamp=1716307200000', `&timestamp=${timestamp}`)),
            { timestamp },
          ),
        ),
      );
    const later = {
      data: cardUpdate.data.replace('1716307200000', '1716307200001'),
      text: cardUpdate.text.replace('&time=1716307200000', '&time=1716307200001'),
    };
    expect(key(cardUpdate, '1716307205000')).toBe(key(cardUpdate));
    expect(key(later)).not.toBe(key(cardUpdate));
  });

  test.each([
    ['Consumption', cardUpdate],
    ['Auth', cardUpdate],
    ['Card_update', consumption],
    ['Auth', consumption],
    ['Card_update', question],
    ['', cardUpdate],
    ['card_update', cardUpdate],
    ['Refund', consumption],
  ])('"%s" for data of another shape is refused', async (action, sample) => {
    const callback = received(callbackBody(action, sample.data), signatureOf(sample.text));
    expect((await facet()).receive(callback)).toEqual({ kind: 'refused', why: 'unreadable' });
  });

  test.each([
    ['a fee', 'fee', '0', '0'],
    ['fees', 'fee_detail', '[]', '[]'],
    ['a related one', 'consume_relate_no', '"T0"', 'T0'],
    ['a remark', 'remark', '"x"', 'x'],
    ['a detail', 'detail', '""', ''],
    ['another status', 'status', '"Success"', 'Success'],
  ])('a payment with %s does not wait for a decision', async (_name, name, literal, text) => {
    const status = name === 'status' ? '' : '"status":"Pending",';
    const data = `{"consume_no":"T1","card_no":"C1","type":"Atm","amount":1,${status}"time":1,"${name}":${literal}}`;
    const texts = { consume_no: 'T1', card_no: 'C1', type: 'Atm', amount: '1', status: 'Pending', time: '1' };
    const signed = Object.entries({ ...texts, ...frame, [name]: text }).map((pair) => pair.join('='));
    const verdict = async (action: string) =>
      (await facet()).receive(received(callbackBody(action, data), signatureOf(signed.sort().join('&'))));
    expect(await verdict('Auth')).toEqual({ kind: 'refused', why: 'unreadable' });
    expect(await verdict('Consumption')).toMatchObject({ kind: 'accepted' });
  });

  test('a pending payment passes as a transaction, which is true of it, and not for the same callback', async () => {
    const callbacks = await facet();
    const verdict = (action: string) =>
      callbacks.receive(received(callbackBody(action, question.data), signatureOf(question.text)));
    expect(callbacks.eventOf(callbackBody('Consumption', question.data))).toMatchObject({
      kind: 'transaction',
      transaction: { status: 'pending' },
    });
    expect(keyOf(verdict('Consumption'))).not.toBe(keyOf(verdict('Auth')));
  });

  test('a member hidden in another is not taken', async () => {
    const data = cardUpdate.data
      .replace('"reason":"",', '')
      .replace('"card_no":"C202605220001"', '"card_no":"C202605220001&reason="');
    const callback = received(callbackBody('Card_update', data), signatureOf(cardUpdate.text));
    expect((await facet()).receive(callback)).toEqual({ kind: 'refused', why: 'unreadable' });
  });

  test('in credit mode nobody is asked', async () => {
    const callback = received(callbackBody('Auth', question.data), signatureOf(question.text));
    expect((await facet({ mode: 'credit' })).receive(callback)).toEqual({ kind: 'refused', why: 'unreadable' });
  });
});
