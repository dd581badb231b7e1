import { parseJson } from '@card-gateway/adapter-kit';
import type { ProviderEvent } from '@card-gateway/core';
import { z } from 'zod';
import { cardStatusWords } from './cards.ts';
import { compactJson, fastjson2 } from './fastjson.ts';
import { toMerchant, toTransaction } from './transactions.ts';
import {
  callbackBody,
  cardUpdateData,
  documentedData,
  instantOf,
  namedCard,
  namedTransaction,
  paymentData,
  type WireCallback,
} from './wire.ts';

/** A callback whose content is trusted. */
export type CallbackEvent = Extract<ProviderEvent, { kind: 'card_changed' | 'transaction' | 'authorization' }>;
/** A callback that only causes a read. */
export type HintEvent = Extract<ProviderEvent, { kind: 'card_hint' | 'transaction_hint' }>;

type Data = WireCallback['data'];

/** Null if `data`, after removing null members, does not have the shape of that `action`. */
export function eventOf({ action, data }: WireCallback): CallbackEvent | null {
  const isPayment = isPaymentData(data);
  switch (action) {
    case 'Card_update':
      return isPayment === false ? cardChanged(data) : null;
    case 'Consumption':
      return isPayment === true ? transaction(data) : null;
    case 'Auth':
      return isPayment === true ? authorization(data) : null;
    default:
      return null;
  }
}

/**
 * The card or transaction that a callback is about; null if it names none, and for a payment that waits for a decision, which
 * is declined.
 */
export function hintOf({ action, data }: WireCallback): HintEvent | null {
  const isPayment = isPaymentData(data);
  if (action === 'Card_update' && isPayment === false) {
    const card = namedCard.safeParse(data).data;
    return card === undefined ? null : { kind: 'card_hint', cardRef: card.card_no };
  }
  if (action === 'Consumption' && isPayment === true) {
    const payment = namedTransaction.safeParse(data).data;
    return payment === undefined ? null : { kind: 'transaction_hint', transactionRef: payment.consume_no };
  }
  return null;
}

/** Null for data of neither kind, or of both. */
function isPaymentData(data: Data): boolean | null {
  const isPayment = Object.hasOwn(data, 'consume_no');
  return isPayment === Object.hasOwn(data, 'after_status') ? null : isPayment;
}

function cardChanged(data: Data): CallbackEvent | null {
  const update = cardUpdateData.safeParse(data);
  if (!update.success) return null;
  const { card_no: cardRef, after_status: providerStatus, time } = update.data;
  const status = cardStatusWords.get(providerStatus) ?? 'unrecognized';
  return { kind: 'card_changed', cardRef, status, providerStatus, at: instantOf(time) };
}

function transaction(data: Data): CallbackEvent | null {
  const payment = paymentData.safeParse(data);
  return payment.success ? { kind: 'transaction', transaction: toTransaction(payment.data) } : null;
}

/** Members that only the record of a payment has (keysecure.md §11.1, §11.2). */
const recordOnly = ['consume_relate_no', 'fee', 'fee_list', 'fee_detail', 'remark', 'detail'];

/**
 * Data counts as a question only if it can be a payment that waits for a decision: pending, without a record's members. Such
 * data is accepted as `Consumption` too, because it is true of the payment.
 */
function authorization(data: Data): CallbackEvent | null {
  const { data: payment } = paymentData.safeParse(data);
  if (payment?.status !== 'Pending' || recordOnly.some((name) => Object.hasOwn(data, name))) return null;
  return {
    kind: 'authorization',
    request: {
      transactionRef: payment.consume_no,
      cardRef: payment.card_no,
      cardholderRef: payment.cardholder_no || null,
      providerType: payment.type,
      amount: payment.amount,
      localAmount: payment.local_amount ?? null,
      localCurrency: payment.local_currency || null,
      merchant: toMerchant(payment.merchant_info),
      at: instantOf(payment.time),
    },
  };
}

const actions = { card_changed: 'Card_update', transaction: 'Consumption', authorization: 'Auth' } as const;
const hintRecord = z.object({
  hint: z.union([z.strictObject({ card: z.string() }), z.strictObject({ transaction: z.string() })]),
});

/**
 * The stored record: the documented members in a fixed order, so that callbacks with equal records have equal content, however
 * their bytes differ; for a hint, the resource to read.
 */
export function recordOf(event: CallbackEvent | HintEvent, data: Data): string {
  switch (event.kind) {
    case 'card_hint':
      return JSON.stringify({ hint: { card: event.cardRef } });
    case 'transaction_hint':
      return JSON.stringify({ hint: { transaction: event.transactionRef } });
    case 'card_changed':
    case 'transaction':
    case 'authorization': {
      const members = Object.entries(data).filter(([name]) => Object.hasOwn(documentedData.shape, name));
      const record = { action: actions[event.kind], data: Object.fromEntries(members) };
      return compactJson(record, { ...fastjson2, number: (literal) => literal }, (names) => names.toSorted());
    }
  }
}

/** Parses what {@link recordOf} wrote, or a callback's body, which earlier versions stored; null if it is neither. */
export function readRecord(record: string): ProviderEvent | null {
  const value = valueOf(record);
  const read = hintRecord.safeParse(value).data?.hint;
  if (read !== undefined) {
    return 'card' in read
      ? { kind: 'card_hint', cardRef: read.card }
      : { kind: 'transaction_hint', transactionRef: read.transaction };
  }
  const callback = callbackBody.safeParse(value).data;
  if (callback === undefined) return null;
  const data = Object.fromEntries(Object.entries(callback.data).filter(([, member]) => member !== null));
  return eventOf({ action: callback.action, data });
}

function valueOf(record: string): unknown {
  try {
    return parseJson(record);
  } catch {
    return null;
  }
}
