import { type CardStatus, newUuid, uuidOf } from '@card-gateway/core';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ArrivedCallback, storeCallback } from '../src/callbacks/intake-store.ts';
import { ingestCards } from '../src/cards/ingest-cards.ts';
import { workCallback } from '../src/jobs/callback.ts';
import { tidyCallbacks } from '../src/jobs/retention.ts';
import { runSync } from '../src/jobs/sync.ts';
import { cardUpdate, countCallbacks, type Message, post, secretPath, takingCallbacks } from './setup/callbacks.ts';
import { cardMaker } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { ahead } from './setup/reconcile.ts';

let gateway: TestGateway;
let admin: TestGateway['sandbox']['admin'];
let cards: Awaited<ReturnType<typeof cardMaker>>;

beforeAll(async () => {
  // Nothing is worked by itself: each test says when.
  gateway = await startGateway({ ...takingCallbacks, jobs: false });
  ({ admin } = gateway.sandbox);
  cards = await cardMaker(gateway);
});
afterAll(() => gateway.close());
beforeEach(() => admin.clearFaults());

/** The id of the latest callback. */
async function latest(): Promise<string> {
  const { data } = await gateway.client.listCallbacks({ query: { limit: 1 } });
  return data[0]?.id ?? '';
}

/** Sends a callback of KeySecure. @returns the id of the latest one */
async function sent(message: Message): Promise<string> {
  expect((await post(`${gateway.url}/callbacks/keysecure`, message)).status).toBe(200);
  return latest();
}

const received = (change: Parameters<typeof cardUpdate>[1]): Promise<string> => sent(cardUpdate(gateway, change));

const work = (id: string, isLastAttempt = true): Promise<void> =>
  workCallback(gateway.services, uuidOf('callback', id), isLastAttempt);
const callback = (id: string) => gateway.client.getCallback({ params: { id } });

/** Sets the time of our last description of a card. */
const described = async (card: { readonly id: string }, at: number) =>
  gateway.pool.query('UPDATE cards SET synced_at = $2 WHERE id = $1', [uuidOf('card', card.id), new Date(at)]);

const words = { active: 'Activated', frozen: 'Frozen', inactive: 'ToActivate', cancelled: 'Delete' } as const;
type Status = keyof typeof words & CardStatus;

describe('the status of a card', () => {
  const account = () => {
    const found = gateway.services.accounts.byName('keysecure');
    if (found === undefined) throw new Error('no account');
    return found;
  };
  const detailReads = (): number => admin.requestCount('keysecure', 'card/detail');
  const shown = async (card: { readonly id: string }) => gateway.client.getCard({ params: { id: card.id } });

  /** Sets the provider's clock, and lets the gateway see it. */
  async function setProviderClock(skewMs: number): Promise<void> {
    admin.changeClock({ skewMs });
    for (let round = 0; round < 2; round += 1) {
      await gateway.client.listCardProducts({ query: { account: 'keysecure', refresh: true } });
    }
  }
  afterEach(() => setProviderClock(0));

  /** What becomes of a card at its provider, and what is then told of it: by callbacks, and by lists that show it. */
  interface Change {
    readonly status: Status;
    /** Since the one before. */
    readonly afterMs: number;
    /** Null where no list shows it. */
    readonly listedAfterMs: number | null;
  }
  const change: fc.Arbitrary<Change> = fc.record({
    status: fc.constantFrom('active', 'frozen', 'inactive', 'cancelled'),
    afterMs: fc.integer({ min: 1, max: 9000 }),
    listedAfterMs: fc.option(fc.integer({ min: 0, max: 9000 })),
  });
  const story = fc.record({
    skewMs: fc.constantFrom(0, -1000, 1000, -90_000, 90_000, 3_600_000),
    changes: fc.array(change, { minLength: 1, maxLength: 4 }),
    order: fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
  });

  test('ends as the provider has it, whatever its clock, in every order of what callbacks and lists say', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ skewMs, changes, order }) => {
        await setProviderClock(skewMs);
        const card = await cards.made('virtual', 'Activated');
        const cardNo = card.providerRef ?? '';
        const start = Date.now() - 80_000;
        await described(card, start);
        await gateway.pool.query("UPDATE cards SET status = 'pending' WHERE id = $1", [uuidOf('card', card.id)]);
        let now = start;
        const history = changes.map(({ status, afterMs }) => ({ status, at: (now += afterMs) }));
        const statusAt = (at: number) => history.findLast((one) => one.at <= at)?.status ?? 'active';
        const tellings = history.flatMap(({ status, at }, index) => {
          const callback = async () => work(await received({ cardNo, to: words[status], time: at + skewMs }));
          const listedAfterMs = changes[index]?.listedAfterMs ?? null;
          if (listedAfterMs === null) return [callback];
          const askedAt = at + listedAfterMs;
          const listed = statusAt(askedAt);
          const row = { providerRef: cardNo, status: listed, providerStatus: words[listed] };
          return [
            callback,
            () => ingestCards(gateway.services, account(), [row], { by: 'list', askedAt: new Date(askedAt) }),
          ];
        });
        const last = history.at(-1)?.status ?? 'active';
        admin.keysecure.updateCard(card.id, { status: words[last] });
        const shuffled = tellings
          .map((tell, index) => ({ tell, at: order[index] ?? 0 }))
          .toSorted((a, b) => a.at - b.at);
        for (const { tell } of shuffled) await tell();
        expect(await shown(card)).toMatchObject({ status: last, providerStatus: words[last] });
      }),
      { numRuns: 40 },
    );
  });

  test('is taken from a callback alone where its date decides', async () => {
    const card = await cards.made('virtual', 'Activated');
    const now = Date.now();
    await described(card, now - 20_000);
    const before = detailReads();
    await work(await received({ cardNo: card.providerRef ?? '', to: 'Frozen', time: now - 10_000 }));
    expect(await shown(card)).toMatchObject({ status: 'frozen', last4: card.last4 });
    // One of long before our last description is old news.
    await work(await received({ cardNo: card.providerRef ?? '', to: 'Delete', time: now - 30_000 }));
    expect(await shown(card)).toMatchObject({ status: 'frozen' });
    expect(detailReads()).toBe(before);
  });

  test.each<[string, (now: number) => number]>([
    ['a second before our last description, as of a clock that is a little behind', (now) => now - 1000],
    ['the moment of our last description', (now) => now],
    ['far ahead', (now) => now + 3_600_000],
    ['of days ago', (now) => now - 3 * 86_400_000],
    ['in seconds instead of milliseconds', (now) => Math.floor(now / 1000)],
    ['in microseconds', (now) => now * 1000],
    ['none', () => 0],
  ])('is read where a callback of another status has the date: %s', async (_what, dated) => {
    const card = await cards.made('virtual', 'Activated');
    const now = Date.now();
    await described(card, now);
    admin.keysecure.updateCard(card.id, { status: 'Delete' });
    const before = detailReads();
    await work(await received({ cardNo: card.providerRef ?? '', to: 'Frozen', time: dated(now) }));
    expect(detailReads()).toBe(before + 1);
    expect(await shown(card)).toMatchObject({ status: 'cancelled' });
  });

  test('needs no job where a callback changes nothing: of the status that we have, or of long before our last description', async () => {
    const card = await cards.made('virtual', 'Activated');
    const cardNo = card.providerRef ?? '';
    const now = Date.now();
    await described(card, now);
    const before = await shown(card);
    for (const [to, time, state] of [
      ['Activated', now - 1000, 'processed'],
      ['Activated', now - 30_000, 'processed'],
      ['Frozen', now - 30_000, 'processed'],
      // Which of the two is the later one is not known.
      ['Frozen', now - 1000, 'received'],
    ] as const) {
      expect(await callback(await received({ cardNo, to, time }))).toMatchObject({ state });
    }
    expect(await shown(card)).toEqual(before);
  });

  test('is not asked for where an undated callback says what is known', async () => {
    const card = await cards.made('virtual', 'Activated');
    const before = detailReads();
    await work(await received({ cardNo: card.providerRef ?? '', to: 'Activated', time: 0 }));
    expect(detailReads()).toBe(before);
  });

  test('can be refreshed at once after a callback of a provider whose clock is minutes ahead', async () => {
    await setProviderClock(240_000);
    const card = await cards.made('virtual', 'Activated');
    await described(card, Date.now() - 60_000);
    await work(await received({ cardNo: card.providerRef ?? '', to: 'Frozen', time: Date.now() + 240_000 }));
    admin.keysecure.updateCard(card.id, { status: 'Delete' });
    const refreshed = await gateway.client.getCard({ params: { id: card.id }, query: { refresh: true } });
    expect(refreshed).toMatchObject({ status: 'cancelled' });
  });

  test('brings the rest of the card with it, where only its order is known', async () => {
    const card = await cards.order('virtual');
    admin.keysecure.updateCard(card.id, { status: 'Activated' });
    await described(card, Date.now() - 60_000);
    expect(await shown(card)).toMatchObject({ status: 'pending', last4: null });
    await work(await received({ cardNo: card.providerRef ?? '', to: 'Activated' }));
    expect(await shown(card)).toMatchObject({ status: 'active', last4: expect.stringMatching(/^\d{4}$/) });
  });
});

test('of changes that arrive at once, at two gateways and many times, each is one row, and the latest of each card counts', async () => {
  const second = await gateway.another();
  const made = await Promise.all([1, 2, 3].map(() => cards.made('virtual', 'Activated')));
  const now = Date.now();
  for (const card of made) await described(card, now - 60_000);
  const before = await countCallbacks(gateway);
  const messages = made.flatMap(({ providerRef }) => [
    cardUpdate(gateway, { cardNo: providerRef ?? '', to: 'Delete', time: now - 10_000 }),
    cardUpdate(gateway, { cardNo: providerRef ?? '', to: 'Frozen', time: now - 30_000 }),
  ]);
  const reads = admin.requestCount('keysecure', 'card/detail');
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, time) =>
      messages.map((message) => post(`${time % 2 === 0 ? gateway.url : second.url}/callbacks/keysecure`, message)),
    ).flat(),
  );
  await second.close();
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
    new Set(['200 {"code":0,"message":""}']),
  );
  expect(await countCallbacks(gateway)).toBe(before + messages.length);
  const { data: rows } = await gateway.client.listCallbacks({ query: { limit: messages.length } });
  expect(rows.map(({ deliveries }) => deliveries)).toEqual(messages.map(() => 20));
  for (const { id, state } of rows) if (state === 'received') await work(id);
  for (const { id } of made) {
    expect(await gateway.client.getCard({ params: { id } })).toMatchObject({ status: 'cancelled' });
  }
  expect(admin.requestCount('keysecure', 'card/detail')).toBe(reads);
});

test('a change that another transaction holds up keeps no callback waiting: its job makes it', async () => {
  const card = await cards.made('virtual', 'Activated');
  await described(card, Date.now() - 60_000);
  const holder = await gateway.pool.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM cards WHERE id = $1 FOR UPDATE', [uuidOf('card', card.id)]);
  const id = await received({ cardNo: card.providerRef ?? '', to: 'Frozen' });
  expect(await callback(id)).toMatchObject({ state: 'received' });
  await holder.query('COMMIT');
  holder.release();
  await work(id);
  expect(await callback(id)).toMatchObject({ state: 'processed' });
  expect(await gateway.client.getCard({ params: { id: card.id } })).toMatchObject({ status: 'frozen' });
});

test('of two in one turn that differ under one key, the second is compared with the first', async () => {
  const arrived = (record: string): ArrivedCallback => ({
    id: newUuid(Date.now()),
    tenant: 'default',
    provider: 'keysecure',
    account: 'keysecure',
    deduplicationKey: crypto.randomUUID().replaceAll('-', '').repeat(2),
    kind: 'other',
    recordSealed: Buffer.from(record),
    receivedAt: new Date(),
    change: null,
    hintEveryMs: 0,
  });
  const [one, other] = [arrived('one'), arrived('other')];
  const { deduplicationKey } = one;
  const store = (callback: ArrivedCallback) => storeCallback(gateway.pool, { ...callback, deduplicationKey });
  const first = { id: one.id, before: null };
  expect(await Promise.all([store(one), store(other)])).toMatchObject([
    first,
    { id: one.id, before: one.recordSealed },
  ]);
  expect(await store(other)).toMatchObject({ id: one.id, before: one.recordSealed });
});

test('a callback about a card that is not known resolves the order whose answer was lost', async () => {
  admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'work_then_reset' });
  const card = await cards.order('virtual');
  expect(card).toMatchObject({ providerRef: null, operation: { outcome: 'unknown' } });
  const atProvider = admin.keysecure.cards().find(({ uniqueNo }) => uniqueNo === card.id);
  admin.keysecure.updateCard(card.id, { status: 'Activated' });
  await work(await received({ cardNo: atProvider?.cardNo ?? '', to: 'Activated' }));
  expect(await gateway.client.getCard({ params: { id: card.id } })).toMatchObject({
    providerRef: atProvider?.cardNo,
    status: 'active',
    operation: { outcome: 'succeeded' },
  });
  expect(admin.ledger({ effect: 'card_issued', reference: card.id })).toHaveLength(1);
});

test('a callback resolves a change whose answer was lost', async () => {
  const card = await cards.made('virtual', 'Activated');
  admin.addFault({ provider: 'keysecure', operation: 'card/status/update', fault: 'work_then_reset' });
  const { operation } = await gateway.client.freezeCard({ params: { id: card.id } });
  expect(operation?.outcome).toBe('unknown');
  await described(card, Date.now() - 60_000);
  await work(await received({ cardNo: card.providerRef ?? '', to: 'Frozen' }));
  expect(await gateway.client.getOperation({ params: { id: operation?.id ?? '' } })).toMatchObject({
    outcome: 'succeeded',
    resolvedBy: 'callback',
  });
});

/** A genuine callback with two members of its data merged into one: the signature fits, and nothing of it can be believed. */
function altered(message: Message, [into, merged]: readonly [string, string]): Message {
  const body = JSON.parse(String(message.body)) as { data: Record<string, unknown> };
  const { [into]: first, [merged]: second, ...others } = body.data;
  const data = { ...others, [into]: `${String(first)}&${merged}=${String(second)}` };
  return { ...message, body: JSON.stringify({ ...body, data }) };
}

describe('a callback that was altered and passes with its old signature', () => {
  test('makes its card be read, and the genuine one has its effect all the same', async () => {
    const card = await cards.made('virtual', 'Activated');
    const message = cardUpdate(gateway, { cardNo: card.providerRef ?? '', to: 'Frozen', time: Date.now() - 1000 });
    await described(card, Date.now() - 60_000);
    const before = admin.requestCount('keysecure', 'card/detail');
    await work(await sent(altered(message, ['reason', 'time'])));
    expect(admin.requestCount('keysecure', 'card/detail')).toBe(before + 1);
    expect(await gateway.client.getCard({ params: { id: card.id } })).toMatchObject({ status: 'active' });
    await described(card, Date.now() - 60_000);
    await work(await sent(message));
    expect(await gateway.client.getCard({ params: { id: card.id } })).toMatchObject({ status: 'frozen' });
  });

  test('makes its transaction be read: it loses neither its fee nor its merchant', async () => {
    const card = await cards.made('virtual', 'Activated');
    const consumptions = [{ type: 'Consumption', amount: '20.00' }];
    admin.keysecure.seedConsumptions({ cardNo: card.id, consumptions });
    const [row] = (await gateway.client.listCardTransactions({ params: { id: card.id }, query: { refresh: true } }))
      .data;
    await gateway.pool.query('DELETE FROM card_transactions WHERE card_ref = $1', [card.providerRef]);
    const data = {
      consume_no: row?.providerRef,
      card_no: card.providerRef,
      type: 'Consumption',
      amount: 20,
      detail: '',
      fee: 0.3,
      merchant_info: { merchant_name: 'A Shop', merchant_mcc: '5411', city: 'London', country: 'GB' },
      remark: '',
      status: 'Success',
      time: Date.now(),
    };
    await work(await sent(altered(admin.keysecure.callback({ action: 'Consumption', data }), ['detail', 'fee'])));
    const { data: shown } = await gateway.client.listCardTransactions({ params: { id: card.id } });
    expect(shown).toMatchObject([{ providerRef: row?.providerRef, fee: { amount: expect.any(String) } }]);
    expect(shown[0]?.merchant).not.toBeNull();
  });
});

describe('hints, which anybody may send,', () => {
  const hint = (cardNo: string, index: number): Message =>
    altered(cardUpdate(gateway, { cardNo, to: 'Frozen', time: Date.now() - index }), ['reason', 'time']);
  const jobOf = async (id: string) => {
    const { rows } = await gateway.pool.query<{ runAt: Date }>(
      'SELECT run_at AS "runAt" FROM graphile_worker.jobs WHERE key = $1',
      [`callback:${uuidOf('callback', id)}`],
    );
    return rows;
  };

  test('are one reading of their card, at two gateways too, and the next one an interval later', async () => {
    const second = await gateway.another();
    const card = await cards.made('virtual', 'Activated');
    const cardNo = card.providerRef ?? '';
    const urls = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? gateway.url : second.url));
    const before = await countCallbacks(gateway);
    await Promise.all(urls.map((url, index) => post(`${url}/callbacks/keysecure`, hint(cardNo, index))));
    await second.close();
    expect(await countCallbacks(gateway)).toBe(before + 1);
    const id = await latest();
    expect(await callback(id)).toMatchObject({ kind: 'card_hint', deliveries: 10, state: 'received' });
    expect(await jobOf(id)).toHaveLength(1);

    const reads = admin.requestCount('keysecure', 'card/detail');
    const readAt = Date.now();
    await work(id);
    expect(admin.requestCount('keysecure', 'card/detail')).toBe(reads + 1);
    expect(await callback(id)).toMatchObject({ state: 'processed' });
    expect(await sent(hint(cardNo, 11))).toBe(id);
    expect(await callback(id)).toMatchObject({ deliveries: 11, state: 'received' });
    const [job, ...others] = await jobOf(id);
    expect(others).toEqual([]);
    expect(job?.runAt.getTime()).toBeGreaterThanOrEqual(readAt + gateway.services.config.CALLBACK_HINT_INTERVAL_MS);
  });

  test('are not lost while their card is being read', async () => {
    const card = await cards.made('virtual', 'Activated');
    const cardNo = card.providerRef ?? '';
    const id = await sent(hint(cardNo, 1));
    const reads = admin.requestCount('keysecure', 'card/detail');
    const holder = await gateway.pool.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM cards WHERE id = $1 FOR UPDATE', [uuidOf('card', card.id)]);
    const working = work(id);
    await admin.until(() => admin.requestCount('keysecure', 'card/detail') > reads);
    expect(await sent(hint(cardNo, 2))).toBe(id);
    await holder.query('COMMIT');
    holder.release();
    await working;
    expect(await callback(id)).toMatchObject({ state: 'received', processedAt: null });
    expect(await jobOf(id)).toHaveLength(1);
    await work(id);
    expect(await callback(id)).toMatchObject({ state: 'processed' });
  });
});

describe('a hint at a card that no call can find, for its number is not known,', () => {
  const told = (cardId: string): Promise<string> =>
    post(`${gateway.url}/callbacks/open-api/${secretPath}`, { body: JSON.stringify({ card_id: cardId }) }).then(latest);
  const newCard = (seed: number): string => {
    admin.openApi.seedCards({ count: 1, seed });
    return admin.openApi.cards().at(-1)?.card_id ?? '';
  };
  const cardsOf = async () => {
    const { data } = await gateway.client.listCards({ query: { account: 'open-api', limit: 200 } });
    return data.map(({ providerRef }) => providerRef);
  };
  const pulls = async () => {
    const { rows } = await gateway.pool.query<{ id: string; state: string }>(
      "SELECT id, state FROM syncs WHERE account = 'open-api' ORDER BY created_at",
    );
    return rows;
  };
  const pull = async (services = gateway.services) => {
    const id = (await pulls()).find(({ state }) => state === 'queued')?.id ?? '';
    await runSync(services, id, { isLastAttempt: true, signal: new AbortController().signal });
  };

  test('has the list pulled, once for all that are told until it begins, and again for what is told later', async () => {
    const [first, second] = [newCard(301), newCard(302)];
    const ids = [await told(first), await told(second)];
    for (const id of ids) await work(id);
    expect((await pulls()).map(({ state }) => state)).toEqual(['queued']);
    await pull();
    expect(await cardsOf()).toEqual(expect.arrayContaining([first, second]));

    const third = newCard(303);
    const later = await told(third);
    // Not at once: whatever a stranger tells, the list is not pulled all the time.
    await expect(work(later, false)).rejects.toThrow('synced a moment ago');
    expect(await callback(later)).toMatchObject({ state: 'received' });
    const services = ahead(gateway, 5 * 60_000);
    await workCallback(services, uuidOf('callback', later), false);
    expect(await callback(later)).toMatchObject({ state: 'processed' });
    await pull(services);
    expect(await cardsOf()).toContain(third);
    expect((await pulls()).map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
  });
});

test('a list that fails costs none of the other lists that a notification makes be read, and is read again', async () => {
  const user = 'user-told';
  admin.onerway.seedTokens({ merchantCustId: user, tokens: [{}] });
  admin.onerway.seedTokens({ merchantCustId: user, kind: 'SUBSCRIBE', tokens: [{}] });
  const { merchantNo } = gateway.sandbox.credentials.onerway;
  const transactionId = '1798262509925699777';
  const told = { notifyType: 'TXN', txnType: 'BIND_CARD', transactionId, merchantNo, status: 'S' };
  const message = admin.onerway.notification({ ...told, tokenId: 'd'.repeat(64), merchantCustId: user });
  expect((await post(`${gateway.url}/callbacks/onerway`, message)).status).toBe(200);
  const id = await latest();
  const kinds = async () => {
    const { data } = await gateway.client.listBindings({ query: { account: 'onerway', user } });
    return data.map(({ kind }) => kind).toSorted();
  };
  admin.addFault({ provider: 'onerway', operation: 'queryTokenList', fault: 'truncated' });
  await expect(work(id, false)).rejects.toThrow(/provider/);
  expect(await kinds()).toEqual(['subscription']);
  await work(id, false);
  expect(await kinds()).toEqual(['subscription', 'token']);
  expect(await callback(id)).toMatchObject({ state: 'processed' });
});

describe('a callback that cannot be worked', () => {
  test('is tried again, then failed and shown; replayed, it is worked, and who did it is on record', async () => {
    const card = await cards.made('virtual', 'Activated');
    const id = await received({ cardNo: card.providerRef ?? '', to: 'Frozen', time: Date.now() + 3_600_000 });
    admin.keysecure.updateCard(card.id, { status: 'Frozen' });
    admin.addFault({ provider: 'keysecure', operation: 'card/detail', fault: 'bad_gateway', times: 0 });
    await expect(work(id, false)).rejects.toThrow(/provider/);
    expect(await callback(id)).toMatchObject({ state: 'received', failure: null });
    await work(id);
    expect(await callback(id)).toMatchObject({
      state: 'failed',
      failure: expect.stringMatching(/provider/),
      processedAt: null,
    });
    expect((await gateway.client.listCallbacks({ query: { state: 'failed' } })).data).toMatchObject([{ id }]);

    admin.clearFaults();
    expect(await gateway.client.call('replayCallback', { params: { id } })).toMatchObject({
      status: 200,
      data: { id, state: 'received', failure: null },
    });
    const { rows } = await gateway.pool.query(
      'SELECT caller, action, request_id IS NOT NULL AS "isTraced" FROM audit_log WHERE resource = $1',
      [id],
    );
    expect(rows).toEqual([{ caller: 'tests', action: 'callback.replay', isTraced: true }]);
    await work(id);
    expect(await callback(id)).toMatchObject({ state: 'processed', failure: null, processedAt: expect.any(String) });
    expect(await gateway.client.getCard({ params: { id: card.id } })).toMatchObject({ status: 'frozen' });
  });

  test('is worked again also when it is replayed while its last attempt still runs, and fails', async () => {
    const card = await cards.made('virtual', 'Activated');
    const id = await received({ cardNo: card.providerRef ?? '', to: 'Frozen', time: Date.now() + 3_600_000 });
    const asked = admin.requestCount('keysecure', 'card/detail');
    admin.addFault({ provider: 'keysecure', operation: 'card/detail', fault: 'hang' });
    const last = work(id);
    await admin.until(() => admin.requestCount('keysecure', 'card/detail') > asked);
    await gateway.client.replayCallback({ params: { id } });
    await last;
    await work(id);
    expect(await callback(id)).toMatchObject({ state: 'processed', failure: null });
  });

  test('of a card that the provider does not show is failed, and that is all', async () => {
    const id = await received({ cardNo: 'C-nowhere', to: 'Frozen' });
    await work(id);
    expect(await callback(id)).toMatchObject({ state: 'failed', failure: expect.stringMatching(/provider/) });
  });
});

test('a callback has its job once: a repeat queues none', async () => {
  const time = Date.now();
  const id = await received({ cardNo: 'C-once', to: 'Frozen', time });
  const jobs = async () => {
    const { rows } = await gateway.pool.query('SELECT FROM graphile_worker.jobs WHERE key = $1', [
      `callback:${uuidOf('callback', id)}`,
    ]);
    return rows.length;
  };
  expect(await jobs()).toBe(1);
  await gateway.pool.query('SELECT graphile_worker.remove_job($1)', [`callback:${uuidOf('callback', id)}`]);
  expect(await received({ cardNo: 'C-once', to: 'Frozen', time })).toBe(id);
  expect([await callback(id), await jobs()]).toMatchObject([{ deliveries: 2, state: 'received' }, 0]);
});

test('another tenant sees none of them, by list, id or replay', async () => {
  const id = await received({ cardNo: 'C-mine', to: 'Frozen' });
  const { client } = await gateway.key({ tenant: 'other' });
  expect((await client.listCallbacks()).data).toEqual([]);
  await expect(client.getCallback({ params: { id } })).rejects.toMatchObject({ status: 404 });
  await expect(client.replayCallback({ params: { id } })).rejects.toMatchObject({ status: 404 });
});

test('what was worked is deleted after its time; what waits or failed stays, and what lost its job is failed', async () => {
  const card = await cards.made('virtual', 'Activated');
  const worked = await received({ cardNo: card.providerRef ?? '', to: 'Frozen' });
  await work(worked);
  const lost = await received({ cardNo: 'C-lost', to: 'Frozen' });
  await gateway.pool.query("SELECT graphile_worker.remove_job('callback:' || $1)", [uuidOf('callback', lost)]);
  // As a process leaves it that is killed in the last attempt, once the sweep has freed its jobs.
  const given = await received({ cardNo: 'C-given-up', to: 'Frozen' });
  await gateway.pool.query('UPDATE graphile_worker._private_jobs SET attempts = max_attempts WHERE key = $1', [
    `callback:${uuidOf('callback', given)}`,
  ]);
  const waiting = await received({ cardNo: 'C-waiting', to: 'Frozen' });
  const before = await countCallbacks(gateway);
  await tidyCallbacks(ahead(gateway, 86_400_000 * 89));
  expect(await countCallbacks(gateway)).toBe(before);
  expect(await callback(given)).toMatchObject({ state: 'failed', failure: 'Its job was lost.' });
  expect(await callback(waiting)).toMatchObject({ state: 'received', failure: null });
  expect(await callback(lost)).toMatchObject({ state: 'failed', failure: 'Its job was lost.' });
  await tidyCallbacks(ahead(gateway, 86_400_000 * 91));
  await expect(callback(worked)).rejects.toMatchObject({ status: 404 });
  expect(await callback(lost)).toMatchObject({ state: 'failed' });
});
