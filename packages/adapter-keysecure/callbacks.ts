import { createHash } from 'node:crypto';
import { parseJson, type ProviderClock } from '@card-gateway/adapter-kit';
import type { CallbacksFacet, CallbackVerdict, ProviderEvent, ReceivedCallback } from '@card-gateway/core';
import { cardStatusWords } from './cards.ts';
import { apiSecretsOf, type KeySecureSettings } from './settings.ts';
import { verifiedContent } from './signature.ts';
import { toMerchant, toTransaction } from './transactions.ts';
import { callbackBody, cardUpdateData, instantOf, paymentData, type WireCallback } from './wire.ts';

type CallbackEvent = Extract<ProviderEvent, { kind: 'card_changed' | 'transaction' | 'authorization' }>;

/**
 * The provider's signed notifications (keysecure.md §11). The signature covers `data` and the `Timestamp`, and neither
 * `id` nor `action` (§12, trap 9). So `action` counts only where the shape of `data` agrees with it; and a callback is
 * known by its kind and its signed content, not by its `id`, which anybody could renew for a replay. The timestamp stays
 * out of that: the same event sent again with a new one is the same event. Two changes of one card or transaction differ
 * in the `time` within `data`.
 */
export function callbacks(settings: KeySecureSettings, clock: ProviderClock): CallbacksFacet {
  const secrets = apiSecretsOf(settings);

  /** Whoever signs in what zone, the timestamp is in Unix milliseconds of the provider; one of another form proves no time. */
  function isFresh(timestamp: string, receivedAt: number): boolean {
    if (!/^\d{13}$/.test(timestamp)) return false;
    const { least, most } = clock.ahead() ?? { least: 0, most: 0 };
    const aheadMs = Number(timestamp) - receivedAt;
    return aheadMs >= least - settings.callbackWindowMs && aheadMs <= most + settings.callbackWindowMs;
  }

  function receive({ headers, body, receivedAt }: ReceivedCallback): CallbackVerdict {
    const { signature = '', timestamp = '', 'sign-version': version = 'V1' } = headers;
    if (signature === '' || timestamp === '') return { kind: 'refused', why: 'unsigned' };
    if (version !== 'V1') return { kind: 'refused', why: 'bad_signature' };
    const record = textOf(body);
    const callback = record === null ? null : readCallback(record);
    if (record === null || callback === null) return { kind: 'refused', why: 'unreadable' };
    const content = verifiedContent({ data: callback.data, timestamp, signature, appId: settings.apiKey, secrets });
    if (content === null) return { kind: 'refused', why: 'bad_signature' };
    if (!isFresh(timestamp, receivedAt)) return { kind: 'refused', why: 'stale' };
    const event = readEvent(callback);
    if (event === null || (event.kind === 'authorization' && settings.mode === 'credit')) {
      return { kind: 'refused', why: 'unreadable' };
    }
    const deduplicationKey = createHash('sha256').update(`${event.kind}\n${content}`).digest('hex');
    return { kind: 'accepted', deduplicationKey, record };
  }

  return {
    isUnsigned: false,
    // keysecure.md §11.1: only in authorization mode.
    asksForDecisions: settings.mode === 'authorization',
    receive,
    eventOf(record) {
      const callback = readCallback(record);
      const event = callback === null ? null : readEvent(callback);
      if (event === null) throw new Error('not a record of a KeySecure callback');
      return event;
    },
    // keysecure.md §11: `message`, not `msg`, and needed with any code but 0. Every such code declines (§11.1).
    acknowledge: (_record, decision) => ({
      contentType: 'application/json',
      body: decision === 'decline' ? '{"code":1,"message":"declined"}' : '{"code":0,"message":""}',
    }),
  };
}

/** Null for bytes that are no text, or hold a NUL character: it is signed, but PostgreSQL keeps none. */
function textOf(body: Buffer): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    return /\\u0000/.test(text) ? null : text;
  } catch {
    return null;
  }
}

function readCallback(text: string): WireCallback | null {
  try {
    return callbackBody.safeParse(parseJson(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Null when `data` does not have the shape of that `action`. */
function readEvent({ action, data: members }: WireCallback): CallbackEvent | null {
  // Null members are not signed (§4.2): whoever can add or rename one must not thereby say "there is none".
  const data = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
  const isPayment = typeof data['consume_no'] === 'string';
  const isCardUpdate = typeof data['after_status'] === 'string';
  if (isPayment === isCardUpdate) return null;
  switch (action) {
    case 'Card_update':
      return isCardUpdate ? cardChanged(data) : null;
    case 'Consumption':
      return isPayment ? transaction(data) : null;
    case 'Auth':
      return isPayment ? authorization(data) : null;
    default:
      return null;
  }
}

function cardChanged(data: unknown): CallbackEvent | null {
  const update = cardUpdateData.safeParse(data);
  if (!update.success) return null;
  const { card_no: cardRef, after_status: providerStatus, time } = update.data;
  const status = cardStatusWords.get(providerStatus) ?? 'unrecognized';
  return { kind: 'card_changed', cardRef, status, providerStatus, at: instantOf(time) };
}

function transaction(data: unknown): CallbackEvent | null {
  const payment = paymentData.safeParse(data);
  return payment.success ? { kind: 'transaction', transaction: toTransaction(payment.data) } : null;
}

/** What only the record of a payment has (keysecure.md §11.1, §11.2). */
const recordOnly = ['consume_relate_no', 'fee', 'fee_list', 'fee_detail', 'remark', 'detail'];

/**
 * Data passes as a question only where it can be a payment that waits for a decision: pending, and bare. Such data passes
 * as `Consumption` too, for it is true of the payment: it is pending.
 */
function authorization(data: Readonly<Record<string, unknown>>): CallbackEvent | null {
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
