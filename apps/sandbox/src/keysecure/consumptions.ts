import { numberLiteral } from '../synthetic.ts';
import { numbersOf, optionalText, pageOf, windowOf, within, type Call } from './call.ts';
import { centsOf, decimal } from './cardholders.ts';
import { Refused } from './codes.ts';
import { callbackOf, isTold } from './events.ts';
import type { KeysecureCard, KeysecureConsumption, Merchant, World } from './state.ts';

/** The parts of a transaction that a test may set; the rest is generated. Amounts are decimal text. */
export interface ConsumptionSeed {
  type: string;
  amount: string;
  status?: string | undefined;
  time?: number | undefined;
  consumeNo?: string | undefined;
  /** The transaction that a reversal or refund belongs to. */
  relateNo?: string | undefined;
  localAmount?: string | undefined;
  localCurrency?: string | undefined;
  fees?: { fee_type: string; amount: string }[] | undefined;
  remark?: string | undefined;
  detail?: string | undefined;
  merchantInfo?: Partial<KeysecureConsumption['merchantInfo']> | undefined;
}

export type ConsumptionChange = Partial<Omit<ConsumptionSeed, 'consumeNo' | 'time'>>;

const shop = { merchant_name: 'Sandbox Shop', merchant_mcc: '5411', city: 'Singapore', country: 'SG' };

/** A record that is not in the list yet. */
export function newConsumption(world: World, merchant: Merchant, card: KeysecureCard, seed: ConsumptionSeed) {
  const next = `X${card.cardNo.slice(1)}${String(merchant.consumptions.length + 1).padStart(4, '0')}`;
  const consumption: KeysecureConsumption = {
    consumeNo: seed.consumeNo ?? next,
    relateNo: seed.relateNo ?? '',
    cardNo: card.cardNo,
    cardholderNo: card.cardholderNo,
    type: seed.type,
    amount: seed.amount,
    localAmount: seed.localAmount ?? seed.amount,
    localCurrency: seed.localCurrency ?? 'USD',
    fees: seed.fees ?? [],
    remark: seed.remark ?? '',
    detail: seed.detail ?? '',
    merchantInfo: { ...shop, ...seed.merchantInfo },
    status: seed.status ?? 'Success',
    time: seed.time ?? world.clock.now(),
  };
  return consumption;
}

/** keysecure.md §11.2: sent on creation and on each change. */
export function tellConsumption(world: World, merchant: Merchant, consumption: KeysecureConsumption): void {
  if (!isTold(world, merchant)) return;
  // As it is now: a later change has its own callback.
  const { remark, detail, fees, status, time } = consumption;
  const data = {
    consume_no: consumption.consumeNo,
    consume_relate_no: consumption.relateNo,
    ...paymentOnWire(consumption),
    fee: numberLiteral(feeOf(consumption)),
    remark,
    detail,
    fee_detail: fees.map((fee) => ({ fee_type: fee.fee_type, amount: numberLiteral(fee.amount) })),
    merchant_info: { ...consumption.merchantInfo },
    status,
    time,
  };
  world.callbacks.push(callbackOf(world, merchant, { action: 'Consumption', reference: consumption.consumeNo, data }));
}

/** Common members of `Auth` and `Consumption`; amounts are JSON numbers here (keysecure.md §12.8). */
export function paymentOnWire(consumption: KeysecureConsumption): Record<string, unknown> {
  return {
    card_no: consumption.cardNo,
    cardholder_no: consumption.cardholderNo,
    type: consumption.type,
    amount: numberLiteral(consumption.amount),
    local_amount: numberLiteral(consumption.localAmount),
    local_currency: consumption.localCurrency,
  };
}

/** Applies `change`; the record's `time` is that of its last modification (§11.2). */
export function changeConsumption(consumption: KeysecureConsumption, change: ConsumptionChange, now: number): void {
  const { merchantInfo, ...plain } = change;
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
  Object.assign(consumption, given, { time: now });
  Object.assign(consumption.merchantInfo, merchantInfo);
}

const feeOf = ({ fees }: KeysecureConsumption) => decimal(fees.reduce((sum, fee) => sum + centsOf(fee.amount), 0n));

/**
 * keysecure.md §6.12. The page is cut off after `fee`: that the rest is named as in the callback, except for `fee_list`, is
 * [ASSUMED]; so is the code for an unknown one.
 */
export function consumptionInfo(call: Call): unknown {
  const found = call.merchant.consumptions.find((one) => one.consumeNo === call.pathNo);
  if (found === undefined) throw new Refused(4903);
  return {
    consume_no: found.consumeNo,
    consume_relate_no: found.relateNo,
    card_no: found.cardNo,
    cardholder_no: found.cardholderNo,
    type: found.type,
    amount: found.amount,
    local_amount: found.localAmount,
    local_currency: found.localCurrency,
    fee: feeOf(found),
    fee_list: found.fees,
    remark: found.remark,
    detail: found.detail,
    merchant_info: found.merchantInfo,
    status: found.status,
    time: found.time,
  };
}

/** keysecure.md §6.13, the members of its example. */
export function listConsumptions(call: Call): unknown {
  const window = windowOf(call);
  const numbers = numbersOf(call);
  const cardholderNo = optionalText(call, 'cardholder_no');
  const consumeNo = optionalText(call, 'consume_no');
  const cardNo = optionalText(call, 'card_no');
  const found = call.merchant.consumptions.filter(
    (one) =>
      within(window, one.time) &&
      (cardholderNo === undefined || one.cardholderNo === cardholderNo) &&
      (consumeNo === undefined || one.consumeNo === consumeNo) &&
      (cardNo === undefined || one.cardNo === cardNo),
  );
  return pageOf(
    numbers,
    found.toReversed().map((one) => ({
      consume_no: one.consumeNo,
      card_no: one.cardNo,
      type: one.type,
      amount: one.amount,
      status: one.status,
      time: one.time,
    })),
  );
}
