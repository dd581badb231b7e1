import { required, rowsOf } from '@card-gateway/adapter-kit';
import { done, expiryOf, Pan, refused, type RevealFacet, Secret, unknown } from '@card-gateway/core';
import { z } from 'zod';
import type { Ask } from './client.ts';
import { provesAbsence } from './paging.ts';
import type { OpenApiSettings } from './settings.ts';
import { total } from './wire.ts';

/** The only place that names the security code (open-api-issuer.md §2.2). The PIN is never named. */
const revealedRow = z.object({
  card_id: required.id,
  /** Missing in the short row of the sample. */
  card_no: z
    .string()
    .transform((text) => Pan.parse(text))
    .nullish()
    .catch(null),
  expiry: z.string().nullish().catch(null),
  cvv: z
    .string()
    .regex(/^\d{3,4}$/)
    .transform((code) => new Secret(code))
    .nullish()
    .catch(null),
});
const revealedData = z.object({ total, card_list: rowsOf(revealedRow) });

/** A card's secrets, from the list filtered by its number, the only way to read one card (§2.2). */
export function revealFacet(ask: Ask, settings: OpenApiSettings): RevealFacet {
  return {
    card: async ({ providerRef, pan }, call) => {
      if (pan === null) {
        return refused('unsupported', { message: 'a card is looked up by its number, and that is not known' });
      }
      return ask(
        {
          operation: 'cardList',
          path: 'card/cardList',
          fields: { card_no: pan.reveal(), page_no: 1, page_size: settings.pageSize },
          data: revealedData,
          interpret: ({ total, card_list }, evidence) => {
            const row = card_list.read.find((candidate) => candidate.card_id === providerRef);
            if (row === undefined && provesAbsence(card_list, total)) return refused('not_found', evidence);
            // A different number means another card, whatever id is beside it.
            if (row?.card_no?.reveal() !== pan.reveal()) return unknown('unreadable_answer', evidence);
            const [month = '', year = ''] = row.expiry?.split('/') ?? [];
            return done({ pan, expiry: expiryOf(month, year), cvv: row.cvv ?? null }, evidence);
          },
        },
        call,
      );
    },
  };
}
