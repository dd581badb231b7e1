import type { Reply, SeenRequest } from '@card-gateway/adapter-kit/testing';
import { describe, expect, test } from 'vitest';
import { bodyOf, call, failure, openAccount, success, tokenReply } from './testing/account.ts';

/** A provider with a clock of its own, which refuses what it finds too old or in its future (keysecure.md §2.3). */
function strictProvider(shiftMs: number, seen: { future: number; refused: number }) {
  return (answer: () => Reply) =>
    (request: SeenRequest): Reply => {
      const now = Date.now() + shiftMs;
      const stamp = Number(request.headers['timestamp']);
      const date = new Date(now).toUTCString();
      if (stamp > now) seen.future += 1;
      if (stamp > now || stamp <= now - 60_000) {
        seen.refused += 1;
        return failure(1005, 'Invalid timestamp', { date });
      }
      const reply = answer();
      return reply.kind === 'answer' ? { ...reply, headers: { ...reply.headers, date } } : reply;
    };
}

describe('timestamps on the wire', () => {
  test.each([
    ['in step', 0, 0],
    ['half a second behind', -500, 0],
    ['30 s behind', -30_000, 1],
    ['an hour behind', -3_600_000, 1],
    ['30 s ahead', 30_000, 0],
    ['two hours ahead', 7_200_000, 1],
  ])('a provider whose clock is %s refuses none once its clock was seen', async (_name, shiftMs, most) => {
    const seen = { future: 0, refused: 0 };
    const strict = strictProvider(shiftMs, seen);
    const expiry = Date.now() + shiftMs + 86_400_000;
    const account = await openAccount(
      strict(() => success({ list: [] })),
      strict(() => tokenReply('token', expiry)),
    );
    const adapter = account.adapter();
    for (let round = 0; round < 20; round += 1) {
      expect(await adapter.products.page(null, call)).toMatchObject({ kind: 'done' });
    }
    expect(seen.refused).toBe(most);
    expect(account.tokens()).toHaveLength(1 + most);
    expect(account.business()).toHaveLength(20);
  });

  test('without any lag the stamp is still not ahead of a provider that was seen', async () => {
    const seen = { future: 0, refused: 0 };
    const strict = strictProvider(-700, seen);
    const account = await openAccount(
      strict(() => success({ list: [] })),
      strict(() => tokenReply()),
    );
    const adapter = account.adapter({ clockLagMs: 0 });
    for (let round = 0; round < 20; round += 1) await adapter.products.page(null, call);
    expect(seen.future).toBe(1);
  });

  test('a refused stamp is made anew from its own answer alone, however little the clocks have moved', async () => {
    const noon = Date.parse('2026-05-22T12:00:00Z');
    const date = new Date(noon).toUTCString();
    let now = noon;
    let provider = noon;
    const account = await openAccount(
      (request) =>
        Number(request.headers['timestamp']) > provider
          ? failure(1005, 'Invalid timestamp', { date })
          : success({ list: [] }, { date }),
      () => success({ access_token: 'token', expired_time: noon + 86_400_000 }, { date }),
    );
    const adapter = account.adapter({ clockLagMs: 0 }, () => now);
    expect(await adapter.products.page(null, call)).toMatchObject({ kind: 'done' });
    now = noon + 900;
    provider = noon + 100;
    expect(await adapter.products.page(null, call)).toMatchObject({ kind: 'done' });
    expect(account.business()).toHaveLength(3);
  });

  test('a first stamp is 13 digits and lags', async () => {
    const account = await openAccount(() => success({ list: [] }));
    await account.adapter({ clockLagMs: 2000 }, () => 1_779_451_200_000.5).products.page(null, call);
    expect(account.tokens()[0]?.headers['timestamp']).toBe('1779451198000');
  });

  test('a stamp that stays refused is a refusal: after one more try nothing was done', async () => {
    const account = await openAccount(() => failure(1005, 'Invalid timestamp'));
    expect(await account.adapter().products.page(null, call)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'configuration', code: '1005' },
    });
    expect(account.business()).toHaveLength(2);
  });
});

describe('lists', () => {
  const hourMs = 3_600_000;

  test.each([
    ['ahead', hourMs],
    ['behind', -hourMs],
  ])('reach to the present of a provider whose clock is an hour %s', async (_name, shiftMs) => {
    const date = (): string => new Date(Date.now() + shiftMs).toUTCString();
    const account = await openAccount(
      () => success({ list: [] }, { date: date() }),
      () => success({ access_token: 'token', expired_time: Date.now() + 10 * hourMs }, { date: date() }),
    );
    const yesterday = new Date(Date.now() - 24 * hourMs).toISOString().slice(0, 10);
    const adapter = account.adapter({ listedSince: yesterday });
    await adapter.products.page(null, call);
    const before = Date.now() + shiftMs;
    await adapter.cards.page(null, call);
    const after = Date.now() + shiftMs;
    const until = Date.parse(`${String(bodyOf(account.business().at(-1))['end_time']).replace(' ', 'T')}+08:00`);
    expect(until).toBeGreaterThanOrEqual(before);
    // `Date` tells no more than the second, and so does the filter.
    expect(until).toBeLessThanOrEqual(after + 2000);
  });
});
