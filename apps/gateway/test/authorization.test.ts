import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decisionRequestSchema } from '@card-gateway/contract';
import { Secret } from '@card-gateway/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AuthorizationSettings } from '../src/accounts/callback-settings.ts';
import { post } from './setup/callbacks.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { startRelay } from './setup/relay.ts';

const account = 'keysecure-authorization';
const approved = '{"code":0,"message":""}';
const declined = '{"code":1,"message":"declined"}';
const key = randomBytes(32);

/** A decision service on a real socket: what it was asked, and how it answers. */
interface Question {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
const questions: Question[] = [];
let answer: (question: Question) => { status?: number; body: string } | null;
let service: Server;
let gateway: TestGateway;

beforeAll(async () => {
  service = createServer((request, reply) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString('utf8')));
    request.on('end', () => {
      const question = { headers: request.headers, body };
      questions.push(question);
      const said = answer(question);
      // Null is no answer at all, until the connection ends.
      if (said !== null) reply.writeHead(said.status ?? 200, { 'content-type': 'application/json' }).end(said.body);
    });
  });
  await new Promise<void>((listening) => service.listen(0, '127.0.0.1', listening));
  const { port } = service.address() as AddressInfo;
  const asking: AuthorizationSettings = {
    url: `http://127.0.0.1:${port}/decide?for=cards`,
    secret: new Secret(`whsec_${key.toString('base64')}`),
    timeoutMs: 400,
  };
  gateway = await startGateway({
    jobs: false,
    callbacks: (name) => (name === account ? { authorization: asking } : {}),
  });
});
afterAll(async () => {
  service.closeAllConnections();
  service.close();
  await gateway.close();
});
beforeEach(() => {
  questions.length = 0;
  answer = () => ({ body: '{"decision":"approve"}' });
});

let payments = 0;
/** An `Auth` as KeySecure signs it, for a payment of its own. */
function auth(change: Record<string, unknown> = {}) {
  payments += 1;
  return gateway.sandbox.admin.keysecure.callback({
    apiKey: gateway.sandbox.credentials.keysecure[1]?.apiKey,
    action: 'Auth',
    data: {
      consume_no: `X${payments}`,
      card_no: 'C1',
      cardholder_no: 'H1',
      type: 'Consumption',
      amount: 401.5,
      local_amount: 401.5,
      local_currency: 'GBP',
      merchant_info: { merchant_name: 'A Shop', merchant_mcc: '5411', city: 'London', country: 'GB' },
      status: 'Pending',
      time: Date.now(),
      ...change,
    },
  });
}

const ask = async (message: ReturnType<typeof auth>, url = gateway.url): Promise<string> =>
  (await post(`${url}/callbacks/${account}`, message)).text;

async function decisions() {
  const { rows } = await gateway.pool.query<{ transaction_ref: string; decision: string; because: string }>(
    'SELECT transaction_ref, decision, because FROM authorization_decisions ORDER BY decided_at, transaction_ref',
  );
  return rows;
}
const last = async () => (await decisions()).find(({ transaction_ref }) => transaction_ref === `X${payments}`);

/** The time that a payment has is a real one: now and then a machine that is busy with other tests takes it up. */
const inRealTime = { retry: 3 };

describe('a decision service', inRealTime, () => {
  test('approves: it is asked once, by a signed POST, and its word is stored and answered', async () => {
    expect(await ask(auth())).toBe(approved);
    expect(await last()).toMatchObject({ decision: 'approve', because: 'service' });
    expect(questions).toHaveLength(1);
    const [{ headers, body } = { headers: {}, body: '' }] = questions;
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    const signature = createHmac('sha256', key).update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signature}`);
    expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(60);
    expect(decisionRequestSchema.strict().parse(JSON.parse(body))).toEqual({
      type: 'authorization.requested',
      timestamp: expect.any(String),
      data: {
        account,
        provider: 'keysecure',
        transactionRef: `X${payments}`,
        card: null,
        cardRef: 'C1',
        cardholderRef: 'H1',
        providerType: 'Consumption',
        amount: '401.5',
        localAmount: '401.5',
        localCurrency: 'GBP',
        merchant: { name: 'A Shop', categoryCode: '5411', city: 'London', country: 'GB' },
        paidAt: expect.any(String),
      },
    });
    const { data } = await gateway.client.listCallbacks({ query: { account } });
    expect(data[0]).toMatchObject({ kind: 'authorization', state: 'processed', decision: 'approve', deliveries: 1 });
  });

  test('declines', async () => {
    answer = () => ({ body: '{"decision":"decline"}' });
    expect(await ask(auth())).toBe(declined);
    expect(await last()).toMatchObject({ decision: 'decline', because: 'service' });
  });

  test.each<[string, typeof answer, string]>([
    ['is late', () => null, 'service_late'],
    ['answers 500', () => ({ status: 500, body: '{"decision":"approve"}' }), 'service_unreadable'],
    ['redirects', () => ({ status: 302, body: '{"decision":"approve"}' }), 'service_unreadable'],
    ['says both', () => ({ body: String.raw`{"decision":"decline","\u0064ecision":"approve"}` }), 'service_unreadable'],
    ['answers something else', () => ({ body: '{"decision":"yes"}' }), 'service_unreadable'],
    ['answers no JSON', () => ({ body: 'approve' }), 'service_unreadable'],
    [
      'answers too much',
      () => ({ body: `{"decision":"approve","why":"${'x'.repeat(20_000)}"}` }),
      'service_unreachable',
    ],
  ])('that %s declines', async (_what, how, because) => {
    answer = how;
    expect(await ask(auth())).toBe(declined);
    expect(await last()).toMatchObject({ decision: 'decline', because });
  });

  test('that is not there declines', async () => {
    const { port } = service.address() as AddressInfo;
    service.closeAllConnections();
    await new Promise((closed) => service.close(closed));
    try {
      expect(await ask(auth())).toBe(declined);
      expect(await last()).toMatchObject({ decision: 'decline', because: 'service_unreachable' });
    } finally {
      await new Promise<void>((listening) => service.listen(port, '127.0.0.1', listening));
    }
  });

  test('is not asked again: a repeated push gets the stored answer, whatever it would say now', async () => {
    const message = auth();
    const first = await ask(message);
    answer = () => ({ body: '{"decision":"decline"}' });
    expect([first, await ask(message), await ask(message)]).toEqual([approved, approved, approved]);
    const again = { consume_no: `X${payments}`, time: Date.now() + 1 };
    payments -= 1;
    expect(await ask(auth(again))).toBe(approved);
    expect(questions).toHaveLength(1);
  });

  test('is asked once by eight equal pushes that come at once', async () => {
    const message = auth();
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(message)));
    expect(answers).toEqual(answers.map(() => approved));
    expect(questions).toHaveLength(1);
    const { data } = await gateway.client.listCallbacks({ query: { account } });
    expect(data[0]).toMatchObject({ kind: 'authorization', decision: 'approve', deliveries: 8 });
  });

  test('is not believed for another amount or card under the same number', async () => {
    expect(await ask(auth())).toBe(approved);
    const same = { consume_no: `X${payments}` };
    expect(await ask(auth({ ...same, amount: 9401.5 }))).toBe(declined);
    expect(await ask(auth({ ...same, card_no: 'C2' }))).toBe(declined);
    expect(questions).toHaveLength(1);
  });

  test('and two gateways at once give one answer, though it tells each another', async () => {
    const second = await gateway.another();
    for (let round = 0; round < 10; round += 1) {
      let asked = 0;
      answer = () => ({ body: JSON.stringify({ decision: (asked += 1) % 2 === 0 ? 'approve' : 'decline' }) });
      const message = auth();
      const urls = [gateway.url, second.url, gateway.url, second.url];
      const answers = await Promise.all(urls.map((url) => ask(message, url)));
      expect(new Set(answers).size).toBe(1);
      expect((await last())?.decision).toBe(answers[0] === approved ? 'approve' : 'decline');
    }
    await second.close();
  });
});

test('a payment in the sandbox: its card is named, and what was answered is what it does', inRealTime, async () => {
  const { admin } = gateway.sandbox;
  admin.callbacks.target(
    'keysecure',
    `${gateway.url}/callbacks/${account}`,
    gateway.sandbox.credentials.keysecure[1]?.apiKey,
  );
  const { id, providerRef } = await authorizationCard();
  expect(await admin.keysecure.pay({ cardNo: providerRef, amount: '12.30' })).toMatchObject({ approved: true });
  expect(JSON.parse(questions[0]?.body ?? '{}')).toMatchObject({ data: { card: id, amount: '12.30' } });
  answer = () => null;
  const late = await admin.keysecure.pay({ cardNo: providerRef, amount: '12.30' });
  expect(late).toMatchObject({ approved: false, why: 'declined', auth: { status: 200, body: declined } });
});

describe('without its database', inRealTime, () => {
  test.each(['frozen', 'cut'] as const)('(%s) it declines in time, and asks and stores nothing', async (how) => {
    const relay = await startRelay(gateway.services.config.DATABASE_URL);
    const second = await gateway.another({ DATABASE_URL: relay.url });
    // Its connections are there, as they are under load.
    expect(await ask(auth(), second.url)).toBe(approved);
    questions.length = 0;
    if (how === 'frozen') relay.freeze();
    else await relay.cut();
    const { admin } = gateway.sandbox;
    admin.callbacks.target(
      'keysecure',
      `${second.url}/callbacks/${account}`,
      gateway.sandbox.credentials.keysecure[1]?.apiKey,
    );
    const { providerRef } = await authorizationCard();
    const before = await decisions();
    // The sandbox gives up after 800 ms: declined is a readable answer before that.
    expect(await admin.keysecure.pay({ cardNo: providerRef, amount: '1.00' })).toMatchObject({ why: 'declined' });
    expect(questions).toHaveLength(0);
    expect(await decisions()).toEqual(before);
    relay.thaw();
    await relay.close();
    await second.close();
  });

  test('silent while the decision is stored: it declines in time, and the approval is undone', async () => {
    const relay = await startRelay(gateway.services.config.DATABASE_URL);
    const second = await gateway.another({ DATABASE_URL: relay.url });
    expect(await ask(auth(), second.url)).toBe(approved);
    answer = () => {
      relay.freeze();
      return { body: '{"decision":"approve"}' };
    };
    expect(await ask(auth(), second.url)).toBe(declined);
    relay.thaw();
    // Ends when its last transaction has.
    await second.close();
    expect(await last()).toBeUndefined();
    await relay.close();
  });

  test('slow in the last moment: what was too late to be answered does not stand', async () => {
    const message = auth();
    const holder = await gateway.pool.connect();
    await holder.query('BEGIN');
    await holder.query(
      `INSERT INTO authorization_decisions (account, transaction_ref, card_ref, amount, decision, because, decided_at)
       VALUES ($1, $2, 'C1', 401.5, 'decline', 'no_setting', now())`,
      [account, `X${payments}`],
    );
    expect(await ask(message)).toBe(declined);
    await holder.query('ROLLBACK');
    holder.release();
    expect(await last()).toBeUndefined();
    expect(await ask(message)).toBe(approved);
  });
});

describe('a fixed decision', inRealTime, () => {
  test.each([
    [{ decide: 'approve' }, approved, 'setting'],
    [{ decide: 'decline' }, declined, 'setting'],
    [null, declined, 'no_setting'],
  ] as const)('%j', async (authorization, expected, because) => {
    const other = await startGateway({
      jobs: false,
      callbacks: (name) => (name === account ? { authorization } : {}),
    });
    expect((await post(`${other.url}/callbacks/${account}`, auth())).text).toBe(expected);
    const { rows } = await other.pool.query('SELECT because FROM authorization_decisions');
    expect(rows).toEqual([{ because }]);
    await other.close();
  });
});

let cards = 0;
/** An active card of the account in authorization mode, at the provider and in our records. */
async function authorizationCard(): Promise<{ id: string; providerRef: string }> {
  cards += 1;
  const { client, sandbox } = gateway;
  const { data: products } = await client.listCardProducts({ query: { account } });
  const holder = await client.createCardholder({
    body: { account, reference: `payer-${cards}`, sumsubShareToken: 'share-token' },
  });
  sandbox.admin.keysecure.updateCardholder(String(holder.providerRef), { status: 'Approved' });
  const product = products.find(({ issuable, forms }) => issuable && forms?.includes('virtual') !== false)?.id ?? '';
  const card = await client.issueCard({ body: { account, product, cardholder: holder.id, form: 'virtual' } });
  sandbox.admin.keysecure.updateCard(card.id, { status: 'Activated' });
  return { id: card.id, providerRef: card.providerRef ?? '' };
}
