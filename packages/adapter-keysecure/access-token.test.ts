import { testCall } from '@card-gateway/adapter-kit/testing';
import { type Outcome, Secret } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { call, failure, fixture, openAccount, success, tokenReply } from './testing/account.ts';

const noon = Date.parse('2026-05-22T12:00:00Z');
/** No `Date`, so that the adapter keeps to the clock that the test hands in. */
const undated = { date: '' };
const noCards = success({ list: [] }, undated);

function many(count: number, act: () => Promise<Outcome<unknown>>): Promise<Outcome<unknown>[]> {
  return Promise.all(Array.from({ length: count }, () => act()));
}

describe('fetching', () => {
  test('fifty calls at once fetch one token', async () => {
    const account = await openAccount(() => noCards);
    const adapter = account.adapter();
    const outcomes = await many(50, () => adapter.cards.page(null, call));
    expect(outcomes.every((outcome) => outcome.kind === 'done')).toBe(true);
    expect(account.tokens()).toHaveLength(1);
    expect(account.business()).toHaveLength(50);
  });

  test('the token request carries no access token and no body', async () => {
    const account = await openAccount(() => noCards);
    await account.adapter().cards.page(null, call);
    const [request] = account.tokens();
    expect(request).toMatchObject({ method: 'GET', body: '' });
    expect(request?.headers).toMatchObject({ 'api-key': expect.any(String), 'content-type': 'application/json' });
    expect(request?.headers['timestamp']).toMatch(/^\d{13}$/);
    expect(request?.headers).not.toHaveProperty('access-token');
  });

  test("the document's own answer is used, though its token expired long ago", async () => {
    const account = await openAccount(
      () => noCards,
      () => ({ kind: 'answer', body: fixture('token.json') }),
    );
    expect(await account.adapter().cards.page(null, call)).toMatchObject({ kind: 'done' });
    expect(account.business()[0]?.headers['access-token']).toBe('your_token');
  });

  test('a token is renewed once, a minute before it expires', async () => {
    let now = noon;
    let given = 0;
    const account = await openAccount(
      () => noCards,
      () => {
        given += 1;
        return success({ access_token: `token-${given}`, expired_time: now + 600_000 }, undated);
      },
    );
    const adapter = account.adapter({}, () => now);
    const page = (): Promise<Outcome<unknown>> => adapter.cards.page(null, call);
    await page();
    now = noon + 539_999;
    await page();
    expect(given).toBe(1);
    now = noon + 540_000;
    await many(20, page);
    expect(given).toBe(2);
    expect(account.business().map((request) => request.headers['access-token'])).toEqual([
      'token-1',
      'token-1',
      ...Array.from({ length: 20 }, () => 'token-2'),
    ]);
  });

  test('a token that lives shorter than the margin is used for half its life', async () => {
    let now = noon;
    const account = await openAccount(
      () => noCards,
      () => success({ access_token: 'short', expired_time: now + 30_000 }, undated),
    );
    const adapter = account.adapter({}, () => now);
    await adapter.cards.page(null, call);
    now = noon + 14_999;
    await adapter.cards.page(null, call);
    expect(account.tokens()).toHaveLength(1);
    now = noon + 15_000;
    await adapter.cards.page(null, call);
    expect(account.tokens()).toHaveLength(2);
  });
});

describe('no token: the business request was certainly not sent', () => {
  test.each([
    ['a reset', { kind: 'reset' }, 'not_sent', null],
    ['a 502', { kind: 'answer', status: 502, body: '<html>' }, 'not_sent', null],
    ['no token in it', success({ expired_time: 1 }), 'not_sent', '0'],
    ['a system error', failure(1001), 'unavailable', '1001'],
    ['an unlisted code', failure(9999), 'not_sent', '9999'],
    ['too many requests', failure(1009), 'rate_limited', '1009'],
    ['an unknown key', failure(1008), 'configuration', '1008'],
    ['a foreign IP', { kind: 'answer', body: fixture('ip-not-allowed.json') }, 'configuration', '1003'],
  ] as const)('%s', async (_name, reply, reason, code) => {
    const account = await openAccount(
      () => noCards,
      () => reply,
    );
    const order = { reference: 'chd_1', identity: { kind: 'sumsub' as const, shareToken: new Secret('share') } };
    expect(await account.adapter().cardholders.apply(order, call)).toMatchObject({
      kind: 'refused',
      refusal: { reason, code },
    });
    expect(account.business()).toHaveLength(0);
    expect(account.tokens()).toHaveLength(1);
  });

  test('a token that does not come in time', async () => {
    const account = await openAccount(
      () => noCards,
      () => ({ kind: 'hang' }),
    );
    const adapter = account.adapter();
    const outcome = await adapter.cards.page(null, testCall(100));
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { reason: 'not_sent' } });
    expect(account.business()).toHaveLength(0);
  });

  test('the next call asks again', async () => {
    let replies = [failure(1009), tokenReply()];
    const account = await openAccount(
      () => noCards,
      () => {
        const [reply = tokenReply(), ...rest] = replies;
        replies = rest;
        return reply;
      },
    );
    const adapter = account.adapter();
    expect(await adapter.cards.page(null, call)).toMatchObject({ kind: 'refused' });
    expect(await adapter.cards.page(null, call)).toMatchObject({ kind: 'done' });
  });
});
