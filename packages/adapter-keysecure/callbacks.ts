import { createHash } from 'node:crypto';
import { hasDoubledMember, parseJson, parseSignedJson, type ProviderClock } from '@card-gateway/adapter-kit';
import type { CallbacksFacet, CallbackVerdict, ProviderEvent, ReceivedCallback } from '@card-gateway/core';
import { type CallbackEvent, eventOf, type HintEvent, hintOf, readRecord, recordOf } from './callback-record.ts';
import { apiSecretsOf, type KeySecureSettings } from './settings.ts';
import { signatureShape, verifiedContent } from './signature.ts';
import { callbackBody, documentedData, type WireCallback } from './wire.ts';

/**
 * The provider's signed notifications (keysecure.md §11). The signature covers `data` and the `Timestamp`, but neither `id` nor
 * `action` (§12, trap 9). So `action` counts only if the shape of `data` agrees with it, and a callback is identified by its
 * kind and its signed content, not by its `id`, which anyone could change for a replay. The timestamp is excluded: the same
 * event sent again with a new one is the same event. Two changes of one card or transaction differ in the `time` within `data`.
 *
 * The signed text can be split into members in more than one way (trap 22). If that may have happened, or a member is not of
 * its documented type, the callback only causes a read of its card or transaction.
 */
export function callbacksFacet(settings: KeySecureSettings, clock: ProviderClock): CallbacksFacet {
  const secrets = apiSecretsOf(settings);
  /** The last record written, and what it says: the intake asks for it next, and reading it takes a third of the time of receiving it. */
  let last: { readonly record: string; readonly event: ProviderEvent } | null = null;

  /** Whatever the signer's time zone, the timestamp is the provider's Unix milliseconds; any other form proves no time. */
  function isFresh(timestamp: string, receivedAt: number): boolean {
    if (!/^\d{13}$/.test(timestamp)) return false;
    const { least, most } = clock.ahead() ?? { least: 0, most: 0 };
    const aheadMs = Number(timestamp) - receivedAt;
    return aheadMs >= least - settings.callbackWindowMs && aheadMs <= most + settings.callbackWindowMs;
  }

  /** Ordered from the cheapest check to the most expensive, so that forged callbacks cost little. */
  function receive({ headers, body, receivedAt }: ReceivedCallback): CallbackVerdict {
    const { signature = '', timestamp = '', 'sign-version': version = 'V1' } = headers;
    if (signature === '' || timestamp === '') return { kind: 'refused', why: 'unsigned' };
    if (version !== 'V1' || !signatureShape.test(signature)) return { kind: 'refused', why: 'bad_signature' };
    if (!isFresh(timestamp, receivedAt)) return { kind: 'refused', why: 'stale' };
    const text = textOf(body);
    const signed = text === null ? null : readCallback(parseSignedJson, text);
    if (text === null || signed === null) return { kind: 'refused', why: 'unreadable' };
    const content = verifiedContent({ data: signed.data, timestamp, signature, appId: settings.apiKey, secrets });
    if (content === null) return { kind: 'refused', why: 'bad_signature' };
    // Stored and shown texts are cleaned; signed ones stay as received.
    // Without an escape nothing can be cleaned: text in UTF-8 has no lone surrogates, and JSON no bare NUL.
    const callback = text.includes('\\u') ? readCallback(parseJson, text) : signed;
    if (callback === null) return { kind: 'refused', why: 'unreadable' };
    const data = signedMembers(callback.data);
    const isAsSigned = content.isUnambiguous && documentedData.safeParse(data).success;
    const event = hasDoubledMember(text) ? null : believed({ action: callback.action, data }, isAsSigned);
    if (event === null) return { kind: 'refused', why: 'unreadable' };
    const { kind } = event;
    const identity = kind === 'card_hint' || kind === 'transaction_hint' ? recordOf(event, data) : content.text;
    const deduplicationKey = createHash('sha256').update(`${kind}\n${identity}`).digest('hex');
    const record = recordOf(event, data);
    last = { record, event };
    return { kind: 'accepted', deduplicationKey, record };
  }

  function believed(callback: WireCallback, isAsSigned: boolean): CallbackEvent | HintEvent | null {
    const event = isAsSigned ? eventOf(callback) : null;
    if (event?.kind === 'authorization' && settings.mode === 'credit') return null;
    return event ?? hintOf(callback);
  }

  return {
    isUnsigned: false,
    // keysecure.md §11.1: only in authorization mode.
    decisionTimeMs: settings.mode === 'authorization' ? 800 : null,
    receive,
    eventOf(record): ProviderEvent {
      if (record === last?.record) return last.event;
      const event = readRecord(record);
      if (event === null) throw new Error('not a record of a KeySecure callback');
      return event;
    },
    // keysecure.md §11: `message`, not `msg`, is required with any code but 0. Every such code declines (§11.1).
    acknowledge: (_record, decision) => ({
      contentType: 'application/json',
      body: decision === 'decline' ? '{"code":1,"message":"declined"}' : '{"code":0,"message":""}',
    }),
  };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Null for bytes that are not text. */
function textOf(body: Buffer): string | null {
  try {
    return utf8.decode(body);
  } catch {
    return null;
  }
}

function readCallback(parse: typeof parseJson, text: string): WireCallback | null {
  try {
    const value = parse(text);
    return roomBeside(value, mostValues, mostDepth) >= 0 ? (callbackBody.safeParse(value).data ?? null) : null;
  } catch {
    return null;
  }
}

/** The documented callbacks have some thirty values in four levels; one with many more is not examined further. */
const mostValues = 256;
const mostDepth = 8;

/** How many more values are allowed besides these; negative if there are too many, or one is too deep. */
function roomBeside(value: unknown, room: number, depth: number): number {
  if (typeof value !== 'object' || value === null) return room - 1;
  if (depth === 0) return -1;
  let left = room - 1;
  for (const inner of Object.values(value)) {
    if (left < 0) return left;
    left = roomBeside(inner, left, depth - 1);
  }
  return left;
}

/** Null members are not signed (§4.2): adding or renaming one must not mean "there is none". */
function signedMembers(data: WireCallback['data']): WireCallback['data'] {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));
}
