import type { SeenRequest } from '@card-gateway/adapter-kit/testing';
import type { ProviderCard } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { bodyOf, call, failure, openAccount, success } from './testing/account.ts';

const row = {
  card_no: 'C202605220001',
  card_unique_no: 'card_01j',
  cardholder_no: 'U202605220001',
  card_type: 'Virtual',
  card_last_no: '4242',
  organization: 'VISA',
  status: 'Activated',
  time: 1716307200000,
};
const card = {
  providerRef: 'C202605220001',
  ourReference: 'card_01j',
  cardholderRef: 'U202605220001',
  form: 'virtual',
  network: 'visa',
  last4: '4242',
  status: 'active',
  providerStatus: 'Activated',
  createdAt: new Date(1716307200000),
};

async function readCard(data: object): Promise<ProviderCard> {
  const account = await openAccount(() => success({ ...row, ...data }));
  const outcome = await account.adapter().cards.read({ providerRef: row.card_no, pan: null }, call);
  if (outcome.kind !== 'done' || !outcome.value.found) throw new Error(outcome.kind);
  return outcome.value.value;
}

describe('one card', () => {
  test('is asked for by its order number', async () => {
    const account = await openAccount(() => success(row));
    await account.adapter().cards.read({ providerRef: row.card_no, pan: null }, call);
    expect(account.business()[0]).toMatchObject({
      method: 'GET',
      path: '/open-api/v1/card/C202605220001/detail',
      body: '',
    });
  });

  test('is read whole', async () => {
    expect(await readCard({ fee_detail: { consume_rate: '0.1' }, card_name: 'x' })).toEqual(card);
  });

  test.each([
    ['Pending', 'pending'],
    ['ToActivate', 'inactive'],
    ['Activated', 'active'],
    ['Frozen', 'frozen'],
    ['Delete', 'cancelled'],
    ['Fail', 'failed'],
    ['activated', 'unrecognized'],
    ['Lost', 'unrecognized'],
  ])('status %s is %s', async (status, expected) => {
    expect(await readCard({ status })).toMatchObject({ status: expected, providerStatus: status });
  });

  test('empty says none, and what is missing or in no known word is left alone', async () => {
    expect(await readCard({ card_last_no: '', card_unique_no: '', organization: '', time: 0 })).toMatchObject({
      last4: null,
      ourReference: null,
      network: null,
      createdAt: null,
    });
    const bare = await readCard({
      card_last_no: '4111111111111111',
      card_unique_no: undefined,
      cardholder_no: undefined,
      organization: undefined,
      card_type: 'Metal',
      time: undefined,
    });
    expect(bare).toEqual({ providerRef: row.card_no, status: 'active', providerStatus: 'Activated' });
  });

  test("another card's data is no answer", async () => {
    const account = await openAccount(() => success({ ...row, card_no: 'C2' }));
    expect(await account.adapter().cards.read({ providerRef: row.card_no, pan: null }, call)).toMatchObject({
      kind: 'unknown',
      why: 'unreadable_answer',
    });
  });

  test('no code is documented for a card that is not there', async () => {
    const account = await openAccount(() => failure(4001, 'card not found'));
    expect(await account.adapter().cards.read({ providerRef: row.card_no, pan: null }, call)).toMatchObject({
      kind: 'unknown',
      why: 'unlisted_code',
    });
  });
});

describe('all cards', () => {
  const day = 86_400_000;
  const now = Date.parse('2026-05-22T12:00:00.500Z');
  const since = Date.parse('2025-09-30T16:00:00Z');

  /** A provider with one card a day, which takes no range above 90 days and is asked in UTC+8. */
  function cardADay(request: SeenRequest): ReturnType<typeof success> {
    const { start_time, end_time, page, size } = bodyOf(request) as {
      start_time: string;
      end_time: string;
      page: number;
      size: number;
    };
    const from = Date.parse(`${start_time.replace(' ', 'T')}+08:00`);
    const to = Date.parse(`${end_time.replace(' ', 'T')}+08:00`);
    if (to <= from) return failure(1019);
    if (to - from > 90 * day) return failure(1020);
    const rows = [];
    for (let time = since; time <= Date.parse('2026-06-30T00:00:00Z'); time += day) {
      if (time >= from && time < to) rows.push({ ...row, card_no: `C${time}`, time });
    }
    return success({ list: rows.slice(page * size, (page + 1) * size) });
  }

  test('every card since the day set, whoever continues: each page is fetched by a new adapter', async () => {
    const account = await openAccount(cardADay);
    const seen = new Set<string>();
    let next: string | null = null;
    let clock = now;
    do {
      const outcome = await account
        .adapter({ listedSince: '2025-10-01', pageSize: next === null ? 10 : 50 }, () => clock)
        .cards.page(next, call);
      if (outcome.kind !== 'done') throw new Error(outcome.kind);
      expect(outcome.value.total).toBeNull();
      for (const item of outcome.value.items) seen.add(item.providerRef);
      next = outcome.value.next ?? outcome.value.nextPart;
      clock += 3_600_000;
    } while (next !== null);
    const expected = Array.from({ length: Math.ceil((now - since) / day) }, (_, index) => `C${since + index * day}`);
    expect([...seen].sort()).toEqual(expected);
    const bodies = account.business().map(bodyOf);
    expect(bodies[0]).toEqual({
      start_time: '2025-10-01 00:00:00',
      end_time: '2025-12-29 00:00:00',
      page: 0,
      size: 10,
    });
    expect(bodies.at(-1)).toMatchObject({ end_time: '2026-05-22 20:00:01', size: 10 });
  });

  test('windows share a day', async () => {
    const account = await openAccount(() => success({ list: [] }));
    const adapter = account.adapter({ listedSince: '2025-10-01' }, () => now);
    const first = await adapter.cards.page(null, call);
    await adapter.cards.page(first.kind === 'done' ? first.value.nextPart : null, call);
    expect(bodyOf(account.business()[1])).toMatchObject({ start_time: '2025-12-28 00:00:00', page: 0 });
  });

  test('a day set in the future still makes a proper range', async () => {
    const account = await openAccount(cardADay);
    const outcome = await account.adapter({ listedSince: '2030-01-01' }, () => now).cards.page(null, call);
    expect(outcome).toMatchObject({ kind: 'done', value: { nextPart: null, items: [{}] } });
  });

  test.each(['', 'x', '{}', '{"from":1}', '7'])('"%s" is no cursor, and nothing is sent', async (cursor) => {
    const account = await openAccount(cardADay);
    expect(await account.adapter().cards.page(cursor, call)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'invalid_request' },
    });
    expect(account.loopback.requests).toEqual([]);
  });
});
