import type { Delivery } from '../callbacks/delivery.ts';
import { centsOf } from './cardholders.ts';
import { newConsumption, paymentOnWire, tellConsumption, type ConsumptionSeed } from './consumptions.ts';
import { callbackOf, isTold } from './events.ts';
import {
  advanceCardholder,
  type KeysecureCard,
  type KeysecureConsumption,
  type Merchant,
  type World,
} from './state.ts';

/** A cardholder pays in a shop. `amount` is decimal text in the card's currency. */
export interface Payment extends Omit<ConsumptionSeed, 'type' | 'status' | 'time' | 'consumeNo' | 'relateNo'> {
  /** `card_no` or `card_unique_no`. */
  cardNo: string;
  /** Default `Consumption`. */
  type?: string | undefined;
}

export interface PaymentResult {
  consumeNo: string;
  approved: boolean;
  /** Why it was not approved: the merchant declined, did not answer in time or correctly, or was never asked. */
  why: 'approved' | 'declined' | 'no_answer' | 'card_status' | 'balance' | 'no_target';
  /** The Auth and its answer; null if the platform decided alone. */
  auth: Delivery | null;
}

/**
 * keysecure.md §1, §11.1: in authorisation mode the platform asks the merchant, and anything but a timely `{"code":0}`
 * declines; in credit mode it decides alone, by the cardholder's balance. [ASSUMED] a card that is not `Activated` is declined
 * without asking. Either way a `Consumption` follows.
 */
export async function pay(
  world: World,
  merchant: Merchant,
  card: KeysecureCard,
  payment: Payment,
): Promise<PaymentResult> {
  const { cardNo: _, type = 'Consumption', ...seed } = payment;
  const now = world.clock.now();
  // Its own number before the answer arrives: two payments can be in flight at once.
  const consumeNo = world.callbacks.nextId(now).replace('N', 'X');
  const consumption = newConsumption(world, merchant, card, { ...seed, type, consumeNo, status: 'Pending', time: now });
  const { why, auth } = await decided(world, merchant, card, consumption);
  const approved = why === 'approved';
  consumption.status = approved ? 'Success' : 'Fail';
  consumption.time = world.clock.now();
  merchant.consumptions.push(consumption);
  world.journal.effect({
    provider: 'keysecure',
    operation: auth === null ? 'Consumption' : 'Auth',
    reference: consumeNo,
    effect: approved ? 'payment_approved' : 'payment_declined',
    subject: card.cardholderNo,
  });
  tellConsumption(world, merchant, consumption);
  return { consumeNo, approved, why, auth };
}

async function decided(
  world: World,
  merchant: Merchant,
  card: KeysecureCard,
  consumption: KeysecureConsumption,
): Promise<Pick<PaymentResult, 'why' | 'auth'>> {
  if (card.status !== 'Activated') return { why: 'card_status', auth: null };
  switch (merchant.mode) {
    case 'CREDIT_EXTENSION': {
      const holder = merchant.cardholders.get(card.cardholderNo);
      const amount = centsOf(consumption.amount);
      if (holder === undefined) return { why: 'balance', auth: null };
      const { cents } = advanceCardholder(holder, world.config, world.clock.now());
      if (cents < amount) return { why: 'balance', auth: null };
      holder.cents -= amount;
      return { why: 'approved', auth: null };
    }
    case 'AUTHORIZATION': {
      if (!isTold(world, merchant)) return { why: 'no_target', auth: null };
      const auth = await world.callbacks.ask(authOf(world, merchant, consumption), world.config.authDeadlineMs);
      if (auth.status === null) return { why: 'no_answer', auth };
      return { why: auth.acknowledged ? 'approved' : 'declined', auth };
    }
  }
}

function authOf(world: World, merchant: Merchant, consumption: KeysecureConsumption) {
  const data = {
    consume_no: consumption.consumeNo,
    ...paymentOnWire(consumption),
    merchant_info: { ...consumption.merchantInfo },
    status: 'Pending',
    time: consumption.time,
  };
  return callbackOf(world, merchant, { action: 'Auth', reference: consumption.consumeNo, data });
}
