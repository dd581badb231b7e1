import { json } from '@card-gateway/adapter-kit/testing';
import { describe, expect, test } from 'vitest';
import { type Account, call, openAccount } from './testing/account.ts';

/** Answers as a provider with `ids` would, and echoes the page fields swapped as the documents do (trap 7). */
function hold(held: Account, ids: readonly string[], total: number | null = ids.length): void {
  held.loopback.reply((request) => {
    const { page_no: page, page_size: size } = JSON.parse(request.body) as { page_no: number; page_size: number };
    const rows = ids.slice((page - 1) * size, page * size).map((id) => ({ card_id: id, status: 2 }));
    return json({ code: 0, message: 'success', data: { total, page_no: size, page_size: page, card_list: rows } });
  });
}

async function pageOf(held: Account, next: string | null): Promise<{ ids: string[]; next: string | null }> {
  const outcome = await held.cards.page(next, call);
  if (outcome.kind !== 'done') throw new Error(`the page is ${outcome.kind}`);
  return { ids: outcome.value.items.map((card) => card.providerRef), next: outcome.value.next };
}

function asked(held: Account): unknown[] {
  return held.loopback.requests.map((request) => {
    const { page_no, page_size } = JSON.parse(request.body) as Record<string, unknown>;
    return [page_no, page_size];
  });
}

describe('a list', () => {
  test('goes on by its own counter, ignores the swapped echo, and behind the total too', async () => {
    const held = await openAccount({ pageSize: 2 });
    hold(held, ['a', 'b', 'c', 'd']);
    const first = await pageOf(held, null);
    const second = await pageOf(held, first.next);
    const third = await pageOf(held, second.next);
    expect([first.ids, second.ids, third.ids, third.next]).toEqual([['a', 'b'], ['c', 'd'], [], null]);
    expect(asked(held)).toEqual([
      [1, 2],
      [2, 2],
      [3, 2],
    ]);
  });

  test('continues in another process, with the page size it began with', async () => {
    const before = await openAccount({ pageSize: 2 });
    hold(before, ['a', 'b', 'c']);
    const { next } = await pageOf(before, null);
    const after = await openAccount({ pageSize: 50 });
    hold(after, ['a', 'b', 'c']);
    expect(await pageOf(after, next)).toEqual({ ids: ['c'], next: '3.2' });
    expect(asked(after)).toEqual([[2, 2]]);
  });

  test('without a total ends at the empty page', async () => {
    const held = await openAccount({ pageSize: 2 });
    held.loopback.reply((request) => {
      const rows = request.body.includes('"page_no":1') ? [{ card_id: 'a', status: 2 }] : [];
      return json({ code: 0, message: 'success', data: { card_list: rows } });
    });
    const first = await pageOf(held, null);
    expect(first.next).not.toBeNull();
    expect(await pageOf(held, first.next)).toEqual({ ids: [], next: null });
  });

  test('ends at an empty page though the total promises more', async () => {
    const held = await openAccount();
    hold(held, [], 7);
    expect(await pageOf(held, null)).toEqual({ ids: [], next: null });
  });

  test('ends at the page limit', async () => {
    const held = await openAccount({ pageSize: 1, maxPages: 2 });
    hold(held, ['a', 'b', 'c', 'd']);
    const first = await pageOf(held, null);
    expect((await pageOf(held, first.next)).next).toBeNull();
  });

  test.each<[string, readonly string[], number | null, boolean]>([
    ['all that the total counts', ['a', 'b'], 2, true],
    ['fewer than the total counts', ['a', 'b'], 3, false],
    ['fewer than were asked for, without a total', ['a', 'b'], null, false],
  ])('whose first page has %s', async (_name, ids, total, isWhole) => {
    const held = await openAccount({ pageSize: 10 });
    hold(held, ids, total);
    expect(await held.cards.page(null, call)).toMatchObject({ value: { isWhole } });
    // Of a later page it says nothing: rows may have moved before it.
    expect(await held.cards.page('2.1', call)).toMatchObject({ value: { isWhole: false } });
  });

  test.each(['', '2', '0.10', '2.0', '2.1000', '2.10; page=9'])('a cursor %j is refused unsent', async (next) => {
    const held = await openAccount();
    const outcomes = [await held.cards.page(next, call), await held.products.page(next, call)];
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ kind: 'refused', refusal: { reason: 'invalid_request' } });
    }
    expect(held.loopback.requests).toHaveLength(0);
  });
});
