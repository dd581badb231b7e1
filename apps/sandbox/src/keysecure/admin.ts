import { found, listed } from '../admin-lists.ts';
import type { Signed } from '../callbacks/delivery.ts';
import { signedCallback, type KeysecureCallback } from './callback.ts';
import type { KeysecureBin, KeysecurePackage } from './catalogue.ts';
import {
  changeConsumption,
  newConsumption,
  tellConsumption,
  type ConsumptionChange,
  type ConsumptionSeed,
} from './consumptions.ts';
import { changeStatus, advanceCard } from './events.ts';
import { pay, type Payment, type PaymentResult } from './pay.ts';
import {
  advanceCardholder,
  type CardholderStatus,
  type CardStatus,
  type KeysecureCard,
  type KeysecureCardholder,
  type KeysecureConsumption,
  type World,
} from './state.ts';

export interface KeysecureCardChange {
  status: CardStatus;
  /** Sent in the `Card_update` (keysecure.md §11.3); default empty. */
  reason?: string | undefined;
}

export interface KeysecureCardholderChange {
  status: CardholderStatus;
  failReason?: string | undefined;
}

export interface SeedConsumptions {
  cardNo: string;
  consumptions: ConsumptionSeed[];
}

export interface KeysecureAdmin {
  cards(): KeysecureCard[];
  /** By `card_no` or `card_unique_no`. */
  card(no: string): KeysecureCard;
  cardholders(): KeysecureCardholder[];
  consumptions(): KeysecureConsumption[];
  seedPackages(packages: KeysecurePackage[]): void;
  seedBins(bins: KeysecureBin[]): void;
  /** The merchant is notified of each, in this order. */
  seedConsumptions(seed: SeedConsumptions): void;
  /** By `consume_no`; the merchant is notified. */
  updateConsumption(consumeNo: string, change: ConsumptionChange): KeysecureConsumption;
  /** By `card_no` or `card_unique_no`; the merchant is notified of a changed status. */
  updateCard(no: string, change: KeysecureCardChange): KeysecureCard;
  /** By `cardholder_no` or `cardholder_unique_no`. */
  updateCardholder(no: string, change: KeysecureCardholderChange): KeysecureCardholder;
  /** A payment in a shop: asks the merchant if its mode requires that, then records and reports the result. */
  pay(payment: Payment): Promise<PaymentResult>;
  /** A callback as KeySecure would sign it; returned, not sent. */
  callback(callback: KeysecureCallback): Signed;
}

/** From now on, answers 1007 to every Access-Token issued so far. */
export function expireTokens(world: World): void {
  for (const { tokens } of world.state.merchants.values()) tokens.clear();
}

export function keysecureAdmin(world: World): KeysecureAdmin {
  const { clock } = world;
  const merchants = () => [...world.state.merchants.values()];
  const owned = () =>
    merchants().flatMap((merchant) =>
      [...merchant.cards.values()].map((card) => ({ merchant, card: advanceCard(world, merchant, card) })),
    );
  const cardBy = (no: string) =>
    found(
      owned().find(({ card }) => card.cardNo === no || card.uniqueNo === no),
      no,
    );
  const holders = () =>
    merchants().flatMap(({ cardholders }) =>
      [...cardholders.values()].map((holder) => advanceCardholder(holder, world.config, clock.now())),
    );

  return {
    cards: () => listed(owned().map(({ card }) => card)),
    card: (no) => ({ ...cardBy(no).card }),
    cardholders: () => listed(holders()),
    consumptions: () => merchants().flatMap(({ consumptions }) => structuredClone(consumptions)),
    seedPackages: (packages) => void world.state.packages.push(...packages),
    seedBins: (bins) => void world.state.bins.push(...bins),
    seedConsumptions({ cardNo, consumptions }) {
      const { merchant, card } = cardBy(cardNo);
      for (const seed of consumptions) {
        const consumption = newConsumption(world, merchant, card, seed);
        merchant.consumptions.push(consumption);
        tellConsumption(world, merchant, consumption);
      }
    },
    updateConsumption(consumeNo, change) {
      const of = (merchant: ReturnType<typeof merchants>[number]) =>
        merchant.consumptions.find((one) => one.consumeNo === consumeNo);
      const merchant = found(
        merchants().find((one) => of(one) !== undefined),
        consumeNo,
      );
      const consumption = found(of(merchant), consumeNo);
      changeConsumption(consumption, change, clock.now());
      tellConsumption(world, merchant, consumption);
      return structuredClone(consumption);
    },
    updateCard(no, { status, reason }) {
      const { merchant, card } = cardBy(no);
      // A card set back to Pending stays there, for inspection.
      if (status === 'Pending') card.readyAt = null;
      changeStatus(world, merchant, card, { to: status, reason, time: clock.now() });
      return { ...card };
    },
    updateCardholder(no, change) {
      const holder = found(
        holders().find((one) => one.cardholderNo === no || one.uniqueNo === no),
        no,
      );
      const stays = change.status === 'Pending' || change.status === 'In_progress' ? { reviewFrom: null } : {};
      return { ...Object.assign(holder, change, stays) };
    },
    pay(payment) {
      const { merchant, card } = cardBy(payment.cardNo);
      return pay(world, merchant, card, payment);
    },
    callback(callback) {
      const { apiKey, id = world.callbacks.nextId(clock.now()) } = callback;
      const merchant = apiKey === undefined ? merchants()[0] : world.state.merchants.get(apiKey);
      const { nestedOrder } = world.config;
      return signedCallback(found(merchant, apiKey ?? 'merchant'), { ...callback, id }, nestedOrder, clock.wall());
    },
  };
}
