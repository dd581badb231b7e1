import { createHash, timingSafeEqual } from 'node:crypto';
import { hasDoubledMember, parseJson, type ProviderClock, wire } from '@card-gateway/adapter-kit';
import type { CallbacksFacet, CallbackVerdict, ReceivedCallback } from '@card-gateway/core';
import { z } from 'zod';
import { isDocumented, type SignedFields, toldAt } from './callback-fields.ts';
import type { OnerwaySettings } from './settings.ts';
import { sign, signedText } from './signature.ts';

/** The document names some sixty fields. */
const mostFields = 128;
const flatObject = z
  .custom<object>((value) => typeof value === 'object' && value !== null && Object.keys(value).length <= mostFields)
  .pipe(z.record(z.string(), z.unknown()));
/** Every value is text (§6.2); null and `""` mean that there is none. */
const signedObject = z.record(z.string(), z.string().nullable());
const signatureShape = /^[0-9a-f]{64}$/;

/** The used, and therefore stored, parts of a notification. */
const kept = z.object({
  notifyType: z.string(),
  txnType: z.string().nullish(),
  transactionId: z.string(),
  tokenId: z.string().nullish(),
});
const storedFields = z.record(z.string(), z.unknown());
const keptNames = Object.keys(kept.shape);

/**
 * Acquiring notifications (onerway.md §6). The signature covers every field except an exclusion list (§6.1), but only its
 * value: the fields must therefore be the documented ones. A bound card arrives as `BIND_CARD`; that, and any other
 * notification with a token, means that the user's list may have changed. No documented field says whose list.
 */
export function callbacksFacet(settings: OnerwaySettings, clock: ProviderClock): CallbacksFacet {
  const { notificationCustomerField: customerField, notificationUnsignedFields, notificationWindowMs } = settings;
  const unsigned = new Set(['sign', ...notificationUnsignedFields]);
  const expected = {
    others: [...settings.notificationOtherFields, ...(customerField === undefined ? [] : [customerField])],
    anyToken: settings.notificationTokens === 'any',
  };

  function isFresh(fields: SignedFields, receivedAt: number): boolean {
    const at = toldAt(fields);
    if (at === null) return true;
    const { least, most } = clock.ahead() ?? { least: 0, most: 0 };
    return at >= receivedAt + least - notificationWindowMs && at <= receivedAt + most + notificationWindowMs;
  }

  function receive({ body, receivedAt }: ReceivedCallback): CallbackVerdict {
    const text = body.toString('utf8');
    const given = flatObject.safeParse(valueOf(text)).data;
    if (given === undefined) return { kind: 'refused', why: 'unreadable' };
    const { sign: signature = '' } = given;
    if (signature === '') return { kind: 'refused', why: 'unsigned' };
    if (typeof signature !== 'string' || !signatureShape.test(signature))
      return { kind: 'refused', why: 'bad_signature' };
    const signed = signedObject.safeParse(omit(withCustomerAsText(given), unsigned)).data;
    if (signed === undefined) return { kind: 'refused', why: 'unreadable' };
    const fields = Object.fromEntries(
      Object.entries(signed).flatMap(([name, value]) => (value ? [[name, value]] : [])),
    );
    if (!isSame(signature, sign(fields, settings.secretKey.reveal()))) return { kind: 'refused', why: 'bad_signature' };
    if (hasDoubledMember(text) || fields['merchantNo'] !== settings.merchantNo) {
      return { kind: 'refused', why: 'unreadable' };
    }
    if (!isDocumented(fields, expected)) return { kind: 'refused', why: 'undocumented' };
    if (!isFresh(fields, receivedAt)) return { kind: 'refused', why: 'stale' };
    return {
      kind: 'accepted',
      // However it is split into fields, the same signed text is the same notification. Other kinds can name its transaction
      // (trap 13).
      deduplicationKey: digest(signedText(fields)).toString('hex'),
      record: recordOf(fields),
    };
  }

  /** No document states the type of the customer's field; a number is signed like its text. */
  function withCustomerAsText(given: z.output<typeof flatObject>): z.output<typeof flatObject> {
    if (customerField === undefined) return given;
    const text = wire.textOrNumber.safeParse(given[customerField]).data;
    return text === undefined ? given : { ...given, [customerField]: text };
  }

  function recordOf(fields: SignedFields): string {
    const names = customerField === undefined ? keptNames : [...keptNames, customerField];
    return JSON.stringify(
      Object.fromEntries(names.flatMap((name) => (Object.hasOwn(fields, name) ? [[name, fields[name]]] : []))),
    );
  }

  return {
    isUnsigned: false,
    decisionTimeMs: null,
    receive,

    eventOf(record) {
      const fields = storedFields.parse(parseJson(record));
      const { notifyType, txnType, tokenId } = kept.parse(fields);
      if (!tokenId) return { kind: 'other', name: txnType ?? notifyType };
      const user = customerField === undefined ? null : fields[customerField];
      return { kind: 'bindings_hint', user: typeof user === 'string' && user !== '' ? user : null, token: tokenId };
    },

    // The bare id, neither JSON nor quoted (§6, trap 12).
    acknowledge: (record) => ({
      contentType: 'text/plain',
      body: kept.parse(parseJson(record)).transactionId,
    }),
  };
}

/** Undefined for invalid JSON. */
function valueOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function omit(given: z.output<typeof flatObject>, names: ReadonlySet<string>): z.output<typeof flatObject> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !names.has(name)));
}

/** In constant time. */
function isSame(signature: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(signature, 'hex'), Buffer.from(expected, 'hex'));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
