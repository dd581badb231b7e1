import type { ProviderWorld } from '../provider.ts';
import { createRandom, numberLiteral, syntheticPan, type Random } from '../synthetic.ts';
import type { Config } from './settings.ts';
import { defaultTransactions, type OpenApiTransaction } from './transactions.ts';

/** open-api-issuer.md §2.1, every member on the wire. */
export interface OpenApiBin {
  bin_id: string;
  bin_code: string;
  type: number;
  settle_currency: string;
  recharge_currency: string;
  mode: number;
  area: string;
  card_category: number;
  bank: string;
  status: number;
  is_create: number;
  is_recharge: number;
  is_trade: number;
}

/** open-api-issuer.md §2.2. Amounts are stored as their wire literals. */
export interface OpenApiCard {
  app_id: number;
  card_id: string;
  bin_id: string;
  holder_id: string;
  card_no: string;
  balance: string;
  limit: string;
  expiry: string;
  cvv: string;
  pin: string;
  status: number;
  use_at: string;
  close_at: string;
  end_at: string;
  mark: string;
}

export interface OpenApi {
  bins: OpenApiBin[];
  cards: OpenApiCard[];
  transactions: OpenApiTransaction[];
}

export interface SeedOpenApiCards {
  count: number;
  seed?: number | undefined;
  binId?: string | undefined;
  /** Removes the existing cards. */
  replace?: boolean | undefined;
}

export type World = ProviderWorld<Config, OpenApi>;

export function createOpenApi(config: Config): OpenApi {
  const state: OpenApi = { bins: [...defaultBins], cards: [], transactions: [...defaultTransactions] };
  seedCards(state, config, { count: config.cards, seed: 1 });
  return state;
}

/** An older file has no transactions. */
export function restoreOpenApi(_config: Config, saved: Partial<OpenApi>): OpenApi {
  const { bins, cards, transactions = defaultTransactions } = saved;
  if (bins === undefined || cards === undefined) throw new Error('its bins or cards are missing');
  return { bins: [...bins], cards: [...cards], transactions: [...transactions] };
}

export function seedCards(state: OpenApi, config: Config, { count, seed = 1, binId, replace }: SeedOpenApiCards): void {
  if (replace === true) state.cards = [];
  const random = createRandom(seed);
  const bins = binId === undefined ? state.bins : state.bins.filter((bin) => bin.bin_id === binId);
  for (let index = 0; index < count; index += 1) {
    const bin = bins[index % bins.length];
    if (bin === undefined) throw new Error(`No such bin: ${binId ?? '(there are none)'}`);
    state.cards.push(syntheticCard(random, config.appId, bin, index));
  }
}

function syntheticCard(random: Random, appId: number, bin: OpenApiBin, index: number): OpenApiCard {
  const status = random.pick([2, 2, 2, 2, 1, 3, 4, 5, 6, 7]);
  const day = String(1 + random.below(28)).padStart(2, '0');
  const moment = (year: number) =>
    `${year}-0${1 + random.below(9)}-${day} ${10 + random.below(10)}:47:0${random.below(10)}`;
  return {
    app_id: appId,
    // Two forms of the same id: §1.3.
    card_id: index % 2 === 0 ? random.hex(32) : `cid_${random.alphanumeric(16)}`,
    bin_id: bin.bin_id,
    holder_id: index % 3 === 0 ? `hld_${random.alphanumeric(12)}` : '',
    card_no: syntheticPan(random, bin.bin_code),
    balance: random.pick(['100.00', '200.5', '0', '0.10', '8.2', '1234.56', String(random.below(9000))]),
    limit: random.pick(['440.50', '401.49', '1000.00', '0', String(9000 + random.below(9000))]),
    expiry: `0${1 + random.below(9)}/${29 + random.below(4)}`,
    cvv: random.digits(3),
    pin: index % 4 === 0 ? random.digits(6) : '',
    status,
    // §7.8: the empty string stands for "no value". A year apart, so that they are in order whatever the month.
    use_at: status === 1 ? '' : moment(2023),
    close_at: status === 4 || status === 5 ? moment(2024) : '',
    end_at: status === 5 ? moment(2025) : '',
    mark: index % 5 === 0 ? `note ${index}` : '',
  };
}

export function cardOnWire(card: OpenApiCard): Record<string, unknown> {
  return { ...card, balance: numberLiteral(card.balance), limit: numberLiteral(card.limit) };
}

// §7.4: the mode does not follow from the digits, and the bank cannot be assumed.
const defaultBins: OpenApiBin[] = [
  bin({ bin_id: 'cpi_7a10be55c2d01', bin_code: '428853', mode: 1, card_category: 2, type: 2 }),
  bin({ bin_id: 'cpi_7a10be55c2d02', bin_code: '537741', mode: 2, card_category: 1, type: 1, bank: 'Sandbox Bank' }),
  bin({
    bin_id: 'cpi_7a10be55c2d03',
    bin_code: '419926',
    mode: 1,
    card_category: 1,
    status: 4,
    is_create: 0,
    area: 'HK',
  }),
];

function bin(own: Partial<OpenApiBin> & { bin_id: string; bin_code: string }): OpenApiBin {
  return {
    type: 2,
    settle_currency: 'USD',
    recharge_currency: 'USD',
    mode: 1,
    area: 'US',
    card_category: 2,
    bank: '',
    status: 1,
    is_create: 1,
    is_recharge: 1,
    is_trade: 1,
    ...own,
  };
}
