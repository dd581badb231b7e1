import {
  type BindingKind,
  type BoundCard,
  type BoundCardsFacet,
  cardNetwork,
  done,
  expiryOf,
  refused,
} from '@card-gateway/core';
import type { Ask } from './client.ts';
import type { OnerwaySettings } from './settings.ts';
import { type TokenInfo, tokenListData } from './wire.ts';

/** `subProductType` of the token list (onerway.md §3.1). */
const subProductTypes: ReadonlyMap<BindingKind, string> = new Map([
  ['token', 'TOKEN'],
  ['subscription', 'SUBSCRIBE'],
]);

/** Maximum length of `merchantCustId` (§3.1), in characters. */
const longestUser = 50;

/** The list has no pages (§3.1): enough for some ten thousand tokens of one customer. */
const longestListBytes = 4_194_304;

/**
 * The cards bound by one customer: `POST /v1/txn/queryTokenList` (onerway.md §3.1). `user` is the merchant's customer id and
 * the only ownership check (trap 9). One card can appear under several ids, and an expired one is still listed (trap 10).
 */
export function boundCardsFacet(ask: Ask, settings: OnerwaySettings): BoundCardsFacet {
  return {
    kinds: [...subProductTypes.keys()],
    givesTokens: true,
    needsUserIp: false,
    list: async ({ user, kind }, call) => {
      const subProductType = subProductTypes.get(kind);
      if (subProductType === undefined) return refused('unsupported', { message: `Onerway lists no ${kind}` });
      // An empty value would be omitted from the signature, and with it the only ownership check.
      if (user === '' || Array.from(user).length > longestUser) {
        return refused('invalid_request', { message: `a customer id has 1 to ${longestUser} characters` });
      }
      return ask(
        {
          operation: 'queryTokenList',
          effect: 'read',
          path: '/v1/txn/queryTokenList',
          parameters: {
            ...(settings.appId === undefined ? {} : { appId: settings.appId }),
            merchantCustId: user,
            // Signed even with its default value, so it is always sent (trap 2).
            subProductType,
          },
          hide: [user],
          maxResponseBytes: longestListBytes,
          data: tokenListData,
          interpret: ({ tokenInfos }, evidence) => {
            const { read, unreadable } = tokenInfos ?? { read: [], unreadable: 0 };
            return done({ cards: read.map((row) => boundCardOf(row, kind)), unreadable }, evidence);
          },
        },
        call,
      );
    },
  };
}

function boundCardOf(row: TokenInfo, kind: BindingKind): BoundCard {
  return {
    providerRef: row.id,
    kind,
    maskedNumber: row.cardNumber,
    bin: row.cardNumber.slice(0, 6),
    last4: row.cardNumber.slice(-4),
    network: cardNetwork(row.paymentMethod),
    cardType: null,
    bank: null,
    expiry: expiryOf(row.month ?? '', row.year ?? ''),
    binCountry: row.cardBinCountry ?? null,
    pan: null,
    token: row.tokenId ?? null,
  };
}
