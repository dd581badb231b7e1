import { createHash } from 'node:crypto';
import { type Operation, operations } from '@card-gateway/contract';
import { Secret } from '@card-gateway/core';
import { type Admin, createRandom, syntheticPan } from '@card-gateway/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { address, type CanaryGateway, startCanaryGateway, sumsubShareToken } from './setup/canaries.ts';
import { type Act, canaryActs } from './setup/canary-acts.ts';
import { cardMaker } from './setup/cards.ts';
import { type Canaries, findHashes, findLeaks } from './setup/leaks.ts';
import { cardOrder } from './setup/orders.ts';
import type { RawAnswer, RawRequest } from './setup/send.ts';
import { reconcileNow } from './setup/reconcile.ts';
import { until } from './setup/until.ts';

let canary: CanaryGateway;
let acts: readonly Act[];
let admin: Admin;
/** A destination that gets every event of this file. */
let destination: string;

beforeAll(async () => {
  canary = await startCanaryGateway(true);
  ({ admin } = canary.gateway.sandbox);
  const url = `http://127.0.0.1:${canary.gateway.sandbox.port}/events/canaries`;
  const { body } = await canary.callReveal({ path: '/v1/event-destinations', body: { url } });
  plantSecret(body);
  destination = `/v1/event-destinations/${body.id ?? ''}`;
  acts = await canaryActs(canary);
});
afterAll(() => canary.gateway.close());

const expectNoLeak = (): Promise<void> => canary.expectNoLeak();

/** Plants the secret of a destination, which is shown once. */
function plantSecret({ secret }: RawAnswer['body']): void {
  canary.plant('secret of a destination', String(secret).replace(/^whsec_/, ''));
}

const otherwiseSpelled = (digits: string): string[] => [
  digits.replaceAll(/\d{4}(?=\d)/g, '$&.'),
  digits.replaceAll(/\d{4}(?=\d)/g, '$&\u00a0'),
  digits.split('').join('\u200b'),
  digits.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  digits.replaceAll(/\d/g, '%3$&'),
];

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
    ...(/^\d{8,}$/.test(secret) ? otherwiseSpelled(secret) : []),
    JSON.stringify({ secret }),
  ];
  for (const [name, secret] of Object.entries(planted)) {
    for (const form of formsOf(secret)) {
      const found = findLeaks(planted, `{"level":30,"seen":"${form}"} and more`);
      expect({ form, found: found.some((leak) => leak.startsWith(`${name} (`)) }).toEqual({ form, found: true });
    }
  }
  for (const code of ['907', '9071']) {
    const members = [`{"cvv":"${code}"}`, `{"cvv":"${code}","x":1}`];
    for (const text of members.flatMap((one) => [
      one,
      Buffer.from(one).toString('hex'),
      Buffer.from(one).toString('base64'),
    ])) {
      expect({ text, found: findLeaks({ code }, text).length > 0 }).toEqual({ text, found: true });
    }
    expect(findLeaks({ code }, `"ms":${code},"id":"a${code}b"`)).toEqual([]);
  }
  for (const offset of ['', 'x', 'xy', 'xyz']) {
    const inside = Buffer.from(`${offset}{"cardNumber":"${planted['pan']}"}`).toString('base64');
    expect(findLeaks(planted, inside)).not.toEqual([]);
  }
  expect(findLeaks(planted, 'nothing to see, 2026-11-22T10:00:00.481516Z, 0x48151623')).toEqual([]);
});

test('the search finds a code also as a hash, plain or under a key of the gateway', () => {
  const { sealing, services } = canary.gateway;
  const keys = services.config.GATEWAY_FINGERPRINT_KEYS.map(({ key }) => key);
  const code = '258036';
  const text = JSON.stringify(['setCardPin', { id: 'card_1' }, { pin: code }]);
  const planted = { code, fingerprint: `fingerprint\0${code}`, request: `request\0${text}` };
  const sha256 = createHash('sha256').update(code);
  for (const [name, stored] of [
    ['code', sha256.copy().digest('hex')],
    ['code', `(7,"\\x${sha256.copy().digest('hex')}")`],
    ['code', sha256.digest('base64')],
    ['fingerprint', sealing.fingerprint(new Secret(code))],
    ['request', sealing.hashRequest({ text, isPartial: false })],
  ] as const) {
    expect({ stored, found: findHashes(planted, keys, `("x",${stored}),`) }).toEqual({
      stored,
      found: [`${name} (hashed)`],
    });
  }
  expect(findHashes(planted, keys, sealing.hashRequest({ text: 'another', isPartial: false }))).toEqual([]);
});

test('the search finds what is planted in each table, in text and in bytes, in the log, in a reply and in the metrics', async () => {
  const planted = { planted: 'planted-secret-5f3a91' };
  const { gateway } = canary;
  const failed = (failure: string) =>
    gateway.pool.query(
      "INSERT INTO syncs (id, tenant, provider, account, kind, state, created_at, failure, finished_at) VALUES (gen_random_uuid(), 'default', 'x', 'x', 'cards', 'failed', now(), $1, now())",
      [failure],
    );
  const inBytes = (bytes: Buffer) =>
    gateway.pool.query(
      "INSERT INTO cards (id, tenant, provider, account, status, pan_sealed, pan_fingerprint, created_at, updated_at) VALUES (gen_random_uuid(), 'default', 'x', 'planted', 'active', $1, 'x', now(), now())",
      [bytes],
    );
  const bytes = Buffer.from(planted.planted);
  for (const plant of [
    () => failed(planted.planted),
    () => failed(bytes.toString('base64')),
    () => failed(bytes.toString('hex')),
    () => inBytes(bytes),
    () => inBytes(Buffer.from(bytes.toString('base64'))),
  ]) {
    await plant();
    const { database } = await canary.everything();
    expect(findLeaks(planted, database)).not.toEqual([]);
    await gateway.pool.query("DELETE FROM syncs WHERE account = 'x'");
    await gateway.pool.query("DELETE FROM cards WHERE account = 'planted'");
  }
  // The log, the replies and the metrics are kept whole: each has what it is known to have.
  await canary.read('/v1/providers');
  const { log, replies, metrics } = await canary.everything();
  expect(log).toContain('"route":"/v1/providers"');
  expect(replies).toContain('"keysecure-authorization"');
  expect(metrics).toContain('keysecure-authorization');
});

test('nothing leaks where all goes well', async () => {
  for (const act of acts) {
    const ready = await act.prepare();
    const { status, text } = await ready.send();
    expect({ id: act.id, status, ok: status < 300 }, text).toMatchObject({ ok: true });
  }
  await expectNoLeak();
});

test('nothing leaks where a code is wrong, a user has bound cards, and lists are read', async () => {
  const { call, read, secretCard, plant } = canary;
  const card = secretCard();
  const start = await call({
    path: '/v1/bindings',
    body: { account: 'yixin', user: 'bound', purpose: 'loan', ...card },
  });
  const code = plant('SMS code', admin.sms({ phone: card.phone }).at(-1)?.code ?? '');
  const wrong = plant('wrong code', code === '314159' ? '271828' : '314159');
  const verify = (one: string) => call({ path: `/v1/bindings/${start.body.id ?? ''}/verify`, body: { code: one } });
  expect((await verify(wrong)).status).toBe(422);
  expect((await verify(code)).status).toBe(200);
  const syncs = await Promise.all([
    call({ path: '/v1/syncs', body: { account: 'keysecure' } }),
    call({ path: '/v1/syncs', body: { account: 'onerway', user: 'customer', kind: 'token' } }),
    call({ path: '/v1/syncs', body: { account: 'yixin', user: 'bound' } }),
  ]);
  for (const { body } of syncs) {
    await until(
      () => read(`/v1/syncs/${body.id ?? ''}`),
      (sync) => sync.body['status'] === 'succeeded',
    );
  }
  for (const path of ['cards', 'cardholders', 'bindings', 'operations', 'card-products', 'transfers', 'callbacks']) {
    const { status, body } = await read(`/v1/${path}`);
    expect({ path, status }).toEqual({ path, status: 200 });
    const [first] = body['data'] as { id: string }[];
    if (first !== undefined && path !== 'card-products') await read(`/v1/${path}/${first.id}`);
  }
  await expectNoLeak();
});

test('a payment token is shown to who may see it, and stands nowhere else', async () => {
  const { gateway, callReveal, plant } = canary;
  admin.onerway.seedTokens({ merchantCustId: 'revealed', tokens: [{}] });
  const token = admin.onerway.tokens().find(({ merchantCustId }) => merchantCustId === 'revealed')?.token.tokenId ?? '';
  const query = { account: 'onerway', user: 'revealed', refresh: true } as const;
  const { data } = await gateway.client.listBindings({ query });
  const path = `/v1/bindings/${data[0]?.id ?? ''}/reveal`;
  const { body } = await callReveal({ path, body: { purpose: 'the merchant of record charges it' } });
  expect(body['token']).toBe(plant('payment token', token));
  await expectNoLeak();
});

test('nothing leaks of what providers tell by callbacks, taken, worked, shown and replayed', async () => {
  const { gateway, call, read, plant } = canary;
  const { url, client } = gateway;
  admin.callbacks.target('keysecure', `${url}/callbacks/keysecure`);
  admin.callbacks.target('onerway', `${url}/callbacks/onerway`);
  const cards = await cardMaker(gateway);
  const card = await cards.made('virtual');
  const phone = plant('phone', '020794613571');
  admin.keysecure.seedConsumptions({
    cardNo: String(card.providerRef),
    consumptions: [{ type: 'Consumption', amount: '3.10', remark: `call ${phone}` }],
  });
  admin.onerway.seedTokens({ merchantCustId: 'told', tokens: [{}] });
  for (const { token } of admin.onerway.tokens()) plant('payment token', token.tokenId);
  admin.onerway.notify({ txnType: 'BIND_CARD', merchantCustId: 'told', holderPhone: phone });
  await admin.callbacks.idle();
  const callbacks = await until(
    () => client.listCallbacks({ query: { limit: 200 } }),
    ({ data }) => data.length > 1 && data.every(({ state }) => state !== 'received'),
  );
  await read('/v1/callbacks?limit=200');
  for (const { id } of callbacks.data.slice(0, 3)) {
    expect((await read(`/v1/callbacks/${id}`)).status).toBe(200);
    expect((await call({ path: `/v1/callbacks/${id}/replay` })).status).toBeLessThan(300);
  }
  await expectNoLeak();
});

test('nothing leaks where a write that was lost is looked up, or resolved by a person', async () => {
  const { gateway, call, read } = canary;
  const lost: string[] = [];
  for (const [id, fault] of [
    ['createCardholder', 'work_then_reset'],
    ['startBinding', 'reset'],
    ['createTransfer', 'reset'],
  ] as const) {
    const act = acts.find((one) => one.id === id);
    const ready = await act?.prepare();
    admin.addFault({ provider: act?.provider ?? 'yixin', operation: act?.word ?? '', fault });
    const { status, body } = (await ready?.send()) ?? {};
    expect({ id, status }).toEqual({ id, status: 202 });
    lost.push((body?.['operation'] as { id: string } | undefined)?.id ?? '');
  }
  await Promise.all(lost.map((id) => reconcileNow(gateway.services, id)));
  const body = { outcome: 'refused', reason: 'support says that nothing came of it' };
  const states = await Promise.all(lost.map((id) => read(`/v1/operations/${id}`)));
  const open = states.flatMap(({ body: { id, outcome } }) => (outcome === 'unknown' ? [id ?? ''] : []));
  expect(open.length).toBeGreaterThan(0);
  for (const id of open) expect((await call({ path: `/v1/operations/${id}/resolve`, body })).status).toBe(200);
  await expectNoLeak();
});

test('nothing leaks where the request is wrong, wherever the secret stands in it', async () => {
  const { call, secretCard, gateway } = canary;
  const order = await cardOrder(gateway, 'keysecure', sumsubShareToken);
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

test('nothing leaks in the feed, in what is posted, and in what is kept of answers to it', async () => {
  const { gateway, call, callReveal, read, keep, plant } = canary;
  const receiver = admin.receiver('canaries');
  const pan = plant('pan', syntheticPan(createRandom(5), '6217', 19));
  const bad = { status: 500, body: JSON.stringify({ cardNumber: pan, text: `no ${pan} here` }) };
  const isDone = (answer: RawAnswer): RawAnswer => {
    expect(answer.status, answer.text).toBeLessThan(300);
    return answer;
  };
  receiver.answer(bad);
  expect(isDone(await call({ path: `${destination}/ping` })).body).toMatchObject({ delivered: false, httpStatus: 500 });
  plantSecret(isDone(await callReveal({ path: `${destination}/rotate-secret` })).body);
  isDone(await call({ path: `${destination}/disable` }));
  isDone(await call({ method: 'PATCH', path: destination, body: { description: 'all that there is' } }));
  receiver.answer(bad);
  isDone(await call({ path: `${destination}/enable` }));
  isDone(await call({ path: `${destination}/replay`, body: { after: '2026-01-01T00:00:00Z' } }));

  const ids: string[] = [];
  const kinds = new Set<string>();
  for (let after = '', hasMore = true; hasMore;) {
    const { body } = isDone(await read(`/v1/events?limit=200${after}`));
    const data = body['data'] as { id: string; type: string }[];
    ids.push(...data.map(({ id }) => id));
    for (const { type } of data) kinds.add(type.split('.')[0] ?? '');
    after = `&after=${String(body['nextCursor'])}`;
    hasMore = body['hasMore'] as boolean;
  }
  const expected = ['card', 'cardholder', 'binding', 'transfer', 'transaction', 'operation', 'sync'];
  expect([...kinds]).toEqual(expect.arrayContaining(expected));
  const [first = ''] = ids;
  const resend = { path: `/v1/events/${first}/resend`, body: { destination: destination.split('/').at(-1) } };
  isDone(await call(resend));
  await until(
    async () => new Set(receiver.deliveries().map(({ id }) => id)),
    (posted) => ids.every((id) => posted.has(id)),
  );
  for (const { headers, body } of receiver.deliveries()) keep(`${Object.entries(headers).join('\n')}\n${body}`);
  for (const path of [
    `/v1/events/${first}`,
    `/v1/events/${first}/deliveries`,
    '/v1/event-destinations',
    destination,
    `${destination}/deliveries?limit=200`,
  ]) {
    isDone(await read(path));
  }
  await until(
    () => gateway.pool.query('SELECT FROM delivery_attempts WHERE answer IS NOT NULL'),
    ({ rows }) => rows.length > 0,
  );
  isDone(await call({ method: 'DELETE', path: destination }));
  await expectNoLeak();
});

test('every operation of the contract was called with secrets about, and answered', async () => {
  const { log } = await canary.everything();
  const answered = new Set(
    log.split('\n').flatMap((line) => {
      if (!line.includes('"answered"')) return [];
      const { method, route, status } = JSON.parse(line) as { method: string; route: string; status: number };
      return status < 300 ? [`${method} ${route}`] : [];
    }),
  );
  const missing = Object.entries(operations as Record<string, Operation>).flatMap(([id, { method, path }]) =>
    answered.has(`${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`) ? [] : [id],
  );
  expect(missing, 'operations without a flow of canaries: add one to setup/canary-acts.ts, or above').toEqual([]);
});
