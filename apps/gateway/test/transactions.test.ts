import type { OperationInput } from '@card-gateway/client';
import type { ProviderTransaction } from '@card-gateway/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OpenAccount } from '../src/accounts/accounts.ts';
import { ingestCards } from '../src/cards/ingest-cards.ts';
import { storeProviderTransactions } from '../src/transactions/store.ts';
import { cardMaker } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { duringUpdate } from './setup/meeting.ts';

type Query = OperationInput<'listCardTransactions'>['query'];

let gateway: TestGateway;
let cards: Awaited<ReturnType<typeof cardMaker>>;
let account: OpenAccount;

beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
  cards = await cardMaker(gateway);
  const found = gateway.services.accounts.byName('keysecure');
  if (found === undefined) throw new Error('no account');
  account = found;
});
afterAll(() => gateway.close());
beforeEach(() => gateway.sandbox.admin.clearFaults());

const list = (id: string, query: Query = {}) => gateway.client.listCardTransactions({ params: { id }, query });
const asked = (): number => gateway.sandbox.admin.requestCount('keysecure', 'card/consume/list');
const dayMs = 86_400_000;

let numbers = 0;
/** A provider's description of a transaction; by default only the members that every description has. */
function said(cardRef: string, change: Partial<ProviderTransaction> = {}): ProviderTransaction {
  return {
    providerRef: `X${(numbers += 1)}`,
    cardRef,
    type: 'purchase',
    providerType: 'Consumption',
    status: 'succeeded',
    providerStatus: 'Success',
    amount: '10.00',
    modifiedAt: new Date('2026-11-20T10:00:00.000Z'),
    ...change,
  };
}

describe('the transactions of a card', () => {
  test('are brought in in one shape, amounts as they were written, and twice the same rows', async () => {
    const { sandbox } = gateway;
    const { id, providerRef } = await cards.made('virtual');
    const at = sandbox.admin.clock().now;
    sandbox.admin.keysecure.seedConsumptions({
      cardNo: id,
      consumptions: [
        { type: 'Consumption', amount: '100.00', time: at - 3000 },
        { type: 'Atm', amount: '0.5', status: 'Pending', time: at - 2000 },
        { type: 'Barter', amount: '-12.340', status: 'Perhaps', time: at - 1000 },
      ],
    });
    expect(await list(id)).toEqual({ data: [], nextCursor: null });

    const { data, nextCursor } = await list(id, { refresh: true });
    expect(nextCursor).toBeNull();
    expect(data).toMatchObject([
      {
        provider: 'keysecure',
        account: 'keysecure',
        card: id,
        type: 'unrecognized',
        providerType: 'Barter',
        status: 'unrecognized',
        providerStatus: 'Perhaps',
        amount: { amount: '-12.340', currency: null },
      },
      { type: 'atm_withdrawal', status: 'pending', providerStatus: 'Pending', amount: { amount: '0.5' } },
      { type: 'purchase', status: 'succeeded', amount: { amount: '100.00' } },
    ]);
    expect(data.map(({ modifiedAt }) => modifiedAt)).toEqual(
      [1000, 2000, 3000].map((ms) => new Date(at - ms).toISOString()),
    );
    expect(providerRef).not.toBeNull();

    const again = await list(id, { refresh: true });
    const facts = ({ syncedAt: _syncedAt, ...row }: (typeof data)[number]) => row;
    expect(again.data.map(facts)).toEqual(data.map(facts));
    const before = asked();
    expect(await list(id)).toEqual(again);
    expect(asked()).toBe(before);
  });

  test('are paged newest first, whenever they were brought in, and filtered', async () => {
    const { id, providerRef } = await cards.made('virtual');
    const ref = String(providerRef);
    const day = (n: number) => new Date(Date.parse('2026-10-01T00:00:00.000Z') + n * dayMs);
    const newer = [5, 7, 6].map((n) => said(ref, { amount: `${n}`, modifiedAt: day(n) }));
    const older = [2, 1, 3, 4].map((n) => said(ref, { amount: `${n}`, modifiedAt: day(n), type: 'refund' }));
    await storeProviderTransactions(gateway.pool, account, newer, new Date());
    await storeProviderTransactions(gateway.pool, account, older, new Date());
    const all = gateway.client.all('listCardTransactions', { params: { id }, query: { limit: 2 } });
    const amounts: string[] = [];
    for await (const { amount } of all) amounts.push(amount.amount);
    expect(amounts).toEqual(['7', '6', '5', '4', '3', '2', '1']);
    const refunds = await list(id, { type: 'refund', status: 'succeeded', limit: 1 });
    expect(refunds.data.map(({ amount }) => amount.amount)).toEqual(['4']);
    expect(refunds.nextCursor).not.toBeNull();
    expect((await list(id, { status: 'failed' })).data).toEqual([]);
  });

  test('are skipped by no page where the last row of the one before moves meanwhile', async () => {
    const { id, providerRef } = await cards.made('virtual');
    const day = (n: number) => new Date(Date.parse('2026-10-01T00:00:00.000Z') + n * dayMs);
    const rows = [7, 6, 5, 4].map((n) => said(String(providerRef), { amount: `${n}`, modifiedAt: day(n) }));
    await storeProviderTransactions(gateway.pool, account, rows, new Date());
    const first = await list(id, { limit: 2 });
    // The last one turns out to be older than all others.
    const [, last] = rows;
    if (last === undefined) throw new Error('no row');
    await storeProviderTransactions(gateway.pool, account, [{ ...last, modifiedAt: day(1) }], new Date());
    const rest = await list(id, { limit: 10, cursor: first.nextCursor ?? '' });
    const amounts = [...first.data, ...rest.data].map(({ amount }) => amount.amount);
    expect(amounts.filter((amount) => ['5', '4'].includes(amount))).toEqual(['5', '4']);
    const other = await cards.made('virtual');
    await expect(list(other.id, { cursor: first.nextCursor ?? '' })).rejects.toMatchObject({
      status: 400,
      problem: { errors: [{ pointer: 'query/cursor' }] },
    });
  });

  test('are none behind a cursor of a day that there is not', async () => {
    const { id, providerRef } = await cards.made('virtual');
    const rows = [1, 2].map((n) => said(String(providerRef), { amount: `${n}` }));
    await storeProviderTransactions(gateway.pool, account, rows, new Date());
    const first = await list(id, { limit: 1 });
    const noSuchDay = Buffer.from(first.nextCursor ?? '', 'base64url')
      .toString()
      .replace(/\d{4}-\d\d-\d\dT/, '2026-99-99T');
    await expect(list(id, { cursor: Buffer.from(noSuchDay).toString('base64url') })).rejects.toMatchObject({
      problem: { errors: [{ pointer: 'query/cursor', detail: 'expected the nextCursor of a page before' }] },
    });
  });

  test('of the time that is asked for, by default of the last 30 days', async () => {
    const { sandbox } = gateway;
    const { id } = await cards.made('virtual');
    const now = sandbox.admin.clock().now;
    const consumptions = [1, 10, 40].map((days) => ({
      type: 'Consumption',
      amount: `${days}`,
      time: now - days * dayMs,
    }));
    sandbox.admin.keysecure.seedConsumptions({ cardNo: id, consumptions });
    const ago = (days: number): string => new Date(now - days * dayMs).toISOString();
    const amounts = async (query: Query) => (await list(id, query)).data.map(({ amount }) => amount.amount);
    expect(await amounts({ refresh: true, from: ago(5) })).toEqual(['1']);
    expect(await amounts({ refresh: true })).toEqual(['1', '10']);
  });

  test('of a time, from our own records', async () => {
    const { sandbox } = gateway;
    const { id } = await cards.made('virtual');
    const now = sandbox.admin.clock().now;
    const ago = (days: number): string => new Date(now - days * dayMs).toISOString();
    const consumptions = [1, 2, 3, 4].map((days) => ({
      type: 'Consumption',
      amount: `${days}`,
      time: now - days * dayMs,
    }));
    sandbox.admin.keysecure.seedConsumptions({ cardNo: id, consumptions });
    await list(id, { refresh: true });
    const calls = sandbox.admin.requests().requests.length;
    const amounts = async (query: Query) => (await list(id, query)).data.map(({ amount }) => amount.amount);
    expect(await amounts({ from: ago(2.5) })).toEqual(['1', '2']);
    expect(await amounts({ to: ago(2.5) })).toEqual(['3', '4']);
    expect(await amounts({ from: ago(3.5), to: ago(1.5) })).toEqual(['2', '3']);
    expect(await amounts({ from: ago(0.5) })).toEqual([]);
    const first = await list(id, { to: ago(1.5), limit: 2 });
    expect(await amounts({ to: ago(1.5), cursor: first.nextCursor ?? '' })).toEqual(['4']);
    await expect(list(id, { to: ago(0.5), cursor: first.nextCursor ?? '' })).rejects.toMatchObject({
      problem: { errors: [{ pointer: 'query/cursor' }] },
    });
    expect(sandbox.admin.requests().requests).toHaveLength(calls);
  });

  test('to the present of a provider whose clock is minutes ahead', async () => {
    const { admin } = gateway.sandbox;
    const aheadMs = 240_000;
    const { id } = await cards.made('virtual');
    admin.changeClock({ skewMs: aheadMs });
    try {
      // Its clock shows in any answer.
      await gateway.client.getCard({ params: { id }, query: { refresh: true } });
      const consumptions = [{ type: 'Consumption', amount: '7', time: Date.now() + aheadMs }];
      admin.keysecure.seedConsumptions({ cardNo: id, consumptions });
      const { data } = await list(id, { refresh: true });
      expect(data).toMatchObject([{ modifiedAt: new Date(consumptions[0]?.time ?? 0).toISOString() }]);
    } finally {
      admin.changeClock({ skewMs: 0 });
    }
  });

  test('a provider that does not answer leaves what is known to be read', async () => {
    const { id, providerRef } = await cards.made('virtual');
    await storeProviderTransactions(gateway.pool, account, [said(String(providerRef))], new Date());
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/consume/list', fault: 'reset', times: 0 });
    await expect(list(id, { refresh: true })).rejects.toMatchObject({ code: 'provider-unavailable' });
    expect((await list(id)).data).toHaveLength(1);
  });

  test('an account whose provider lists none says so; a card without any has none', async () => {
    const openApi = gateway.services.accounts.byName('open-api');
    if (openApi === undefined) throw new Error('no account');
    const card = { providerRef: 'no-list', status: 'active', providerStatus: '2' } as const;
    await ingestCards(gateway.services, openApi, [card], { by: 'list', askedAt: new Date() });
    const { data } = await gateway.client.listCards({ query: { account: 'open-api' } });
    const id = data[0]?.id ?? '';
    expect((await list(id)).data).toEqual([]);
    await expect(list(id, { refresh: true })).rejects.toMatchObject({ code: 'not-supported' });
  });
});

describe('one transaction', () => {
  test('is read from our records, and refreshed with what only its detail says', async () => {
    const { sandbox } = gateway;
    const { id } = await cards.made('virtual');
    sandbox.admin.keysecure.seedConsumptions({ cardNo: id, consumptions: [{ type: 'Consumption', amount: '100.00' }] });
    const [listed] = (await list(id, { refresh: true })).data;
    const params = { id: listed?.id ?? '' };
    expect(await gateway.client.getTransaction({ params })).toEqual(listed);
    const refreshed = await gateway.client.getTransaction({ params, query: { refresh: true } });
    expect(refreshed).toMatchObject({ id: listed?.id, card: id, amount: { amount: '100.00' }, status: 'succeeded' });
    expect(refreshed.fee).not.toBeNull();
    expect(await gateway.client.getTransaction({ params })).toEqual(refreshed);
    // The list says less, and takes nothing away.
    const [again] = (await list(id, { refresh: true })).data;
    expect(again).toMatchObject({ fee: refreshed.fee, fees: refreshed.fees, merchant: refreshed.merchant });
  });

  test('of a card that is not known yet appears with the card', async () => {
    const early = said('C-not-here-yet');
    await storeProviderTransactions(gateway.pool, account, [early], new Date());
    const { rows } = await gateway.pool.query<{ id: string }>(
      'SELECT id FROM card_transactions WHERE provider_ref = $1',
      [early.providerRef],
    );
    expect(rows).toHaveLength(1);
    const card = { providerRef: early.cardRef, status: 'active', providerStatus: 'Activated' } as const;
    await ingestCards(gateway.services, account, [card], { by: 'list', askedAt: new Date() });
    const found = (await gateway.client.listCards({ query: { account: 'keysecure' } })).data.find(
      ({ providerRef }) => providerRef === early.cardRef,
    );
    expect((await list(found?.id ?? '')).data).toMatchObject([{ providerRef: early.providerRef, card: found?.id }]);
  });
});

describe('descriptions in any order', () => {
  const at = (minute: number): Date => new Date(Date.parse('2026-11-20T10:00:00.000Z') + minute * 60_000);
  /** As they come about: a push, a list, its end, and a push that adds the fees. */
  const history: readonly Partial<ProviderTransaction>[] = [
    { status: 'pending', providerStatus: 'Pending', amount: '20.00', modifiedAt: at(0), relatedRef: 'first' },
    { status: 'pending', providerStatus: 'Pending', amount: '21.00', modifiedAt: at(1) },
    {
      amount: '21.50',
      modifiedAt: at(2),
      relatedRef: 'last',
      fee: '0.30',
      fees: [{ type: 'Consume_fee', amount: '0.30' }],
    },
    // Later, and wrong: what has ended is not pending again.
    { status: 'pending', providerStatus: 'Pending', amount: '99.00', modifiedAt: at(3) },
  ];

  test('end in the same transaction', async () => {
    const { id, providerRef: card } = await cards.made('virtual');
    for (const order of permutations(history)) {
      const { providerRef } = said(String(card));
      for (const change of order) {
        const description = { ...said(String(card), change), providerRef };
        await storeProviderTransactions(gateway.pool, account, [description], new Date());
      }
    }
    const ends = (await list(id)).data.map(
      ({ status, providerStatus, amount, modifiedAt, fee, fees, related }): unknown => ({
        status,
        providerStatus,
        amount,
        modifiedAt,
        fee,
        fees,
        related,
      }),
    );
    expect(ends).toHaveLength(24);
    for (const end of ends) {
      expect(end).toEqual({
        status: 'succeeded',
        providerStatus: 'Success',
        amount: { amount: '21.50', currency: null },
        modifiedAt: at(2).toISOString(),
        fee: { amount: '0.30', currency: null },
        fees: [{ type: 'Consume_fee', amount: '0.30' }],
        related: 'last',
      });
    }
  });

  test('a date in the far future keeps out nothing that comes later', async () => {
    const { id, providerRef: card } = await cards.made('virtual');
    const { providerRef } = said(String(card));
    const askedAt = new Date();
    for (const [amount, modifiedAt, askedFor] of [
      // Microseconds where milliseconds belong.
      ['0.50', new Date(at(0).getTime() * 1000), at(0)],
      ['1.00', new Date('2126-01-01T00:00:00.000Z'), at(0)],
      ['2.00', askedAt, askedAt],
    ] as const) {
      const description = { ...said(String(card), { amount, modifiedAt }), providerRef };
      await storeProviderTransactions(gateway.pool, account, [description], askedFor);
    }
    expect((await list(id)).data).toMatchObject([{ providerRef, amount: { amount: '2.00' } }]);
  });

  test('a date in seconds, which is one of long ago, keeps out nothing that it came with', async () => {
    const { id, providerRef: card } = await cards.made('virtual');
    const { providerRef } = said(String(card));
    for (const [fee, modifiedAt, askedFor] of [
      ['0.10', at(0), at(0)],
      ['0.20', new Date(Math.floor(at(1).getTime() / 1000)), at(1)],
    ] as const) {
      const description = { ...said(String(card), { fee, modifiedAt }), providerRef };
      await storeProviderTransactions(gateway.pool, account, [description], askedFor);
    }
    expect((await list(id)).data).toMatchObject([{ fee: { amount: '0.20' }, modifiedAt: at(0).toISOString() }]);
  });

  test('an older one that meets a newer one while that is being stored does not undo it', async () => {
    const { id, providerRef: card } = await cards.made('virtual');
    const pending = said(String(card), {
      status: 'pending',
      providerStatus: 'Pending',
      modifiedAt: at(1),
      fee: '0.10',
    });
    const last = said(String(card), { modifiedAt: at(-60) });
    await storeProviderTransactions(gateway.pool, account, [{ ...pending, modifiedAt: at(0) }, last], at(5));
    await duringUpdate(
      gateway.pool,
      { table: 'card_transactions', last: last.providerRef },
      () => storeProviderTransactions(gateway.pool, account, [pending, last], at(5)),
      (other) =>
        other.query(
          `UPDATE card_transactions SET status = 'succeeded', provider_status = 'Success', fee = 0.30, said_at = $2,
             details_said_at = $2 WHERE provider_ref = $1`,
          [pending.providerRef, at(2)],
        ),
    );
    expect((await list(id)).data[0]).toMatchObject({
      providerRef: pending.providerRef,
      status: 'succeeded',
      providerStatus: 'Success',
      fee: { amount: '0.30' },
    });
  });

  test('a page that shows a row twice, and pages stored at once, make one row each', async () => {
    const { id, providerRef: card } = await cards.made('virtual');
    const pending = said(String(card), { status: 'pending', providerStatus: 'Pending' });
    const ended = { ...pending, status: 'succeeded', providerStatus: 'Success' } as const;
    const others = Array.from({ length: 5 }, () => said(String(card)));
    const page = [ended, pending, ...others];
    await Promise.all(
      [page, page.toReversed(), page].map((one) => storeProviderTransactions(gateway.pool, account, one, new Date())),
    );
    const { data } = await list(id);
    expect(data).toHaveLength(6);
    expect(new Set(data.map(({ status }) => status))).toEqual(new Set(['succeeded']));
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}
