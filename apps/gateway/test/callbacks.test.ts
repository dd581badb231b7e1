import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  cardUpdate,
  countCallbacks,
  type Message,
  post,
  secretPath,
  takingCallbacks,
  processedCallbacks,
} from './setup/callbacks.ts';
import { callbackSettings } from '../src/accounts/callback-settings.ts';
import { problemOf } from './setup/call.ts';
import { cardMaker } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { startRelay } from './setup/relay.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;
let admin: TestGateway['sandbox']['admin'];
let made: Awaited<ReturnType<typeof cardMaker>>['made'];
beforeAll(async () => {
  gateway = await startGateway({
    ...takingCallbacks,
    callbacks: (name) =>
      name === 'other-keysecure'
        ? { callbacks: callbackSettings.parse({ allowFrom: ['203.0.113.0/24', '2001:db8::/32'] }) }
        : takingCallbacks.callbacks(name),
    settings: {
      HTTP_TRUSTED_PROXIES: '127.0.0.1',
      CALLBACK_HINT_INTERVAL_MS: '300',
    },
  });
  ({ admin } = gateway.sandbox);
  ({ made } = await cardMaker(gateway));
  admin.openApi.seedCards({ count: 5, replace: true });
  const sync = await gateway.client.startSync({ body: { account: 'open-api' } });
  await until(
    () => gateway.client.getSync({ params: { id: sync.id } }),
    ({ status }) => status === 'succeeded',
  );
});
afterAll(() => gateway.close());
beforeEach(() => admin.clearFaults());

const at = (path: string): string => `${gateway.url}/callbacks/${path}`;
const accepted = '{"code":0,"message":""}';

/** A callback sent ten times at once, all acknowledged alike; it is one row, which was worked. */
async function expectOneEffect(path: string, message: Message, acknowledgement: string): Promise<void> {
  const before = new Set((await processedCallbacks(gateway)).map(({ id }) => id));
  const answers = await Promise.all(Array.from({ length: 10 }, () => post(at(path), message)));
  expect(answers.map(({ status, text }) => [status, text])).toEqual(answers.map(() => [200, acknowledgement]));
  const rows = (await processedCallbacks(gateway)).filter(({ id }) => !before.has(id));
  expect(rows).toMatchObject([{ deliveries: 10, state: 'processed', failure: null, processedAt: expect.any(String) }]);
}

describe('sent ten times at once, it is acknowledged ten times, stored once and has one effect:', () => {
  test('a change of a card (KeySecure)', async () => {
    const card = await made('physical');
    admin.keysecure.updateCard(card.id, { status: 'Activated' });
    await expectOneEffect(
      'keysecure',
      cardUpdate(gateway, { cardNo: card.providerRef ?? '', to: 'Activated' }),
      accepted,
    );
    expect(await gateway.client.getCard({ params: { id: card.id } })).toMatchObject({
      status: 'active',
      providerStatus: 'Activated',
    });
  });

  test('a transaction (KeySecure)', async () => {
    const card = await made('virtual');
    const data = {
      consume_no: 'X-ten-times',
      card_no: card.providerRef,
      cardholder_no: 'H1',
      type: 'Consumption',
      amount: 20.5,
      local_amount: 20.5,
      local_currency: 'USD',
      merchant_info: { merchant_name: 'A Shop', merchant_mcc: '5411', city: 'London', country: 'GB' },
      status: 'Success',
      time: Date.now(),
    };
    await expectOneEffect('keysecure', admin.keysecure.callback({ action: 'Consumption', data }), accepted);
    const { rows } = await gateway.pool.query('SELECT * FROM card_transactions WHERE card_ref = $1', [
      card.providerRef,
    ]);
    expect(rows).toMatchObject([{ provider_ref: 'X-ten-times', amount: '20.5', status: 'succeeded' }]);
  });

  test('a hint to read a card again (OPEN-API), of which nothing but the card’s id is kept', async () => {
    const [card] = admin.openApi.cards();
    const to = card?.status === 3 ? 2 : 3;
    admin.openApi.updateCard(card?.card_id ?? '', { status: to });
    const asked = admin.requestCount('open-api', 'cardList');
    const body = JSON.stringify({ eventTag: 'card.status.freeze', data: { ...card, status: 7, cvv: '345' } });
    await expectOneEffect(`open-api/${secretPath}`, { body }, '{"code":0,"message":"success"}');
    // One that comes after the card was read is a new reason to read it.
    expect(admin.requestCount('open-api', 'cardList')).toBeGreaterThan(asked);
    const { data } = await gateway.client.listCards({ query: { account: 'open-api' } });
    const shown = data.find(({ providerRef }) => providerRef === card?.card_id);
    expect(shown).toMatchObject({ status: to === 3 ? 'frozen' : 'active' });
  });

  test('a hint with the same content as one that was worked already: the card may have changed again', async () => {
    const [, card] = admin.openApi.cards();
    const body = JSON.stringify({ eventTag: 'card.status.freeze', data: { ...card, status: 3 } });
    for (const status of [3, 2]) {
      admin.openApi.updateCard(card?.card_id ?? '', { status });
      expect(await post(at(`open-api/${secretPath}`), { body })).toMatchObject({ status: 200 });
      await processedCallbacks(gateway);
      const { data } = await gateway.client.listCards({ query: { account: 'open-api', limit: 200 } });
      const shown = data.find(({ providerRef }) => providerRef === card?.card_id);
      expect(shown).toMatchObject({ status: status === 3 ? 'frozen' : 'active' });
    }
  });

  test('a token that was bound (Onerway), acknowledged by its bare id', async () => {
    admin.onerway.seedTokens({ merchantCustId: 'user-ten', tokens: [{}, {}] });
    const asked = admin.requestCount('onerway', 'queryTokenList');
    const transactionId = '1798262509925699584';
    const notification = admin.onerway.notification({
      notifyType: 'TXN',
      txnType: 'BIND_CARD',
      transactionId,
      merchantNo: gateway.sandbox.credentials.onerway.merchantNo,
      merchantCustId: 'user-ten',
      status: 'S',
      tokenId: 'a'.repeat(64),
    });
    await expectOneEffect('onerway', notification, transactionId);
    // Once for each kind of binding that the account has.
    expect(admin.requestCount('onerway', 'queryTokenList')).toBe(asked + 2);
    const { data } = await gateway.client.listBindings({ query: { account: 'onerway', user: 'user-ten' } });
    expect(data).toHaveLength(2);
  });

  test('something on which nothing here depends (Onerway)', async () => {
    const transactionId = '1798262509925699585';
    const { merchantNo } = gateway.sandbox.credentials.onerway;
    const fields = { notifyType: 'TXN', txnType: 'SALE', transactionId, merchantNo, status: 'S' };
    await expectOneEffect('onerway', admin.onerway.notification(fields), transactionId);
  });
});

test('a notification cut anew under its own signature is the same one, and that it says something else is told', async () => {
  const { merchantNo } = gateway.sandbox.credentials.onerway;
  const transactionId = '1798262509925699599';
  const told = {
    notifyType: 'TXN',
    txnType: 'BIND_CARD',
    transactionId,
    merchantNo,
    status: 'S',
    tokenId: 'c'.repeat(64),
  };
  const genuine = admin.onerway.notification({ ...told, eci: '5', merchantCustId: 'user-cut' });
  const recut = { ...(JSON.parse(genuine.body) as Record<string, string>), merchantCustId: '5user-cut', eci: '' };
  const count = async (result: string): Promise<number> => {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    return Number(
      new RegExp(`gateway_callbacks_total\\{account="onerway",result="${result}"\\} (\\d+)`).exec(text)?.[1] ?? 0,
    );
  };
  const [before, rows] = [await count('repeated_differently'), await countCallbacks(gateway)];
  for (const message of [genuine, { ...genuine, body: JSON.stringify(recut) }, genuine]) {
    expect(await post(at('onerway'), message)).toMatchObject({ status: 200, text: transactionId });
  }
  expect(await countCallbacks(gateway)).toBe(rows + 1);
  expect(await count('repeated_differently')).toBe(before + 1);
  const [line, ...others] = gateway
    .log()
    .split('\n')
    .filter((one) => one.includes('differs from the stored one'));
  expect(others).toEqual([]);
  const [stored] = await processedCallbacks(gateway);
  expect(JSON.parse(line ?? '{}')).toMatchObject({ account: 'onerway', callback: stored?.id });
  expect(stored).toMatchObject({ deliveries: 3 });
});

test('a token without its user makes the lists be read of those who are known to have it', async () => {
  const { merchantNo } = gateway.sandbox.credentials.onerway;
  admin.onerway.seedTokens({ merchantCustId: 'user-known', tokens: [{}] });
  await gateway.client.listBindings({
    query: { account: 'onerway', user: 'user-known', kind: 'token', refresh: true },
  });
  // The same token at another account is a user of that one, of whom this account is not asked.
  await gateway.pool.query(
    `INSERT INTO bindings (id, tenant, provider, account, user_ref, kind, provider_ref, status, masked_number, bin, last4,
       token_sealed, token_fingerprint, created_at, updated_at)
     SELECT gen_random_uuid(), tenant, provider, 'onerway-elsewhere', 'user-elsewhere', kind, provider_ref, status, masked_number,
       bin, last4, token_sealed, token_fingerprint, created_at, updated_at
     FROM bindings WHERE account = 'onerway' AND user_ref = 'user-known'`,
  );
  const asked = admin.requestCount('onerway', 'queryTokenList');
  const sale = { notifyType: 'TXN', txnType: 'SALE', merchantNo, status: 'S' };
  const known = admin.onerway.tokens().find(({ merchantCustId }) => merchantCustId === 'user-known');
  const tokens = [known?.token.tokenId, 'b'.repeat(64)];
  for (const [index, tokenId] of tokens.entries()) {
    const transactionId = `179826250992569970${index}`;
    await post(at('onerway'), admin.onerway.notification({ ...sale, tokenId, transactionId }));
  }
  await processedCallbacks(gateway);
  expect(admin.requestCount('onerway', 'queryTokenList')).toBe(asked + 2);
});

describe('refused, with no row and one more in the counter:', () => {
  let genuine: { headers: Record<string, string>; body: string };
  beforeAll(async () => {
    const card = await made('virtual');
    genuine = cardUpdate(gateway, { cardNo: card.providerRef ?? '', to: 'Frozen' }) as typeof genuine;
  });

  async function expectRefused(message: Message): Promise<void> {
    const before = [await countCallbacks(gateway), await refusals()] as const;
    const answer = await post(at('keysecure'), message);
    expect(problemOf(answer, 401)).toMatchObject({ code: 'callback-refused', detail: 'This callback is not taken.' });
    expect([await countCallbacks(gateway), await refusals()]).toEqual([before[0], before[1] + 1]);
  }

  async function refusals(): Promise<number> {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    return Number(/gateway_callbacks_total\{account="keysecure",result="refused"\} (\d+)/.exec(text)?.[1] ?? 0);
  }

  const forged = (kind: 'wrong-signature' | 'altered-body' | 'stale') =>
    admin.callbacks.forge({ provider: 'keysecure', kind, of: genuine, send: false });

  test.each(['wrong-signature', 'altered-body', 'stale'] as const)('%s', async (kind) => {
    await expectRefused(await forged(kind));
  });

  test.each([
    ['no body', ''],
    ['no JSON', '{"id":'],
    ['another shape', '{"id":"1","action":"Card_update","data":{}}'],
  ])('%s', async (_what, body) => {
    await expectRefused({ headers: genuine.headers, body });
  });

  test('without a signature', async () => {
    await expectRefused({ headers: { 'content-type': 'application/json' }, body: genuine.body });
  });

  test('a bit flipped in what is signed, 50 of them', async () => {
    const from = genuine.body.indexOf('"data":') + 7;
    const bits = (genuine.body.length - 1 - from) * 8;
    for (let index = 0; index < 40; index += 1) {
      const bit = from * 8 + Math.floor((index * bits) / 40) + (index % 8);
      await expectRefused(
        await admin.callbacks.forge({ provider: 'keysecure', kind: 'flipped-bit', of: genuine, bit, send: false }),
      );
    }
    for (let index = 0; index < 10; index += 1) {
      const where = index % 2 === 0 ? 'Signature' : 'Timestamp';
      const flip = { kind: 'flipped-bit', where, bit: index * 8 + (index % 3), send: false } as const;
      await expectRefused(await admin.callbacks.forge({ provider: 'keysecure', of: genuine, ...flip }));
    }
  });

  test('and the genuine one is taken all the same; replayed, under another id too, it is the same one', async () => {
    const before = await countCallbacks(gateway);
    const again = { headers: genuine.headers, body: genuine.body.replace(/"id":"[^"]+"/, `"id":"${randomUUID()}"`) };
    for (const message of [genuine, genuine, again]) {
      expect(await post(at('keysecure'), message)).toMatchObject({ status: 200, text: accepted });
    }
    expect(await countCallbacks(gateway)).toBe(before + 1);
    expect(await processedCallbacks(gateway)).toContainEqual(
      expect.objectContaining({ kind: 'card_changed', deliveries: 3, state: 'processed' }),
    );
  });

  test('nothing of it is logged but the account and a word', () => {
    const lines = gateway
      .log()
      .split('\n')
      .filter((line) => line.includes('refused a callback'));
    expect(lines.length).toBeGreaterThan(50);
    for (const line of lines) {
      const { why, account, ...rest } = JSON.parse(line) as Record<string, unknown>;
      expect(['unreadable', 'unsigned', 'bad_signature', 'stale']).toContain(why);
      expect(account).toBe('keysecure');
      expect(Object.keys(rest).toSorted()).toEqual(['level', 'msg', 'requestId', 'time']);
    }
  });
});

describe('refusals are limited for each address', () => {
  let limited: Awaited<ReturnType<TestGateway['another']>>;
  let cardNo: string;
  beforeAll(async () => {
    cardNo = (await made('virtual')).providerRef ?? '';
    limited = await gateway.another({ CALLBACK_REFUSALS_PER_MINUTE: '5' });
  });
  afterAll(() => limited.close());

  const from = (address: string, { headers, body }: Message, account = 'keysecure') =>
    post(`${limited.url}/callbacks/${account}`, { headers: { ...headers, 'x-forwarded-for': address }, body });
  const forged: Message = { headers: { timestamp: String(Date.now()), signature: '0'.repeat(64) }, body: '{}' };
  let time = Date.now() - 60_000;
  const genuine = () => cardUpdate(gateway, { cardNo, to: 'Activated', time: (time += 1) });
  const statuses = async (count: number, address: string): Promise<number[]> => {
    const seen: number[] = [];
    for (let index = 0; index < count; index += 1) seen.push((await from(address, forged)).status);
    return seen;
  };

  test('it is told when to try again, and all others are looked at', async () => {
    expect(await statuses(5, '198.51.100.66')).toEqual([401, 401, 401, 401, 401]);
    const answer = await from('198.51.100.66', genuine());
    expect(problemOf(answer, 429).code).toBe('callback-limit');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect((await from('198.51.100.67', genuine())).status).toBe(200);
    const metrics = await (await fetch(`${limited.url}/metrics`)).text();
    expect(metrics).toMatch(/gateway_callbacks_total\{account="keysecure",result="limited"\} 1\b/);
  });

  test('what is genuine gets through from an address that others share, as that of a proxy is', async () => {
    expect((await from('198.51.100.80', genuine())).status).toBe(200);
    expect(await statuses(12, '198.51.100.80')).not.toContain(429);
    expect((await from('198.51.100.80', genuine())).status).toBe(200);
  });

  test('a replay is no reason to trust an address', async () => {
    const message = genuine();
    expect((await from('198.51.100.90', message)).status).toBe(200);
    expect((await from('198.51.100.91', message)).status).toBe(200);
    expect(await statuses(6, '198.51.100.91')).toEqual([401, 401, 401, 401, 401, 429]);
  });

  test('one that sends to no account is limited alike', async () => {
    const seen: number[] = [];
    for (let index = 0; index < 6; index += 1) seen.push((await from('198.51.100.92', forged, 'nobody')).status);
    expect(seen).toEqual([401, 401, 401, 401, 401, 429]);
    expect((await from('198.51.100.92', forged)).status).toBe(429);
    const metrics = await (await fetch(`${limited.url}/metrics`)).text();
    expect(metrics).toMatch(/gateway_callbacks_total\{account="",result="refused"\} 5\b/);
  });
});

describe('refused alike, whatever is wrong with its URL:', () => {
  const bodies = {
    'what is none': '{}',
    'no body': '',
    'what is no JSON': '{"id":',
    'as much as is taken': 'x'.repeat(16_384),
    'more than is taken': 'x'.repeat(16_385),
  };
  const signed = { timestamp: String(Date.now()), signature: '0'.repeat(64) };
  /** All that a sender sees of an answer, but for what differs from one request to the next. */
  const shown = ({ status, headers, text }: Awaited<ReturnType<typeof post>>): unknown => {
    const { date: _date, 'x-request-id': id, ...others } = headers;
    return { status, others, text: text.replaceAll(String(id), '<id>') };
  };

  test.each([
    ['an account whose callbacks are signed', 'keysecure'],
    ['an account that takes no callbacks', 'yixin'],
    ['an unsigned account without its secret path', 'open-api'],
    ['a wrong secret path', `open-api/${secretPath.slice(0, -1)}`],
    ['a secret path where there is none', `keysecure/${secretPath}`],
    ['an address that is not on the list', 'other-keysecure'],
  ])('%s as no account', async (_what, path) => {
    for (const [what, body] of Object.entries(bodies)) {
      for (const headers of [{ 'content-type': 'application/json' }, signed]) {
        const answer = await post(at(path), { headers, body });
        problemOf(answer, what === 'more than is taken' ? 413 : 401);
        expect(shown(answer), what).toEqual(shown(await post(at('nobody'), { headers, body })));
      }
    }
  });

  test('the log and the counter say which it was, and nothing of a name that is no account', async () => {
    await post(at('yixin'), { headers: signed, body: '{}' });
    await post(at('6217001234567890123'), { headers: signed, body: '{}' });
    const told = gateway
      .log()
      .split('\n')
      .filter((line) => line.includes('refused a callback'))
      .map((line) => JSON.parse(line) as { account: string | null; why: string });
    expect(told.slice(-2)).toMatchObject([
      { account: 'yixin', why: 'takes_no_callbacks' },
      { account: null, why: 'no_account' },
    ]);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toMatch(/gateway_callbacks_total\{account="yixin",result="refused"\} [1-9]/);
    expect(metrics).not.toMatch(/account="(nobody|6217)/);
  });

  const genuine = async (): Promise<Message> =>
    admin.keysecure.callback({ action: 'Card_update', data: {}, timestamp: String(Date.now()) });

  test('an address on the list is the one that the proxies tell', async () => {
    const why = async (forwarded: string, { url } = gateway as { url: string }): Promise<unknown> => {
      const { headers, body } = await genuine();
      const answer = await post(`${url}/callbacks/other-keysecure`, {
        headers: { ...headers, 'x-forwarded-for': forwarded },
        body,
      });
      expect(answer.status).toBe(401);
      const line = gateway
        .log()
        .trimEnd()
        .split('\n')
        .findLast((one) => one.includes('refused a callback'));
      return (JSON.parse(line ?? '{}') as { why?: string }).why;
    };
    // What these bytes say is nothing documented: they were looked at.
    for (const address of ['203.0.113.9', '2001:db8::7', '::ffff:203.0.113.9']) {
      expect(await why(address)).not.toBe('address_not_allowed');
    }
    expect(await why('198.51.100.1')).toBe('address_not_allowed');
    // What stands before the last proxy's word is the caller's own.
    expect(await why('203.0.113.9, 198.51.100.1')).toBe('address_not_allowed');
    // Where no proxy is trusted, anybody may say anything of himself.
    const second = await gateway.another({ HTTP_TRUSTED_PROXIES: '' });
    expect(await why('203.0.113.9', second)).toBe('address_not_allowed');
    await second.close();
  });

  test('and 405 for another method', async () => {
    const answer = await fetch(at('keysecure'));
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

test.each(['', 'json', 'application/', '*/*', 'text/html; charset', 'application/octet-stream'])(
  'the bytes count, and not the content type that they came with: %j',
  async (type) => {
    const card = await made('virtual');
    const message = cardUpdate(gateway, { cardNo: card.providerRef ?? '', to: 'Frozen' });
    const answer = await post(at('keysecure'), { ...message, headers: { ...message.headers, 'content-type': type } });
    expect(answer).toMatchObject({ status: 200, text: accepted });
  },
);

test('a callback that is too large is not taken', async () => {
  const before = await countCallbacks(gateway);
  const message = cardUpdate(gateway, { cardNo: 'C'.repeat(16_500), to: 'Frozen' });
  expect(problemOf(await post(at('keysecure'), message), 413).code).toBe('payload-too-large');
  expect(await countCallbacks(gateway)).toBe(before);
});

test('while the database is away nothing is acknowledged', async () => {
  const relay = await startRelay(gateway.services.config.DATABASE_URL);
  const second = await gateway.another({ DATABASE_URL: relay.url, DATABASE_CONNECT_TIMEOUT_MS: '500' });
  const message = cardUpdate(gateway, { cardNo: 'C-away', to: 'Frozen' });
  await relay.cut();
  const answer = await post(`${second.url}/callbacks/keysecure`, message);
  expect(problemOf(answer, 503).code).toBe('database-unavailable');
  await second.close();
  await relay.close();
});

describe('what the sandbox sends by itself', () => {
  afterAll(() => {
    for (const provider of ['keysecure', 'open-api'] as const) admin.callbacks.target(provider, '');
  });

  test.each(['as-is', 'reversed', 'shuffled'] as const)(
    'ends in the provider’s state, sent %s and three times',
    async (order) => {
      const card = await made('virtual');
      admin.callbacks.target('keysecure', at('keysecure'));
      admin.callbacks.hold();
      for (const status of ['Frozen', 'Activated', 'Frozen', 'Activated', 'Delete'] as const) {
        admin.changeClock({ advanceMs: 5 });
        admin.keysecure.updateCard(card.id, { status });
      }
      const sent = await admin.callbacks.release({ order, times: 3, seed: 7 });
      expect(sent).toHaveLength(15);
      expect(sent.every(({ acknowledged }) => acknowledged)).toBe(true);
      await processedCallbacks(gateway);
      expect(await gateway.client.getCard({ params: { id: card.id } })).toMatchObject({
        status: 'cancelled',
        providerStatus: 'Delete',
      });
    },
  );
});
