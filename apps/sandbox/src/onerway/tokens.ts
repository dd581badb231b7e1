import type { ProviderWorld } from '../provider.ts';
import { createRandom } from '../synthetic.ts';
import type { Config } from './settings.ts';

/** onerway.md §3.1, `tokenInfos[]`. */
export interface OnerwayToken {
  id: string;
  tokenId: string;
  appId: string;
  cardNumber: string;
  paymentMethod: string;
  /** Missing in the 2024 version of the document. */
  cardBinCountry?: string | undefined;
  year: string;
  month: string;
}

export type TokenKind = 'TOKEN' | 'SUBSCRIBE';

export interface StoredToken {
  merchantCustId: string;
  kind: TokenKind;
  token: OnerwayToken;
}

export interface Onerway {
  tokens: StoredToken[];
  /** Number created so far, including deleted ones. */
  made: number;
}

export interface SeedOnerwayTokens {
  merchantCustId: string;
  kind?: TokenKind | undefined;
  /** Missing members are generated; `cardBinCountry: ''` omits that member on the wire. */
  tokens: Partial<OnerwayToken>[];
}

const defaultCustomer = 'custId_1640247522000';
/** A second store of the same merchant: without `appId` its tokens are listed too. */
export const otherAppId = '1900000000000000002';

export type World = ProviderWorld<Config, Onerway>;

export function createOnerway(config: Config, firstNumber: number): Onerway {
  const state: Onerway = { tokens: [], made: 0 };
  seedTokens(state, config, {
    merchantCustId: defaultCustomer,
    kind: 'TOKEN',
    tokens: [
      { cardNumber: '411773******0421', year: '2031', month: '05' },
      { cardNumber: '411773******0421', year: '2031', month: '05' },
      { cardNumber: '527390******7718', paymentMethod: 'MASTERCARD', year: '2024', month: '05' },
      { cardNumber: '455600******3304', year: '2032', month: '12', cardBinCountry: '' },
      { cardNumber: '430201******6650', year: '2030', month: '01', appId: otherAppId, cardBinCountry: 'GB' },
    ],
  });
  const subscription = { cardNumber: '411773******0421', year: '2031', month: '05' };
  seedTokens(state, config, {
    merchantCustId: defaultCustomer,
    kind: 'SUBSCRIBE',
    tokens: [subscription, subscription, subscription],
  });
  // The tokens above are the same at every start; later ones are not.
  state.made = firstNumber;
  return state;
}

/** Returns the created tokens. */
export function seedTokens(state: Onerway, config: Config, seed: SeedOnerwayTokens): StoredToken[] {
  const before = state.tokens.length;
  for (const { cardBinCountry = 'US', ...own } of seed.tokens) {
    state.made += 1;
    const random = createRandom(Math.imul(7919, state.made));
    const token: OnerwayToken = {
      // 19 digits: more than a JavaScript number can represent (§13.7).
      id: `18${random.digits(17)}`,
      tokenId: random.hex(64),
      appId: config.appId,
      cardNumber: `4117${random.digits(2)}******${random.digits(4)}`,
      paymentMethod: 'VISA',
      year: '2031',
      month: '08',
      ...own,
      ...(cardBinCountry === '' ? {} : { cardBinCountry }),
    };
    state.tokens.push({ merchantCustId: seed.merchantCustId, kind: seed.kind ?? 'TOKEN', token });
  }
  return state.tokens.slice(before);
}

export function restoreOnerway(_config: Config, { tokens, made }: Onerway, firstNumber: number): Onerway {
  return { tokens: [...tokens], made: Math.max(made, firstNumber) };
}
