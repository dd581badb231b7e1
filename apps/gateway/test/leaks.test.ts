import { createRandom, type FaultName, faultNames, type ProviderName, syntheticPan } from '@card-gateway/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { type Canaries, dump, findLeaks } from './setup/leaks.ts';
import { cardOrder, type CardOrder, smsCode } from './setup/orders.ts';
import { type RawAnswer, type RawRequest, send } from './setup/send.ts';
import { settleNow } from './setup/settle.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;
let apiKey: string;
let order: CardOrder;
/** Grows with what is only known later: codes, numbers that the sandbox makes up. */
const canaries: Record<string, string> = {};
const replies: string[] = [];
let made = 0;

const address = {
  firstName: 'Quillonia',
  lastName: 'Vexworthy Umbra',
  phoneCode: '44',
  phone: '2079461357',
  country: 'GB',
  state: 'Zephyrshire',
  city: 'Mirkwater Cross',
  line1: '17 Obsidian Lantern Mews',
  line2: 'Flat 9 Gryphon Annexe',
  postalCode: 'QX9 7ZJ',
};
const sumsubShareToken = 'canary-share-token-Zx81/Qp+44==';

beforeAll(async () => {
  gateway = await startGateway({ settings: { PROVIDER_WRITE_TIMEOUT_MS: '200', SMS_PER_PHONE_AND_HOUR: '1000' } });
  ({ key: apiKey } = await gateway.key());
  order = await cardOrder(gateway);
  const { keysecure, openApi, onerway, yixin } = gateway.sandbox.credentials;
  const { firstName, lastName, phone, state, city, line1, line2, postalCode } = address;
  const lines = (yixin.partnerPrivateKey ?? '').split('\n');
  Object.assign(canaries, {
    firstName,
    lastName,
    addressPhone: phone,
    state,
    city,
    line1,
    line2,
    postalCode,
    sumsubShareToken,
    apiKey,
    keysecureKey: keysecure[0]?.apiKey ?? '',
    openApiKey: openApi.key,
    onerwayKey: onerway.secretKey,
    yixinPrivateKey: lines[3] ?? '',
  });
});
afterAll(() => gateway.close());

async function call(request: RawRequest): Promise<RawAnswer> {
  const answer = await send(gateway.url, apiKey, { idempotencyKey: `key-${(made += 1)}`, ...request });
  replies.push(answer.headers, answer.text);
  return answer;
}

/** A bank card and a phone that are canaries. */
function secretCard(): { readonly cardNumber: string; readonly phone: string } {
  made += 1;
  const cardNumber = syntheticPan(createRandom(90_000 + made), '6217', 19);
  const phone = `139${createRandom(made).digits(8)}`;
  Object.assign(canaries, { [`pan ${made}`]: cardNumber, [`phone ${made}`]: phone });
  return { cardNumber, phone };
}

async function start(card = secretCard()): Promise<{ readonly answer: RawAnswer; readonly code: string }> {
  const body = { account: 'yixin', user: `user-${made}`, purpose: 'loan', ...card };
  const answer = await call({ path: '/v1/bindings', body });
  const code = smsCode(gateway, card.phone);
  if (code !== '') canaries[`code ${made}`] = code;
  return { answer, code };
}

const verify = (id: string | undefined, code: string): Promise<RawAnswer> =>
  call({ path: `/v1/bindings/${id ?? ''}/verify`, body: { code } });
const apply = (): Promise<RawAnswer> =>
  call({
    path: '/v1/cardholders',
    body: { account: 'keysecure', reference: `holder-of-${(made += 1)}`, sumsubShareToken },
  });
const issue = (): Promise<RawAnswer> => call({ path: '/v1/cards', body: { ...order, address } });
const read = (path: string): Promise<RawAnswer> => call({ method: 'GET', path });

/** Everything that anybody could read: log, replies, database. */
async function everything(): Promise<Record<'log' | 'replies' | 'database', string>> {
  return { log: gateway.log(), replies: replies.join('\n'), database: await dump(gateway.pool) };
}

async function expectNoLeak(): Promise<void> {
  const texts = await everything();
  for (const [place, text] of Object.entries(texts)) {
    expect({ place, leaks: findLeaks(canaries, text) }).toEqual({ place, leaks: [] });
  }
}

test('the search finds a secret in every form it could leak in', () => {
  const planted: Canaries = {
    pan: '6217001234567890123',
    phone: '13912345678',
    name: 'Vexworthy Umbra',
    line: '17 Obsidian Lantern Mews',
    token: sumsubShareToken,
    code: '481516',
  };
  const formsOf = (secret: string): string[] => [
    secret,
    Buffer.from(secret).toString('hex'),
    Buffer.from(secret).toString('hex').toUpperCase(),
    Buffer.from(secret).toString('base64'),
    encodeURIComponent(secret),
    secret.replaceAll(' ', '+'),
    ...(/^\d+$/.test(secret) ? [secret.replaceAll(/\d{3,4}(?=\d)/g, '$& '), secret.split('').join('-')] : []),
    JSON.stringify({ secret }),
  ];
  for (const [name, secret] of Object.entries(planted)) {
    for (const form of formsOf(secret)) {
      const found = findLeaks(planted, `{"level":30,"seen":"${form}"} and more`);
      expect({ form, found: found.some((leak) => leak.startsWith(`${name} (`)) }).toEqual({ form, found: true });
    }
  }
  for (const offset of ['', 'x', 'xy', 'xyz']) {
    const inside = Buffer.from(`${offset}{"cardNumber":"${planted['pan']}"}`).toString('base64');
    expect(findLeaks(planted, inside)).not.toEqual([]);
  }
  expect(findLeaks(planted, 'nothing to see, 2026-11-22T10:00:00.481516Z, 0x48151623')).toEqual([]);
});

test('the search finds what is planted in the log, in a reply and in a row of the database', async () => {
  const planted = { planted: 'planted-secret-5f3a91' };
  const at =
    "INSERT INTO syncs (id, tenant, provider, account, kind, state, created_at, failure, finished_at) VALUES (gen_random_uuid(), 'default', 'x', $1, 'cards', 'failed', now(), 'x', now())";
  await gateway.pool.query(at, [Buffer.from(planted.planted).toString('hex')]);
  const { database } = await everything();
  await gateway.pool.query('DELETE FROM syncs');
  expect(findLeaks(planted, database)).not.toEqual([]);
  // The log and the replies are kept whole: each has what it is known to have.
  await read('/v1/providers');
  const { log, replies: kept } = await everything();
  expect(log).toContain('"route":"/v1/providers"');
  expect(kept).toContain('"keysecure-authorization"');
});

test('nothing leaks where all goes well', async () => {
  const { sandbox } = gateway;
  for (const card of sandbox.admin.openApi.cards().slice(0, 5)) {
    made += 1;
    const secrets = { [`cvv ${made}`]: createRandom(made).digits(9), [`pin ${made}`]: createRandom(-made).digits(9) };
    const [cvv = '', pin = ''] = Object.values(secrets);
    sandbox.admin.openApi.updateCard(card.card_id, { cvv, pin });
    Object.assign(canaries, secrets, { [`pan ${made}`]: card.card_no });
  }
  sandbox.admin.onerway.seedTokens({ merchantCustId: 'customer', tokens: [{}, {}] });
  for (const { token } of sandbox.admin.onerway.tokens()) canaries[`token ${token.id}`] = token.tokenId;

  expect((await apply()).status).toBe(201);
  expect((await issue()).status).toBe(201);
  const { answer, code } = await start();
  const wrong = code === '314159' ? '271828' : '314159';
  canaries['wrong code'] = wrong;
  expect((await verify(answer.body.id, wrong)).status).toBe(422);
  expect((await verify(answer.body.id, code)).status).toBe(200);
  const bound = { account: 'yixin', user: answer.body['user'], cardNumber: canaries[`pan ${made}`] };
  expect((await call({ path: '/v1/issuer-lookups', body: { account: 'yixin', ...secretCard() } })).status).toBe(400);
  await call({ path: '/v1/binding-checks', body: bound });
  await call({ path: '/v1/issuer-lookups', body: { account: 'yixin', cardNumber: secretCard().cardNumber } });

  const syncs = await Promise.all([
    call({ path: '/v1/syncs', body: { account: 'open-api' } }),
    call({ path: '/v1/syncs', body: { account: 'keysecure' } }),
    call({ path: '/v1/syncs', body: { account: 'onerway', user: 'customer', kind: 'token' } }),
    call({ path: '/v1/syncs', body: { account: 'yixin', user: answer.body['user'] } }),
  ]);
  for (const { body } of syncs) {
    await until(
      () => read(`/v1/syncs/${body.id ?? ''}`),
      (sync) => sync.body['status'] === 'succeeded',
    );
  }
  for (const path of ['cards', 'cardholders', 'bindings', 'operations', 'card-products', 'providers']) {
    expect((await read(`/v1/${path}`)).status).toBe(200);
  }
  const cards = await read('/v1/cards?account=open-api');
  const [first] = cards.body['data'] as { id: string }[];
  expect((await read(`/v1/cards/${first?.id ?? ''}?refresh=true`)).status).toBe(200);
  await expectNoLeak();
});

interface Write {
  readonly provider: ProviderName;
  readonly operation: string;
  /** What its text may repeat, because it was told. */
  readonly told: (card: ReturnType<typeof secretCard>) => readonly string[];
  readonly send: (card: ReturnType<typeof secretCard>) => Promise<RawAnswer>;
}

const grouped = (digits: string): string => digits.replaceAll(/\d{4}(?=\d)/g, '$& ');
const writes: readonly Write[] = [
  {
    provider: 'keysecure',
    operation: 'cardholder/apply',
    told: () => [`share token ${sumsubShareToken} is not known`, `no merchant has the key ${canaries['keysecureKey']}`],
    send: apply,
  },
  {
    provider: 'keysecure',
    operation: 'card/apply',
    told: () => [
      `${address.firstName} ${address.lastName} is not known at ${address.line1}, ${address.line2}`,
      `no post to ${address.postalCode} ${address.city} ${address.state}, call +44 ${address.phone}`,
      `${address.lastName}:${address.phone}:${address.line1}:${canaries['keysecureKey']}`,
    ],
    send: issue,
  },
  {
    provider: 'yixin',
    operation: 'bindCard',
    told: ({ cardNumber, phone }) => [
      `卡号 ${cardNumber} 手机 ${phone}`,
      `card ${grouped(cardNumber)} phone +86 ${phone.slice(0, 3)}-${phone.slice(3, 7)}-${phone.slice(7)}`,
    ],
    send: async (card) => (await start(card)).answer,
  },
  {
    provider: 'yixin',
    operation: 'verifyCode',
    // The code comes after the script: the one that all of them have is the user's wrong one.
    told: () => ['code 314159 is wrong', 'code 314 159 is wrong', 'code:314159.'],
    send: async (card) => verify((await start(card)).answer.body.id, '314159'),
  },
];

test.each(faultNames)('nothing leaks where a provider answers with %s', async (fault: FaultName) => {
  const { admin } = gateway.sandbox;
  canaries['told code'] = '314159';
  for (const { provider, operation, told, send } of writes) {
    const speaks = fault === 'refuse' || fault === 'unlisted_code';
    for (const index of speaks ? [0, 1, 2] : [0]) {
      const card = secretCard();
      const message = speaks ? told(card)[index] : undefined;
      // A refusal of Yixin is a business status; its envelope codes are not published, so that any is unknown.
      const code = fault === 'refuse' && provider === 'yixin' ? { code: '-2' } : {};
      admin.addFault({ provider, operation, fault, ...code, ...(message !== undefined && { message }) });
      const answer = await send(card);
      expect({ operation, status: answer.status }).toEqual({ operation, status: fault === 'refuse' ? 422 : 202 });
      await read('/v1/operations?limit=1');
    }
  }
  await expectNoLeak();
});

test('nothing leaks where look-ups settle what was lost', async () => {
  const { body } = await read('/v1/operations?outcome=unknown&limit=200');
  const unknown = (body['data'] as { id: string }[]).map(({ id }) => id);
  expect(unknown.length).toBeGreaterThan(0);
  gateway.sandbox.admin.addFault({
    provider: 'yixin',
    operation: 'cardList',
    fault: 'unlisted_code',
    message: `card ${canaries[`pan ${made}`] ?? ''} of user`,
  });
  await Promise.all(unknown.map((id) => settleNow(gateway.services, id)));
  await read('/v1/operations?limit=200');
  await expectNoLeak();
});

test('nothing leaks where the request is wrong, wherever the secret stands in it', async () => {
  const { cardNumber, phone } = secretCard();
  const requests: readonly RawRequest[] = [
    { path: '/v1/cards', body: { ...order, cvv: '9071', cardNumber, address } },
    { path: '/v1/cards', body: `{"account":"keysecure","cardNumber":"${cardNumber}", ${phone}` },
    {
      path: '/v1/bindings',
      body: { account: 'yixin', user: 'u', cardNumber: `${cardNumber}x`, phone, purpose: 'loan' },
    },
    { path: '/v1/bindings', body: { account: 'yixin', user: 'u', cardNumber, phone: `${phone}x`, purpose: 'loan' } },
    { path: '/v1/bindings', body: { account: 'nowhere', user: 'u', cardNumber, phone, purpose: 'loan' } },
    { path: '/v1/bindings', body: { account: 'yixin', user: 'u', cardNumber, phone, purpose: cardNumber } },
    { path: '/v1/cards', body: { ...order, address: { ...address, country: 'Zephyrshire' } } },
    { path: '/v1/cardholders', body: { account: 'keysecure', reference: 'r', sumsubShareToken: [sumsubShareToken] } },
    { method: 'GET', path: `/v1/cards/${cardNumber}` },
    { method: 'GET', path: `/v1/cards?last4=${cardNumber}` },
    { method: 'GET', path: `/v1/${cardNumber}` },
  ];
  for (const request of requests) {
    const { status } = await call(request);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  }
  await expectNoLeak();
});
