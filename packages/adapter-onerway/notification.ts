import { createHash, timingSafeEqual } from 'node:crypto';
import { NumberLiteral, parseJson } from '@card-gateway/adapter-kit';
import type { CallbacksFacet } from '@card-gateway/core';
import { z } from 'zod';
import type { OnerwaySettings } from './settings.ts';
import { sign } from './sign.ts';
import { notification } from './wire.ts';

const flatObject = z.record(z.string(), z.unknown());

/**
 * Acquiring notifications (onerway.md §6). The signature covers every field but those of an exclusion list, also fields that
 * are new (§6.1). A card that was bound comes as `BIND_CARD`; that and any other notification with a token says that the
 * user's list may have changed. Whose list it is, no documented field tells.
 */
export function callbacksFacet(settings: OnerwaySettings): CallbacksFacet {
  const unsigned = new Set(settings.notificationUnsignedFields);
  const { notificationCustomerField: customerField } = settings;

  function read(text: string) {
    const fields = flatObject.parse(parseJson(text));
    return { fields, known: notification.parse(fields) };
  }

  return {
    isUnsigned: false,
    asksForDecisions: false,

    receive({ body }) {
      const text = body.toString('utf8');
      let known: z.output<typeof notification>;
      let given: unknown;
      let covered: Record<string, string | null>;
      try {
        const { fields, known: readable } = read(text);
        const { sign: signature, ...others } = fields;
        known = readable;
        given = signature;
        covered = Object.fromEntries(
          Object.entries(others)
            .filter(([name]) => !unsigned.has(name))
            .map(signedText),
        );
      } catch {
        return { kind: 'refused', why: 'unreadable' };
      }
      if (typeof given !== 'string' || given === '') return { kind: 'refused', why: 'unsigned' };
      const expected = sign(covered, settings.secretKey.reveal());
      // Digests of equal length are compared, whatever was given.
      if (!timingSafeEqual(digest(given), digest(expected))) return { kind: 'refused', why: 'bad_signature' };
      if (known.merchantNo !== settings.merchantNo) return { kind: 'refused', why: 'unreadable' };
      // Notifications of other kinds can name a known transaction (trap 13).
      const identity = [known.notifyType, known.txnType, known.transactionId, known.status, known.chargebackStatus];
      return {
        kind: 'accepted',
        deduplicationKey: digest(JSON.stringify(identity.map((part) => part ?? null))).toString('hex'),
        record: text,
      };
    },

    eventOf(record) {
      const { fields, known } = read(record);
      if (known.txnType !== 'BIND_CARD' && known.tokenId === null) {
        return { kind: 'other', name: known.txnType ?? known.notifyType };
      }
      const user = customerField === undefined ? null : fields[customerField];
      return {
        kind: 'bindings_hint',
        user: typeof user === 'string' && user !== '' ? user : null,
        token: known.tokenId,
      };
    },

    // The bare id, neither JSON nor in quotes (§6, trap 12).
    acknowledge: (record) => ({ contentType: 'text/plain', body: read(record).known.transactionId }),
  };
}

/** A value as it is signed: text as it is, a number by its literal; null drops out. Nested JSON comes as text (§6.1). */
function signedText([name, value]: [string, unknown]): [string, string | null] {
  if (value === null || typeof value === 'string') return [name, value];
  if (value instanceof NumberLiteral) return [name, value.text];
  if (typeof value === 'boolean' || typeof value === 'number') return [name, String(value)];
  throw new TypeError('A field of a notification is neither text nor a number.');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
