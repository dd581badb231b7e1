import { inspect } from 'node:util';
import { json } from '@card-gateway/adapter-kit/testing';
import { Secret } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { call, encrypted, failure, fixture, openAccount, success } from './testing/account.ts';

const card = { providerRef: 'C202605220001', pan: null };
const example = fixture('private-info.json');
const info = JSON.parse(example) as Record<string, string>;
const formerSecret = 'fedcba9876543210';

describe('private card data', () => {
  test("the document's example", async () => {
    const account = await openAccount(() => success(encrypted(example)));
    const outcome = await account.adapter().reveal.card(card, call);
    expect(account.business()[0]).toMatchObject({
      method: 'GET',
      path: '/open-api/v1/card/C202605220001/private/info',
      body: '',
    });
    if (outcome.kind !== 'done') throw new Error(outcome.kind);
    const { pan, expiry, cvv } = outcome.value;
    expect([pan.reveal(), expiry, cvv?.reveal()]).toEqual(['4111111111111111', '2028-12', '123']);
  });

  test('nothing of it shows, whatever the answer says beside it', async () => {
    const account = await openAccount(() =>
      json({ code: 0, msg: 'pan 4111-1111-1111-1111 cvv:123', data: encrypted(example) }),
    );
    const outcome = await account.adapter().reveal.card(card, call);
    expect(outcome).toMatchObject({ kind: 'done', evidence: { code: '0', message: null } });
    expect(inspect(outcome, { depth: 9 }) + JSON.stringify(outcome)).not.toMatch(/1111-?1111|123/);
  });

  test('encrypted with the secret before', async () => {
    const account = await openAccount(() => success(encrypted(example, formerSecret)));
    const reading = async (settings: Record<string, unknown>): Promise<string> =>
      (await account.adapter(settings).reveal.card(card, call)).kind;
    expect(await reading({})).toBe('unknown');
    expect(await reading({ previousApiSecret: new Secret(formerSecret) })).toBe('done');
  });

  test.each([
    ['no CVV', { ...info, cvv: '' }, { cvv: null }],
    ['an expiry that is none', { ...info, exp_month: '13' }, { expiry: null }],
    ['a year of two digits', { ...info, exp_year: '28' }, { expiry: '2028-12' }],
  ])('%s', async (_name, plaintext, expected) => {
    const account = await openAccount(() => success(encrypted(JSON.stringify(plaintext))));
    expect(await account.adapter().reveal.card(card, call)).toMatchObject({ kind: 'done', value: expected });
  });

  test.each([
    ['plaintext', example],
    ['an object', info],
    ['no JSON', encrypted('4111111111111111')],
    ["another card's data", encrypted(JSON.stringify({ ...info, card_no: 'C2' }))],
    ['no card number', encrypted(JSON.stringify({ ...info, pan: '' }))],
    ['another secret', encrypted(example, formerSecret)],
    ['nothing', ''],
  ])('%s is unreadable', async (_name, data) => {
    const account = await openAccount(() => success(data));
    const outcome = await account.adapter().reveal.card(card, call);
    expect(outcome).toMatchObject({ kind: 'unknown', why: 'unreadable_answer' });
    expect(inspect(outcome, { depth: 9 })).not.toContain('1111');
  });

  test('1013: not enabled for this merchant', async () => {
    const account = await openAccount(() => failure(1013, 'PCI sensitive display not enabled'));
    expect(await account.adapter().reveal.card(card, call)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'unsupported', code: '1013' },
    });
    // For other calls it is not documented.
    expect(await account.adapter().cards.read(card, call)).toMatchObject({ kind: 'unknown', why: 'unlisted_code' });
  });

  test('without apiSecret there is none, and the gap says why', async () => {
    const account = await openAccount(() => success(''));
    const adapter = account.adapter({ apiSecret: undefined });
    expect(adapter).not.toHaveProperty('reveal');
    expect(adapter.gaps.reveal).toMatchObject({ state: 'needs-settings' });
  });
});

describe('a token for the frame', () => {
  test('is issued, as a secret with its lifetime in seconds', async () => {
    const account = await openAccount(() => success({ client_access_token: 'one-time', expires_in: 300 }));
    const outcome = await account.adapter({ apiSecret: undefined }).frameTokens.issue(card, call);
    expect(account.business()[0]).toMatchObject({
      method: 'GET',
      path: '/open-api/v1/merchant/client/C202605220001/token',
    });
    if (outcome.kind !== 'done') throw new Error(outcome.kind);
    expect(outcome.value.token.reveal()).toBe('one-time');
    expect(outcome.value.expiresInSeconds).toBe(300);
  });

  test.each([-1, 1_716_393_600_000, Number.MAX_SAFE_INTEGER])('a lifetime of %d seconds is none', async (seconds) => {
    const account = await openAccount(() => success({ client_access_token: 'one-time', expires_in: seconds }));
    expect(await account.adapter().frameTokens.issue(card, call)).toMatchObject({
      kind: 'unknown',
      why: 'unreadable_answer',
    });
  });

  test.each([
    [1013, 'unsupported'],
    [1015, 'configuration'],
    [1016, 'configuration'],
  ])('%d is %s', async (code, reason) => {
    const account = await openAccount(() => failure(code));
    expect(await account.adapter().frameTokens.issue(card, call)).toMatchObject({
      kind: 'refused',
      refusal: { reason },
    });
  });

  test.each([1014, 1017, 1018])('%d answers the frame, not this call', async (code) => {
    const account = await openAccount(() => failure(code));
    expect(await account.adapter().frameTokens.issue(card, call)).toMatchObject({ kind: 'unknown' });
  });
});
