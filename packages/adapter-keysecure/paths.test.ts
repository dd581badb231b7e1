import type { Outcome } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { call, type KeySecureAdapter, openAccount, success, type TestAccount } from './testing/account.ts';

/** Every call whose path names something. */
const calls: Record<string, [path: string, act: (adapter: KeySecureAdapter, id: string) => Promise<Outcome<unknown>>]> =
  {
    'cards.read': ['card/*/detail', (adapter, id) => adapter.cards.read({ providerRef: id, pan: null }, call)],
    'cardholders.read': ['cardholder/*/info', (adapter, id) => adapter.cardholders.read(id, call)],
    'transactions.read': ['card/consume/*/info', (adapter, id) => adapter.transactions.read(id, call)],
    'transfers.balances': ['account/*/info', (adapter, id) => adapter.transfers.balances(id, call)],
    'reveal.card': ['card/*/private/info', (adapter, id) => adapter.reveal.card({ providerRef: id, pan: null }, call)],
    'frameTokens.issue': [
      'merchant/client/*/token',
      (adapter, id) => adapter.frameTokens.issue({ providerRef: id }, call),
    ],
  };

describe.each(Object.entries(calls))('%s', (_name, [path, act]) => {
  const acted = async (id: string): Promise<{ account: TestAccount; outcome: Outcome<unknown> }> => {
    const account = await openAccount(() => success({}));
    return { account, outcome: await act(account.adapter(), id) };
  };

  test.each(['..', '.', '', '\0', 'a\0', '\uD800', 'x'.repeat(500)])('is not sent with the id %j', async (id) => {
    const { account, outcome } = await acted(id);
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { reason: 'invalid_request' } });
    expect(account.loopback.requests).toEqual([]);
  });

  test.each(['a/../b', '../list', '..%2flist', '%2e%2e', '.%2e', 'a?b=c', 'a#b', 'a\\..\\b', 'a b', "$&$'", '宜信'])(
    'stays the same call with the id %j',
    async (id) => {
      const { account } = await acted(id);
      const [before, behind] = path.split('*');
      const [request] = account.business();
      expect(request?.path.startsWith(`/open-api/v1/${before}`)).toBe(true);
      expect(request?.path.endsWith(String(behind))).toBe(true);
      const segment = request?.path.slice(`/open-api/v1/${before}`.length, -String(behind).length) ?? '';
      expect(segment).not.toMatch(/[/?#\\]/);
      expect(decodeURIComponent(segment)).toBe(id);
    },
  );
});
