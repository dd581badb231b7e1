import type { Client, OperationAnswer } from '@card-gateway/client';
import { type CardStatus, uuidOf } from '@card-gateway/core';
import type { OpenApiCard } from '@card-gateway/sandbox/open-api';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { writeKinds } from '../src/app.ts';
import { createLog } from '../src/log.ts';
import { startJobs } from '../src/jobs/jobs.ts';
import { runSync } from '../src/jobs/sync.ts';
import { cardMaker } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { cardOrder } from './setup/orders.ts';
import { cardNumbersIn, everythingStored, tracesIn } from './setup/traces.ts';
import { until } from './setup/until.ts';

type Card = OperationAnswer<'getCard'>;

async function finished(client: Client, id: string) {
  return until(
    () => client.getSync({ params: { id } }),
    ({ status }) => status === 'succeeded' || status === 'failed',
  );
}

async function synced(client: Client, account: string) {
  const { id } = await client.startSync({ body: { account } });
  return finished(client, id);
}

/** All cards of an account by the provider's id; one that comes twice fails the test. */
async function cardsOf(client: Client, account: string): Promise<Map<string, Card>> {
  const cards: Card[] = [];
  for await (const card of client.all('listCards', { query: { account, limit: 200 } })) cards.push(card);
  const byReference = new Map(cards.map((card) => [String(card.providerRef), card]));
  expect(byReference.size).toBe(cards.length);
  return byReference;
}

const statuses = ['?', 'inactive', 'active', 'frozen', 'cancelling', 'cancelled', 'lost', 'replaced'];
const instant = (text: string) => (text === '' ? null : new Date(`${text.replace(' ', 'T')}Z`).toISOString());

/** The expected card in the gateway, derived independently from the provider's document. */
function expected(
  card: OpenApiCard,
  products: ReadonlyMap<string | null, OperationAnswer<'listCardProducts'>['data'][number]>,
) {
  const [month, year] = card.expiry.split('/');
  const product = products.get(card.bin_id);
  return {
    provider: 'open-api',
    account: 'open-api',
    providerRef: card.card_id,
    product: product?.id,
    cardholder: null,
    form: null,
    network: product?.network,
    last4: card.card_no.slice(-4),
    expiry: `20${year}-${month}`,
    status: statuses[card.status],
    providerStatus: String(card.status),
    balance: { amount: card.balance, currency: 'USD' },
    totalLoaded: { amount: card.limit, currency: 'USD' },
    activatedAt: instant(card.use_at),
    cancelRequestedAt: instant(card.close_at),
    cancelledAt: instant(card.end_at),
    operation: null,
  };
}

describe('2,500 cards of OPEN-API', () => {
  const count = 2500;
  /** Each page after the first begins with the last row of the one before: two laps, each of which ends at an empty page. */
  const pages = 2 * (26 + 1);
  let gateway: TestGateway;
  let client: Client;
  let firstSync: string;
  let first: Map<string, Card>;

  beforeAll(async () => {
    gateway = await startGateway({ sandbox: { openApi: { repeatedRows: 1 } } });
    ({ client } = gateway);
    gateway.sandbox.admin.openApi.seedCards({ count, replace: true });
    // Security code and PIN are words here, so that a trace of them cannot be chance.
    gateway.sandbox.admin.openApi.cards().forEach(({ card_id: id }, index) => {
      gateway.sandbox.admin.openApi.updateCard(id, { cvv: `cvv-canary-${index}`, pin: `pin-canary-${index}` });
    });
  });
  afterAll(() => gateway.close());
  beforeEach(() => gateway.sandbox.admin.clearFaults());

  test('come over 26 pages, on which some come again, until a whole lap of them brings nothing new', async () => {
    const started = await client.call('startSync', { body: { account: 'open-api' } });
    expect(started).toMatchObject({
      status: 202,
      data: { account: 'open-api', kind: 'cards', user: null, operation: { outcome: 'succeeded' } },
    });
    firstSync = started.data.id;
    const sync = await finished(client, firstSync);
    expect(sync).toMatchObject({ status: 'succeeded', pages, seen: count, total: count, failure: null });
    expect(sync.finishedAt).not.toBeNull();
    expect(gateway.sandbox.admin.requestCount('open-api', 'cardList')).toBe(pages);
    first = await cardsOf(client, 'open-api');
    expect(first.size).toBe(count);
  });

  test('are what the provider says they are: status, literal amounts, months, moments, product and its currency', async () => {
    const { data } = await client.listCardProducts({ query: { account: 'open-api' } });
    const products = new Map(data.map((product) => [product.providerRef, product]));
    const cards = gateway.sandbox.admin.openApi.cards();
    const wanted = cards.map((card) => expected(card, products));
    const got = cards.map(({ card_id: id }) => {
      const { id: _id, createdAt: _c, updatedAt: _u, syncedAt: _s, ...rest } = first.get(id) ?? ({} as Card);
      return rest;
    });
    expect(got).toEqual(wanted);
    // The seed has what it takes to fail this: amounts that a float would shorten, empty dates, both shapes of an id.
    expect(new Set(cards.map(({ balance }) => balance))).toContain('100.00');
    expect(wanted.some(({ activatedAt }) => activatedAt === null)).toBe(true);
    expect(wanted.some(({ cancelledAt }) => cancelledAt !== null)).toBe(true);
    expect(new Set(cards.map(({ card_id: id }) => id.startsWith('cid_')))).toEqual(new Set([true, false]));
    expect(new Set(wanted.map(({ network }) => network))).toEqual(new Set(['visa', 'mastercard']));
    expect(new Set(wanted.map(({ status }) => status)).size).toBe(7);
  });

  test('can be filtered by product, status and last four digits', async () => {
    const [card] = first.values();
    const { product, status, last4 } = card ?? ({} as Card);
    const same = [...first.values()].filter((one) => one.product === product && one.status === status);
    const query = { product: product ?? '', status: status as CardStatus };
    const found: string[] = [];
    for await (const { id } of client.all('listCards', { query: { ...query, limit: 200 } })) found.push(id);
    expect(new Set(found)).toEqual(new Set(same.map(({ id }) => id)));
    const { data } = await client.listCards({ query: { ...query, last4: last4 ?? '' } });
    expect(data.map(({ id }) => id)).toContain(card?.id);
  });

  test('are the same rows when they come again; only what changed is updated', async () => {
    const { openApi } = gateway.sandbox.admin;
    const [changed] = openApi.cards();
    openApi.updateCard(changed?.card_id ?? '', { balance: '77.70', status: 3 });
    expect(await synced(client, 'open-api')).toMatchObject({ status: 'succeeded', pages, seen: count });
    const second = await cardsOf(client, 'open-api');
    const rows = (cards: Map<string, Card>) => [...cards].map(([ref, { id, createdAt }]) => [ref, id, createdAt]);
    expect(rows(second)).toEqual(rows(first));
    const touched = [...second].filter(([ref, { updatedAt }]) => updatedAt !== first.get(ref)?.updatedAt);
    expect(touched).toMatchObject([
      [changed?.card_id, { balance: { amount: '77.70', currency: 'USD' }, status: 'frozen', providerStatus: '3' }],
    ]);
    const seenAgain = [...second].filter(([ref, { syncedAt }]) => String(syncedAt) > String(first.get(ref)?.syncedAt));
    expect(seenAgain).toHaveLength(count);
  });

  test('leave no card number, security code or PIN in Postgres or in the log, in clear, hex or base64', async () => {
    const cards = gateway.sandbox.admin.openApi.cards();
    const numbers = new Set(cards.map(({ card_no: number }) => number));
    const some = cards.slice(0, 40);
    const secrets = ['cvv-canary-', 'pin-canary-', ...some.map(({ card_no: number }) => number)];
    for (const text of [await everythingStored(gateway.pool), gateway.log()]) {
      expect(cardNumbersIn(text, numbers)).toEqual([]);
      expect(tracesIn(text, secrets)).toEqual([]);
      expect(text.includes('canary')).toBe(false);
    }
    const { rows } = await gateway.pool.query<{ sealed: number }>(
      'SELECT count(DISTINCT pan_sealed)::int AS sealed FROM cards',
    );
    expect(rows).toEqual([{ sealed: count }]);
  });

  test('would not leave them unseen: what is planted is found', async () => {
    const [{ card_no: number } = { card_no: '' }] = gateway.sandbox.admin.openApi.cards();
    const hex = Buffer.from(`a${number}b`).toString('hex');
    expect(cardNumbersIn(`x${number}y`, new Set([number]))).toEqual([number]);
    expect(cardNumbersIn(`\\x${hex}`, new Set([number]))).toEqual([number]);
    for (const before of ['', 'a', 'ab']) {
      expect(tracesIn(Buffer.from(`${before}${number}z`).toString('base64'), [number])).toEqual([number]);
    }
    const name = `planted-${number}`;
    await gateway.pool.query(
      `INSERT INTO card_products (id, tenant, provider, account, provider_ref, name, status, issuable, seen_at)
       VALUES (gen_random_uuid(), 'none', 'none', 'none', 'none', $1, 'delisted', false, now())`,
      [name],
    );
    const stored = await everythingStored(gateway.pool);
    await gateway.pool.query('DELETE FROM card_products WHERE name = $1', [name]);
    expect(cardNumbersIn(stored, new Set([number]))).toEqual([number]);
  });

  test('one is refreshed by its number, opened from its seal, and shows what changed', async () => {
    const { admin } = gateway.sandbox;
    const { openApi } = admin;
    const card = openApi.cards().at(-1);
    const ref = card?.card_id ?? '';
    const id = first.get(ref)?.id ?? '';
    openApi.updateCard(ref, { status: 4, balance: '0.10', close_at: '2026-05-06 07:08:09' });
    const asked = admin.requestCount('open-api', 'cardList');
    expect(await client.getCard({ params: { id } })).toMatchObject({ providerStatus: String(card?.status) });
    expect(admin.requestCount('open-api', 'cardList')).toBe(asked);
    const refreshed = await client.getCard({ params: { id }, query: { refresh: true } });
    expect(admin.requestCount('open-api', 'cardList')).toBe(asked + 1);
    expect(refreshed).toMatchObject({
      id,
      providerRef: ref,
      status: 'cancelling',
      balance: { amount: '0.10', currency: 'USD' },
      cancelRequestedAt: '2026-05-06T07:08:09.000Z',
    });
    expect(await client.getCard({ params: { id } })).toEqual(refreshed);
  });

  test('a status that no document lists is kept as it came, and guessed at by nobody', async () => {
    const ref = gateway.sandbox.admin.openApi.cards().at(-2)?.card_id ?? '';
    gateway.sandbox.admin.openApi.updateCard(ref, { status: 42 });
    const id = first.get(ref)?.id ?? '';
    const query = { refresh: true };
    expect(await client.getCard({ params: { id }, query })).toMatchObject({
      status: 'unrecognized',
      providerStatus: '42',
    });
    const { data } = await client.listCards({ query: { status: 'unrecognized' } });
    expect(data.map((card) => card.id)).toEqual([id]);
  });

  test('a page that fails is asked for again later; no other page is, and progress stays visible', async () => {
    const { admin } = gateway.sandbox;
    const asked = admin.requestCount('open-api', 'cardList');
    admin.addFault({ provider: 'open-api', operation: 'cardList', fault: 'bad_gateway', after: 10 });
    const { id } = await client.startSync({ body: { account: 'open-api' } });
    const shown = () => client.getSync({ params: { id } });
    // The failing page is requested while the tenth is stored.
    expect(await until(shown, ({ pages }) => pages === 10)).toMatchObject({
      status: 'running',
      pages: 10,
      seen: 100 + 9 * 99,
      total: count,
      finishedAt: null,
    });
    expect(await finished(client, id)).toMatchObject({ status: 'succeeded', pages, seen: count, failure: null });
    expect(admin.requestCount('open-api', 'cardList')).toBe(asked + pages + 1);
    expect((await cardsOf(client, 'open-api')).size).toBe(count);
  });

  test('are nobody else’s, and neither is their sync', async () => {
    const other = await gateway.key({ tenant: 'other' });
    const params = { id: firstSync };
    await expect(other.client.getSync({ params })).rejects.toMatchObject({ code: 'not-found', status: 404 });
    expect((await other.client.listCards()).data).toEqual([]);
    expect(await client.getSync({ params })).toMatchObject({ id: firstSync, status: 'succeeded' });
  });
});

describe('lists whose pages repeat rows of the page before', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({
      sandbox: { openApi: { repeatedRows: 3 }, keysecure: { repeatedRows: 3 } },
      account: (name, settings) => (/open-api|keysecure/.test(name) ? { ...settings, pageSize: 10 } : settings),
    });
  });
  afterAll(() => gateway.close());

  test('lose no card: 330 of 330 at 10 a page, though the provider counts each row that it gives', async () => {
    const { client, sandbox } = gateway;
    sandbox.admin.openApi.seedCards({ count: 330, replace: true });
    expect(await synced(client, 'open-api')).toMatchObject({ status: 'succeeded', seen: 330, total: 330 });
    const wanted = sandbox.admin.openApi.cards().map(({ card_id: ref }) => ref);
    expect(new Set((await cardsOf(client, 'open-api')).keys())).toEqual(new Set(wanted));
  });

  test('lose no product, and take none for delisted', async () => {
    const { client, sandbox } = gateway;
    const [sample] = sandbox.admin.openApi.bins();
    const more = Array.from({ length: 32 }, (_, index) => ({ bin_id: `cpi_more_${index}`, bin_code: '428853' }));
    sandbox.admin.openApi.seedBins(more.map((own) => Object.assign({}, sample, own)));
    const query = { account: 'open-api', refresh: true, limit: 200 };
    const { data } = await client.listCardProducts({ query });
    expect(new Set(data.map(({ providerRef }) => providerRef))).toEqual(
      new Set(sandbox.admin.openApi.bins().map(({ bin_id: ref }) => ref)),
    );
    expect(
      data.filter(({ providerRef }) => providerRef?.startsWith('cpi_more_')).every(({ issuable }) => issuable),
    ).toBe(true);
  });

  test('lose no card and no transaction of KeySecure, whose lists have no total', async () => {
    const { client, sandbox } = gateway;
    const { made, order } = await cardMaker(gateway);
    const { id, providerRef } = await made('virtual');
    for (let more = 0; more < 23; more += 1) await order('virtual');
    expect(await synced(client, 'keysecure')).toMatchObject({ status: 'succeeded', seen: 24 });
    const consumptions = Array.from({ length: 24 }, () => ({ type: 'Consumption', amount: '1.00' }));
    sandbox.admin.keysecure.seedConsumptions({ cardNo: String(providerRef), consumptions });
    const { data } = await client.listCardTransactions({ params: { id }, query: { refresh: true, limit: 100 } });
    expect(data).toHaveLength(24);
  });
});

describe('a sync that was left by its process', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ jobs: false });
    gateway.sandbox.admin.openApi.seedCards({ count: 1000, replace: true });
  });
  afterAll(() => gateway.close());

  const asked = () => gateway.sandbox.admin.requestCount('open-api', 'cardList');
  /** Two laps of 1,000 cards, each of which ends at an empty page. */
  const whole = 2 * (10 + 1);

  /** Lets a process work on the queue until the sync is finished. */
  async function worked(id: string, services = gateway.services) {
    const jobs = await startJobs(services, writeKinds, createLog('silent'));
    try {
      return await finished(gateway.client, id);
    } finally {
      await jobs.stop();
    }
  }

  /** Starts a sync and runs some pages of it, as a process does that is then asked to end. */
  async function begun(pages: number): Promise<string> {
    const { id } = await gateway.client.startSync({ body: { account: 'open-api' } });
    const before = asked();
    const ending = new AbortController();
    void gateway.sandbox.admin.until(() => asked() === before + pages).then(() => ending.abort());
    await runSync(gateway.services, uuidOf('sync', id), { isLastAttempt: false, signal: ending.signal });
    expect(await gateway.client.getSync({ params: { id } })).toMatchObject({
      status: 'running',
      pages,
      seen: pages * 100,
    });
    return id;
  }

  test('on purpose goes on after its last page', async () => {
    const before = asked();
    const id = await begun(4);
    expect(await worked(id)).toMatchObject({ status: 'succeeded', pages: whole, seen: 1000 });
    expect(asked()).toBe(before + whole);
    expect((await cardsOf(gateway.client, 'open-api')).size).toBe(1000);
  });

  test('because it took a minute goes on after its last page, in a job of its own', async () => {
    const before = asked();
    const { client, services } = gateway;
    const { id } = await client.startSync({ body: { account: 'open-api' } });
    const startedAt = services.now();
    const slow = { ...services, now: () => startedAt + 20_000 * (asked() - before) };
    const { signal } = new AbortController();
    await runSync(slow, uuidOf('sync', id), { isLastAttempt: true, signal });
    expect(await client.getSync({ params: { id } })).toMatchObject({ status: 'running', pages: 3 });
    expect(await worked(id, slow)).toMatchObject({ status: 'succeeded', pages: whole, seen: 1000 });
    expect(asked()).toBe(before + whole);
  });

  test('by a crash goes on after its last page, once it is sure that nobody works on it', async () => {
    const before = asked();
    const id = await begun(3);
    // The leftovers of a killed process: a job, and its account's queue, held by no worker.
    await gateway.pool.query(
      `UPDATE graphile_worker._private_jobs SET locked_by = 'worker-gone', locked_at = now() - interval '15 minutes', attempts = 1
       WHERE key IS NOT NULL AND locked_at IS NULL`,
    );
    await gateway.pool.query(
      `UPDATE graphile_worker._private_job_queues SET locked_by = 'worker-gone', locked_at = now() - interval '15 minutes'`,
    );
    expect(await worked(id)).toMatchObject({ status: 'succeeded', pages: whole, seen: 1000 });
    expect(asked()).toBe(before + whole);
  });
});

test('a sync remembers over a restart which rows it has seen, and two processes at once cannot end it early', async () => {
  const gateway = await startGateway({
    jobs: false,
    sandbox: { openApi: { repeatedRows: 3 } },
    account: (name, settings) => (name === 'open-api' ? { ...settings, pageSize: 10 } : settings),
  });
  try {
    const { client, sandbox, services, pool } = gateway;
    sandbox.admin.openApi.seedCards({ count: 45, seed: 9, replace: true });
    const { id } = await client.startSync({ body: { account: 'open-api' } });
    const { signal } = new AbortController();
    let asked = 0;
    const startedAt = services.now();
    // Each look at the clock takes the process a quarter of its minute.
    const slow = () => ({ ...services, now: () => startedAt + 15_000 * (asked += 1) });
    const status = async () => (await client.getSync({ params: { id } })).status;
    for (let runs = 0; runs < 100 && (await status()) !== 'succeeded'; runs += 1) {
      const both = [0, 1].map(() => runSync(slow(), uuidOf('sync', id), { isLastAttempt: false, signal }));
      await Promise.all(both);
    }
    expect(await client.getSync({ params: { id } })).toMatchObject({ status: 'succeeded', seen: 45, total: 45 });
    expect((await cardsOf(client, 'open-api')).size).toBe(45);
    expect((await pool.query('SELECT FROM sync_rows')).rowCount).toBe(0);
  } finally {
    await gateway.close();
  }
});

describe('a sync that cannot succeed', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.close());
  beforeEach(() => gateway.sandbox.admin.clearFaults());

  test('because the provider refuses for certain fails at once, and says why', async () => {
    const { admin } = gateway.sandbox;
    admin.addFault({ provider: 'keysecure', operation: 'card/list', fault: 'refuse', code: 1003, times: 0 });
    const sync = await synced(gateway.client, 'keysecure');
    expect(sync).toMatchObject({ status: 'failed', pages: 0, seen: 0 });
    expect(sync.failure).toContain('1003');
    expect(sync.finishedAt).not.toBeNull();
    expect(admin.requestCount('keysecure', 'card/list')).toBe(1);

    // A new one starts afresh.
    admin.clearFaults();
    expect(await synced(gateway.client, 'keysecure')).toMatchObject({ status: 'succeeded', seen: 0, failure: null });
  });

  test('because its last attempt failed too says so; the attempts before it leave it running', async () => {
    const quiet = await startGateway({ jobs: false });
    try {
      const { client, sandbox, services } = quiet;
      sandbox.admin.addFault({ provider: 'open-api', operation: 'cardList', fault: 'unlisted_code', times: 0 });
      const { id } = await client.startSync({ body: { account: 'open-api' } });
      const { signal } = new AbortController();
      const run = (isLastAttempt: boolean) => runSync(services, uuidOf('sync', id), { isLastAttempt, signal });
      await expect(run(false)).rejects.toThrow('no document describes');
      expect(await client.getSync({ params: { id } })).toMatchObject({ status: 'running', failure: null });
      await run(true);
      const sync = await client.getSync({ params: { id } });
      expect(sync).toMatchObject({ status: 'failed' });
      expect(sync.failure).toContain('99999');
      // A finished sync stays finished.
      sandbox.admin.clearFaults();
      await run(false);
      expect(await client.getSync({ params: { id } })).toEqual(sync);
    } finally {
      await quiet.close();
    }
  });

  test('because the gateway itself fails says no more than that', async () => {
    const quiet = await startGateway({ jobs: false });
    try {
      const { client, services } = quiet;
      const { id } = await client.startSync({ body: { account: 'open-api' } });
      const seal = () => {
        throw new Error('a sentence for the log');
      };
      const broken = { ...services, sealing: { ...services.sealing, seal } };
      const { signal } = new AbortController();
      await expect(runSync(broken, uuidOf('sync', id), { isLastAttempt: true, signal })).rejects.toThrow('sentence');
      const sync = await client.getSync({ params: { id } });
      expect(sync).toMatchObject({ status: 'failed', failure: expect.stringContaining('The gateway failed') });
      expect(sync.failure).not.toContain('sentence');
    } finally {
      await quiet.close();
    }
  });

  test('because nothing can be synced there is refused before it starts', async () => {
    const { client } = gateway;
    for (const account of ['onerway', 'yixin']) {
      await expect(client.startSync({ body: { account } })).rejects.toMatchObject({
        status: 400,
        problem: { errors: [{ pointer: '/user' }] },
      });
    }
    await expect(client.startSync({ body: { account: 'open-api', user: 'u' } })).rejects.toMatchObject({
      code: 'not-supported',
      status: 422,
    });
    await expect(client.startSync({ body: { account: 'other-keysecure' } })).rejects.toMatchObject({
      code: 'not-found',
      problem: { errors: [{ pointer: '/account' }] },
    });
    await expect(client.getSync({ params: { id: 'sync_00000000000000000000000000' } })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe('syncs of an account', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
    gateway.sandbox.admin.openApi.seedCards({ count: 300, replace: true });
  });
  afterAll(() => gateway.close());
  const asked = () => gateway.sandbox.admin.requestCount('open-api', 'cardList');

  test('bring cards in also while its products cannot be had; their currency follows', async () => {
    const { client, sandbox } = gateway;
    sandbox.admin.addFault({ provider: 'open-api', operation: 'binList', fault: 'bad_gateway' });
    expect(await synced(client, 'open-api')).toMatchObject({ status: 'succeeded', seen: 300 });
    const [bare] = (await cardsOf(client, 'open-api')).values();
    expect(bare).toMatchObject({ product: null, network: null, balance: { currency: null } });
    await client.listCardProducts({ query: { account: 'open-api' } });
    const whole = await client.getCard({ params: { id: bare?.id ?? '' } });
    expect(whole).toMatchObject({ balance: { amount: bare?.balance?.amount, currency: 'USD' } });
    expect(whole.product).toMatch(/^prod_/);
    expect(['visa', 'mastercard']).toContain(whole.network);
  });

  test('bring in also a card whose number the provider keeps to itself, which nobody can ask for on its own', async () => {
    const { client, sandbox } = gateway;
    const { card_id: ref = '' } = sandbox.admin.openApi.cards().at(-1) ?? {};
    const before = (await cardsOf(client, 'open-api')).get(ref);
    sandbox.admin.openApi.seedCards({ count: 1, seed: 77 });
    const { card_id: bare = '' } = sandbox.admin.openApi.cards().at(-1) ?? {};
    sandbox.admin.openApi.updateCard(bare, { card_no: '' });
    // And one whose number is no longer shown keeps what is known of it.
    sandbox.admin.openApi.updateCard(ref, { card_no: '', balance: '3.30' });
    expect(await synced(client, 'open-api')).toMatchObject({ status: 'succeeded', seen: 301 });
    const cards = await cardsOf(client, 'open-api');
    expect(cards.get(ref)).toMatchObject({ id: before?.id, last4: before?.last4, balance: { amount: '3.30' } });
    const card = cards.get(bare);
    expect(card).toMatchObject({ last4: null, provider: 'open-api' });
    await expect(client.getCard({ params: { id: card?.id ?? '' }, query: { refresh: true } })).rejects.toMatchObject({
      code: 'not-supported',
      status: 422,
    });
    sandbox.admin.openApi.seedCards({ count: 300, replace: true });
  });

  test('run once for each key', async () => {
    const { client } = gateway;
    const order = { body: { account: 'open-api' }, idempotencyKey: 'nightly' };
    const before = asked();
    const first = await client.call('startSync', order);
    await finished(client, first.data.id);
    const again = await client.call('startSync', order);
    expect(again).toMatchObject({ status: 202, replayed: true, data: { id: first.data.id } });
    expect(await client.getSync({ params: { id: first.data.id } })).toMatchObject({ pages: 8 });
    expect(asked()).toBe(before + 8);
  });

  test('that are started together run one after another, to the same rows', async () => {
    const second = await gateway.another();
    const before = await cardsOf(gateway.client, 'open-api');
    expect(before.size).toBe(301);
    const clients = [gateway.client, second.client, gateway.client, second.client];
    const syncs = await Promise.all(clients.map((client) => synced(client, 'open-api')));
    for (const sync of syncs) expect(sync).toMatchObject({ status: 'succeeded', pages: 8, seen: 300 });
    const different = [...new Map(syncs.map((sync) => [sync.id, sync])).values()];
    const spans = different.map(({ startedAt, finishedAt }) => [String(startedAt), String(finishedAt)] as const);
    const inOrder = spans.toSorted(([a], [b]) => a.localeCompare(b));
    expect(inOrder.slice(1).every(([start], index) => start >= String(inOrder[index]?.[1]))).toBe(true);
    const after = await cardsOf(gateway.client, 'open-api');
    const ids = (cards: Map<string, Card>) => [...cards.values()].map(({ id }) => id);
    expect(ids(after)).toEqual(ids(before));
    await second.close();
  });
});

describe('the cards of a KeySecure account', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.close());

  async function issued(client: Client, account: string): Promise<Card> {
    const { data } = await client.listCardProducts({ query: { account } });
    const product = data.find(({ providerRef }) => providerRef === 'PKG2026000001')?.id ?? '';
    const body = { account, reference: `holder-${account}-${Math.random()}`, sumsubShareToken: 'share' };
    const cardholder = await client.createCardholder({ body });
    gateway.sandbox.admin.keysecure.updateCardholder(cardholder.id, { status: 'Approved' });
    return client.issueCard({ body: { account, product, cardholder: cardholder.id, form: 'virtual' } });
  }

  test('are updated by a sync where we ordered them, and brought in where others did', async () => {
    const { client, sandbox } = gateway;
    const ours = [await issued(client, 'keysecure'), await issued(client, 'keysecure')];
    // Another system of the same merchant: the same Api-Key, another gateway account.
    const other = await gateway.key({ tenant: 'other' });
    const foreign = await issued(other.client, 'other-keysecure');
    for (const { id } of [...ours, foreign]) sandbox.admin.keysecure.updateCard(id, { status: 'Activated' });

    expect(await synced(client, 'keysecure')).toMatchObject({ status: 'succeeded', pages: 2, seen: 3, total: null });
    const cards = await cardsOf(client, 'keysecure');
    expect(cards.size).toBe(3);
    for (const { id, providerRef, product, cardholder } of ours) {
      const card = cards.get(String(providerRef));
      expect(card).toMatchObject({ id, product, cardholder, form: 'virtual', network: 'visa', status: 'active' });
      expect(card?.last4).toMatch(/^\d{4}$/);
      expect(card?.syncedAt).not.toBeNull();
      expect(await client.getCard({ params: { id } })).toEqual(card);
    }
    const brought = cards.get(String(foreign.providerRef));
    expect(brought).toMatchObject({
      account: 'keysecure',
      // Neither the list of cards nor our records say more of it.
      product: null,
      cardholder: null,
      form: 'virtual',
      network: 'visa',
      status: 'active',
      operation: null,
    });
    expect(brought?.id).not.toBe(foreign.id);
    // The other tenant's row is its own, and knows nothing of this sync.
    expect(await other.client.getCard({ params: { id: foreign.id } })).toEqual(foreign);

    const ids = [...cards.values()].map(({ id }) => id);
    expect(await synced(client, 'keysecure')).toMatchObject({ status: 'succeeded', seen: 3 });
    expect([...(await cardsOf(client, 'keysecure')).values()].map(({ id }) => id)).toEqual(ids);
  });

  test('that we ordered without getting an answer are found by our own reference, in their row', async () => {
    const quiet = await startGateway({ jobs: false });
    try {
      const { client, sandbox, services } = quiet;
      const order = await cardOrder(quiet);
      sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'work_then_reset' });
      const lost = await client.issueCard({ body: order });
      expect(lost).toMatchObject({ status: 'pending', providerRef: null, operation: { outcome: 'unknown' } });

      const { id } = await client.startSync({ body: { account: 'keysecure' } });
      const { signal } = new AbortController();
      await runSync(services, uuidOf('sync', id), { isLastAttempt: false, signal });
      const cards = [...(await cardsOf(client, 'keysecure')).values()];
      expect(cards).toMatchObject([{ id: lost.id, product: order.product, cardholder: order.cardholder }]);
      expect(cards[0]?.providerRef).toBe(sandbox.admin.keysecure.cards()[0]?.cardNo);
      expect(sandbox.admin.ledger({ effect: 'card_issued' })).toHaveLength(1);
    } finally {
      await quiet.close();
    }
  });

  test('that were ordered while a sync runs stay one card', async () => {
    const { client } = gateway;
    const { id } = await client.startSync({ body: { account: 'keysecure' } });
    const [card] = await Promise.all([issued(client, 'keysecure'), finished(client, id)]);
    await synced(client, 'keysecure');
    const cards = await cardsOf(client, 'keysecure');
    expect(cards.get(String(card.providerRef))?.id).toBe(card.id);
  });

  test('come over several windows of time and several pages, each once', async () => {
    const since = new Date(Date.now() - 200 * 86_400_000).toISOString().slice(0, 10);
    const small = await startGateway({
      account: (name, settings) => (name === 'keysecure' ? { ...settings, listedSince: since, pageSize: 2 } : settings),
    });
    try {
      const { client, sandbox } = small;
      const { data } = await client.listCardProducts({ query: { account: 'keysecure' } });
      const product = data.find(({ providerRef }) => providerRef === 'PKG2026000001')?.id ?? '';
      const applied = { account: 'keysecure', reference: 'many', sumsubShareToken: 'share' };
      const cardholder = await client.createCardholder({ body: applied });
      sandbox.admin.keysecure.updateCardholder(cardholder.id, { status: 'Approved' });
      const order = { account: 'keysecure', product, cardholder: cardholder.id, form: 'virtual' } as const;
      const ids: string[] = [];
      for (let number = 0; number < 5; number += 1) ids.push((await client.issueCard({ body: order })).id);
      const asked = sandbox.admin.requestCount('keysecure', 'card/list');
      // Two windows without a card, then pages of two, two, one and none, twice.
      expect(await synced(client, 'keysecure')).toMatchObject({ status: 'succeeded', pages: 10, seen: 5 });
      expect(sandbox.admin.requestCount('keysecure', 'card/list')).toBe(asked + 10);
      const cards = [...(await cardsOf(client, 'keysecure')).values()];
      expect(cards.map(({ id }) => id).toReversed()).toEqual(ids);
      expect(cards.every(({ syncedAt }) => syncedAt !== null)).toBe(true);
    } finally {
      await small.close();
    }
  });
});
