import { type CallbackVerdict, type CardChange, type Outcome, Secret } from '@card-gateway/core';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Send, sendBy, testCall } from '@card-gateway/adapter-kit/call';
import { openTransport } from '@card-gateway/adapter-kit';
import { json } from '@card-gateway/adapter-kit/testing';
import { forOddJson } from '@card-gateway/adapter-kit/testing';
import { application, call, type HarbourAdapter, openAdapter, ordered, pin } from './testing/account.ts';
import { clientSecret, type Harbour, openHarbour, type SignedCallback } from './testing/provider.ts';
import { cvv, failure } from './testing/routes.ts';

let provider: Harbour;
let send: Send;
let now: number;
let adapter: HarbourAdapter;

beforeEach(async () => {
  provider = await openHarbour();
  const transport = openTransport({ connections: 8, connectTimeoutMs: 2000, maxResponseBytes: 1_000_000 });
  onTestFinished(async () => {
    await provider.loopback.close();
    await transport.close();
  });
  send = sendBy(transport.send);
  now = Date.parse('2026-05-22T12:00:00Z');
  adapter = openAdapter(provider.loopback.url, { send, now: () => now });
});

const issue = (): Promise<Outcome<{ readonly providerRef: string }>> => adapter.issuing.issue(ordered, call);
const page = (): Promise<Outcome<unknown>> => adapter.cards.page(null, call);
const change = (providerRef: string, wanted: CardChange): Promise<Outcome<unknown>> =>
  adapter.cardControls.change({ providerRef, cardholderRef: null }, wanted, call);

function many(count: number, act: () => Promise<Outcome<unknown>>): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, async () => (await act()).kind));
}

describe('plain REST', () => {
  test('the life of a card: POST, PUT, PATCH, DELETE, each with its own success', async () => {
    expect(await issue()).toMatchObject({ kind: 'done', value: { providerRef: 'hc_0001' } });
    expect(await change('hc_0001', { kind: 'freeze' })).toMatchObject({
      kind: 'done',
      value: { providerStatus: 'frozen' },
    });
    expect(await change('hc_0001', { kind: 'setPin', pin: new Secret(pin) })).toMatchObject({ kind: 'done' });
    expect(await change('hc_0001', { kind: 'cancel' })).toMatchObject({ kind: 'done', evidence: { httpStatus: 204 } });
    expect(provider.cards.get('hc_0001')).toMatchObject({ state: 'closed' });
    expect(provider.business().map(({ method, path, body }) => `${method} ${path} ${body}`)).toEqual([
      'POST /v2/cards {"reference":"card_01","product":"p","form":"virtual","holder":"h"}',
      'PUT /v2/cards/hc_0001/state {"state":"frozen"}',
      `PATCH /v2/cards/hc_0001 {"pin":"${pin}"}`,
      'DELETE /v2/cards/hc_0001 ',
    ]);
    expect(await change('hc_0001', { kind: 'freeze' })).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'conflict', code: 'card_closed', message: 'a closed card stays closed' },
      evidence: { httpStatus: 409 },
    });
  });

  test('a person is applied for by their own data, of which nothing is repeated', async () => {
    const applied = await adapter.cardholders.apply(application, call);
    expect(applied).toMatchObject({ kind: 'done', value: { providerRef: 'hh_0001' } });
    expect(JSON.parse(provider.business()[0]?.body ?? '')).toEqual({
      reference: 'chd_01',
      name: { given: 'Ada-canary', family: 'Lovelace-canary' },
      born: '1990-02-28',
      email: 'ada@canary.example',
      phone: '+442079460123',
      address: { lines: ['1 Canary Street'], town: 'Dover-canary', region: 'Kent', code: 'N1 9GU', country: 'GB' },
    });
    const holder = provider.holders.get('hh_0001');
    Object.assign(holder ?? {}, { state: 'rejected', reason: 'not of age' });
    expect(await adapter.cardholders.read('hh_0001', call)).toMatchObject({
      value: { status: 'rejected', ourReference: 'chd_01', failReason: 'not of age' },
    });
    provider.answer = () => failure(422, 'no_person', 'Ada-canary, born 1990-02-28, is too young');
    expect(await adapter.cardholders.apply(application, call)).toMatchObject({
      refusal: { message: '***, born ***, is too young' },
    });
  });

  test('a reveal takes two steps, and each key opens one card once', async () => {
    await issue();
    const shown = await adapter.reveal.card({ providerRef: 'hc_0001', pan: null }, call);
    if (shown.kind !== 'done') throw new Error('nothing revealed');
    const { pan, cvv: code, expiry } = shown.value;
    expect([pan.reveal(), code?.reveal(), expiry]).toEqual(['4000001234560001', cvv, '2031-09']);
    const [, first, second] = provider.business();
    expect([first?.method, first?.path, second?.path]).toEqual(['POST', '/v2/cards/hc_0001/reveals', '/v2/reveal']);
    const { answer } = provider;
    provider.answer = (request) => {
      provider.revealKeys.clear();
      return answer(request);
    };
    expect(await adapter.reveal.card({ providerRef: 'hc_0001', pan: null }, call)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'conflict', code: 'key_used' },
    });
  });

  test('a lost answer is found by our reference', async () => {
    const { answer } = provider;
    provider.answer = (request) => {
      answer(request);
      return { kind: 'reset' };
    };
    expect(await issue()).toMatchObject({ kind: 'unknown' });
    provider.answer = answer;
    const { reconciliation } = adapter.issuing;
    if (reconciliation.by !== 'look-up') throw new Error('no look-up');
    const sentAt = new Date(now);
    expect(await reconciliation.find({ reference: 'card_01', sentAt }, call)).toMatchObject({
      value: { found: true, value: { providerRef: 'hc_0001', status: 'active' } },
    });
    expect(await reconciliation.find({ reference: 'card_02', sentAt }, call)).toMatchObject({
      value: { found: false },
    });
  });

  test('pages follow the cursor of the provider, and a card that is not there is no failure', async () => {
    for (let count = 0; count < 3; count += 1) await issue();
    const first = await adapter.cards.page(null, call);
    if (first.kind !== 'done') throw new Error('no page');
    expect(await adapter.cards.page(first.value.next, call)).toMatchObject({
      value: { items: [{ providerRef: 'hc_0003' }], next: null },
    });
    expect(await adapter.cards.read({ providerRef: 'hc_0009', pan: null }, call)).toMatchObject({
      value: { found: false },
    });
  });

  test('a refusal of 4xx is certain, its text redacted, and says when to come again', async () => {
    provider.answer = () => failure(429, 'too_many', 'one moment', { 'retry-after': '7' });
    expect(await issue()).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'rate_limited', code: 'too_many', message: 'one moment', retryAfterSeconds: 7 },
    });
    provider.answer = () => failure(422, 'weak_pin', `${pin} is weak`);
    expect(await change('hc_0001', { kind: 'setPin', pin: new Secret(pin) })).toMatchObject({
      refusal: { reason: 'invalid_request', message: '*** is weak' },
    });
  });

  test.each([
    [400, 'new_code'],
    [500, 'card_limit'],
  ])('HTTP %d with %s, which is listed nowhere, is unknown', async (status, code) => {
    provider.answer = () => failure(status, code, 'no');
    expect(await issue()).toMatchObject({
      kind: 'unknown',
      why: 'unlisted_code',
      evidence: { httpStatus: status, code },
    });
  });
});

describe('OAuth client credentials', () => {
  test('fifty calls at once fetch one token, and later ones use it', async () => {
    expect(new Set(await many(50, page))).toEqual(new Set(['done']));
    await page();
    expect(provider.tokens).toHaveLength(1);
  });

  test('a token is renewed once, a minute before it expires', async () => {
    await page();
    now += 3_539_999;
    await page();
    expect(provider.tokens).toHaveLength(1);
    now += 1;
    await many(20, page);
    expect(provider.tokens).toHaveLength(2);
  });

  test('one that does not say how long it lives is used until it is refused', async () => {
    provider.tokenSeconds = null;
    await page();
    now += 30 * 86_400_000;
    await page();
    expect(provider.tokens).toHaveLength(1);
  });

  test('after a refused token one new one serves all who wait, and each call is sent once more', async () => {
    await page();
    provider.revokeTokens();
    expect(new Set(await many(20, page))).toEqual(new Set(['done']));
    expect(provider.tokens).toHaveLength(2);
  });

  test('a new token that is refused too is no reason for a third', async () => {
    provider.answer = () => failure(401, 'invalid_token', 'no');
    expect(await issue()).toMatchObject({ kind: 'refused', refusal: { code: 'invalid_token' } });
    expect([provider.tokens.length, provider.business().length]).toEqual([2, 2]);
  });

  test.each([
    ['a reset', { kind: 'reset' }, null],
    ['a 502', { kind: 'answer', status: 502, body: '<html>' }, null],
    ['no token', json({ token_type: 'bearer' }), null],
    ['a token of another type', json({ access_token: 't', token_type: 'mac' }), null],
    ['a refusal', json({ error: 'invalid_scope' }, 400), 'invalid_scope'],
  ] as const)('%s: the order was certainly not sent', async (_name, reply, code) => {
    provider.tokenAnswer = () => reply;
    expect(await issue()).toMatchObject({ kind: 'refused', refusal: { reason: 'not_sent', code } });
    expect(provider.business()).toEqual([]);
  });

  test('a token that does not come in time: not sent, and the caller waits no longer', async () => {
    provider.tokenAnswer = () => ({ kind: 'hang' });
    expect(await adapter.issuing.issue(ordered, testCall(100))).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'not_sent', code: null },
    });
  });

  test('a wrong secret is told by its code, and is not repeated', async () => {
    adapter = openAdapter(provider.loopback.url, { send, now: () => now }, 'wrong');
    const { tokenAnswer } = provider;
    provider.tokenAnswer = (request) => {
      const reply = tokenAnswer(request);
      return reply.kind === 'answer' ? { ...reply, body: String(reply.body).replace(clientSecret, 'wrong') } : reply;
    };
    expect(await issue()).toMatchObject({
      refusal: { reason: 'not_sent', code: 'invalid_client', message: 'unknown: ***' },
    });
  });
});

describe('callbacks signed with keys that are fetched and change', () => {
  const receive = (sent: SignedCallback = provider.callback('hc_1', 'frozen', now)): CallbackVerdict =>
    adapter.callbacks.receive({ ...sent, body: Buffer.from(sent.body), receivedAt: now });
  const fetchKeys = async (): Promise<Outcome<null>> => {
    const outcome = await adapter.callbacks.fetchKeys?.(call);
    if (outcome === undefined) throw new Error('no keys to fetch');
    return outcome;
  };
  const asked = (): number => provider.loopback.requests.filter(({ path }) => path === '/keys').length;
  const unknownKey = { kind: 'refused', why: 'unknown_key' };

  test('a genuine one is taken once its key is known, and says what it says', async () => {
    expect(receive()).toEqual(unknownKey);
    expect(await fetchKeys()).toMatchObject({ kind: 'done' });
    const verdict = receive();
    if (verdict.kind !== 'accepted') throw new Error(verdict.why);
    expect(adapter.callbacks.eventOf(verdict.record)).toMatchObject({
      kind: 'card_changed',
      cardRef: 'hc_1',
      status: 'frozen',
      at: new Date(now),
    });
  });

  test('one that was altered, is too old, or says what no document describes is refused', async () => {
    await fetchKeys();
    const { body, headers } = provider.callback('hc_1', 'frozen', now);
    expect(receive({ headers, body: body.replace('hc_1', 'hc_2') })).toEqual({ kind: 'refused', why: 'bad_signature' });
    const later = String(now / 1000 + 1);
    expect(receive({ headers: { ...headers, 'harbour-timestamp': later }, body })).toMatchObject({
      why: 'bad_signature',
    });
    expect(receive({ headers: {}, body })).toMatchObject({ why: 'unsigned' });
    expect(receive(provider.callback('hc_1', 'frozen', now - 86_400_000))).toMatchObject({ why: 'stale' });
    expect(receive(provider.callback('', 'frozen', now))).toMatchObject({ why: 'undocumented' });
    expect(receive({ headers: { ...headers, 'harbour-key': 'odd' }, body })).toEqual(unknownKey);
  });

  test('a new key beside the old one, then alone: the old one is forgotten', async () => {
    await fetchKeys();
    const old = provider.callback('hc_1', 'frozen', now);
    provider.rotateKey('key-2', true);
    expect(receive()).toEqual(unknownKey);
    now += 10_000;
    await fetchKeys();
    expect([receive().kind, receive(old).kind]).toEqual(['accepted', 'accepted']);
    provider.rotateKey('key-3');
    now += 10_000;
    await fetchKeys();
    expect(receive().kind).toBe('accepted');
    expect(receive(old)).toEqual(unknownKey);
  });

  test('a key that was taken back is believed for an hour at most', async () => {
    await fetchKeys();
    now += 3_599_999;
    expect(receive().kind).toBe('accepted');
    now += 1;
    expect(receive()).toEqual(unknownKey);
  });

  test('however many ask at once, and whatever key ids a forger names, one request is sent in ten seconds', async () => {
    expect(await many(20, fetchKeys)).toEqual(Array<string>(20).fill('done'));
    now += 9_999;
    expect(await fetchKeys()).toMatchObject({ kind: 'refused', refusal: { reason: 'not_sent' } });
    expect(asked()).toBe(1);
    now += 1;
    await fetchKeys();
    expect(asked()).toBe(2);
  });

  test('an odd key is none, and throws nothing', async () => {
    const reply = provider.keysAnswer();
    if (reply.kind !== 'answer') throw new Error('no keys');
    await forOddJson(String(reply.body), async (odd) => {
      now += 10_000;
      provider.keysAnswer = () => json(odd);
      expect(['done', 'unknown']).toContain((await fetchKeys()).kind);
      receive();
    });
  }, 30_000);

  test('keys that cannot be fetched leave those that are known', async () => {
    await fetchKeys();
    now += 10_000;
    provider.keysAnswer = () => json({ keys: 'none' });
    expect(await fetchKeys()).toMatchObject({ kind: 'unknown' });
    expect(receive().kind).toBe('accepted');
  });
});
