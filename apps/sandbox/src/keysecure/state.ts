import type { ProviderWorld } from '../provider.ts';
import { defaultBins, defaultPackages, type KeysecureBin, type KeysecurePackage } from './catalogue.ts';
import type { Config } from './settings.ts';

export const cardStatuses = ['Pending', 'ToActivate', 'Activated', 'Fail', 'Frozen', 'Delete'] as const;
export type CardStatus = (typeof cardStatuses)[number];
export const cardholderStatuses = ['Pending', 'In_progress', 'Approved', 'Rejected'] as const;
export type CardholderStatus = (typeof cardholderStatuses)[number];

export interface KeysecureCardholder {
  cardholderNo: string;
  uniqueNo: string;
  status: CardholderStatus;
  failReason: string;
  /** The result of the review. */
  verdict: 'Approved' | 'Rejected';
  createdAt: number;
  /** Null: the state never changes by itself. */
  reviewFrom: number | null;
  cents: bigint;
}

export interface KeysecureCard {
  cardNo: string;
  uniqueNo: string;
  cardholderNo: string;
  cardType: 'Virtual' | 'Physical';
  productNo: string;
  nameEn: string;
  nameCn: string;
  organization: string;
  feeDetail: Record<string, unknown>;
  status: CardStatus;
  createdAt: number;
  /** Null: never. */
  readyAt: number | null;
  pan: string;
  cvv: string;
  expYear: string;
  expMonth: string;
  /** Empty until set. */
  pin: string;
}

export interface KeysecureTransfer {
  transferNo: string;
  uniqueNo: string;
  cardholderNo: string;
  type: 'In' | 'Out';
  amount: bigint;
  before: bigint;
  after: bigint;
  createdAt: number;
}

export interface KeysecureConsumption {
  consumeNo: string;
  /** Empty where there is none. */
  relateNo: string;
  cardNo: string;
  cardholderNo: string;
  type: string;
  amount: string;
  localAmount: string;
  localCurrency: string;
  fees: { fee_type: string; amount: string }[];
  remark: string;
  detail: string;
  merchantInfo: { merchant_name: string; merchant_mcc: string; city: string; country: string };
  status: string;
  /** Time of the last modification. */
  time: number;
}

/** One Api-Key: a merchant has exactly one integration mode (keysecure.md §1). */
export interface Merchant {
  apiKey: string;
  apiSecret: string;
  mode: 'CREDIT_EXTENSION' | 'AUTHORIZATION';
  pci: boolean;
  /** Access-Token → its expiry by the wall clock. */
  tokens: Map<string, number>;
  cardholders: Map<string, KeysecureCardholder>;
  cards: Map<string, KeysecureCard>;
  cardNoByUniqueNo: Map<string, string>;
  transfers: Map<string, KeysecureTransfer>;
  consumptions: KeysecureConsumption[];
}

export interface Keysecure {
  merchants: Map<string, Merchant>;
  packages: KeysecurePackage[];
  bins: KeysecureBin[];
  issued: number;
}

export type World = ProviderWorld<Config, Keysecure>;

export function createKeysecure({ apiKeys }: Config, firstNumber: number): Keysecure {
  const merchants = apiKeys.map((key): Merchant => ({
    ...key,
    tokens: new Map(),
    cardholders: new Map(),
    cards: new Map(),
    cardNoByUniqueNo: new Map(),
    transfers: new Map(),
    consumptions: [],
  }));
  return {
    merchants: new Map(merchants.map((merchant) => [merchant.apiKey, merchant])),
    packages: [...defaultPackages],
    bins: [...defaultBins],
    issued: firstNumber,
  };
}

/** An order number in the documents' style: letter, day, counter. */
export function orderNumber(state: Keysecure, letter: string, now: number): string {
  state.issued += 1;
  return `${letter}${new Date(now).toISOString().slice(0, 10).replaceAll('-', '')}${state.issued}`;
}

export function advanceCardholder(holder: KeysecureCardholder, config: Config, now: number): KeysecureCardholder {
  const { cardholderInProgressMs, cardholderDecisionMs } = config;
  if (holder.reviewFrom === null) return holder;
  const age = now - holder.reviewFrom;
  if (holder.status === 'Pending' && age >= cardholderInProgressMs) holder.status = 'In_progress';
  if (holder.status === 'In_progress' && age >= cardholderDecisionMs) {
    holder.status = holder.verdict;
    holder.failReason = holder.verdict === 'Rejected' ? 'Document could not be verified' : '';
  }
  return holder;
}
