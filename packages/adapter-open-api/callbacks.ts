import { createHash } from 'node:crypto';
import { field, parseJson } from '@card-gateway/adapter-kit';
import { type CallbacksFacet, type ProviderEvent, redact } from '@card-gateway/core';
import { z } from 'zod';
import type { OpenApiSettings } from './settings.ts';
import { cardEvent } from './wire.ts';

const record = z.strictObject({ eventTag: z.string().nullable(), card: z.string() });
const wrapped = z.object({ eventTag: field.text, data: z.unknown().optional() });

/**
 * Card status events (open-api-issuer.md §5.1, §5.3). They cannot be verified, so a callback only means "read this card again":
 * the record contains only the card's id. The position of the tag is not published: in the body beside `data`, in a configured
 * header, or nowhere, as in the document's own sample.
 */
export function callbacksFacet(settings: OpenApiSettings): CallbacksFacet {
  return {
    isUnsigned: true,
    decisionTimeMs: null,

    receive({ headers, body }) {
      let value: unknown;
      try {
        value = parseJson(body.toString('utf8'));
      } catch {
        return { kind: 'refused', why: 'unreadable' };
      }
      const envelope = wrapped.safeParse(value).data;
      const event = cardEvent.safeParse(envelope?.data ?? value).data;
      if (event === undefined) return { kind: 'refused', why: 'unreadable' };
      const header = settings.eventTagHeader === undefined ? undefined : headers[settings.eventTagHeader.toLowerCase()];
      const eventTag = envelope?.eventTag ?? redact(header);
      return {
        kind: 'accepted',
        // There is no event id (§5.3), and whatever a callback says, it only causes a read of this card.
        deduplicationKey: createHash('sha256').update(`card_hint\n${event.card_id}`).digest('hex'),
        record: JSON.stringify({ eventTag, card: event.card_id } satisfies z.input<typeof record>),
      };
    },

    eventOf(text): ProviderEvent {
      return { kind: 'card_hint', cardRef: record.parse(JSON.parse(text)).card };
    },

    // The expected answer is not published (§5.3).
    acknowledge: () => ({ contentType: 'application/json', body: settings.acknowledgement }),
  };
}
