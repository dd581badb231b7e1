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

/** What a callback says that is believed. */
export type CallbackEvent = Extract<ProviderEvent, { kind: 'card_changed' | 'transaction' | 'authorization' }>;
/** What is read again where it is not. */
export type HintEvent = Extract<ProviderEvent, { kind: 'card_hint' | 'transaction_hint' }>;

type Data = WireCallback['data'];

/** Null when `data`, which is without null members, does not have the shape of that `action`. */
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

/** The card or transaction that a callback is about; null where it names none, and for a payment that waits: it is declined. */
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

/** Null for data that is of neither, or of both. */
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

/** What only the record of a payment has (keysecure.md §11.1, §11.2). */
const recordOnly = ['consume_relate_no', 'fee', 'fee_list', 'fee_detail', 'remark', 'detail'];

/**
 * Data passes as a question only where it can be a payment that waits for a decision: pending, and bare. Such data passes
 * as `Consumption` too, for it is true of the payment: it is pending.
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
const hint = z.union([z.strictObject({ card: z.string() }), z.strictObject({ transaction: z.string() })]);

/**
 * What is kept: the documented members in one order, so that two callbacks with the same record said the same, however
 * their bytes differ; of a hint what is to be read.
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

/** Reads what {@link recordOf} wrote, or the body of a callback, which was kept before it; null when it is neither. */
export function readRecord(record: string): ProviderEvent | null {
  const value = valueOf(record);
  const read = z.object({ hint }).safeParse(value).data?.hint;
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
