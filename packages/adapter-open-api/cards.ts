import {
  type CardsFacet,
  type CardStatus,
  done,
  type Expiry,
  expiryOf,
  type Finding,
  type Outcome,
  Pan,
  type ProviderCard,
  refused,
  unknown,
} from '@card-gateway/core';
import { mapRows, notACursor, numberedPage, unlessKnown } from '@card-gateway/adapter-kit';
import type { Ask } from './client.ts';
import { pageAt, provesAbsence } from './paging.ts';
import type { OpenApiSettings } from './settings.ts';
import { type ReadTime, timesIn } from './time.ts';
import { cardListData, type CardRow } from './wire.ts';

/**
 * Cards: `POST /{{version}}/openApi/card/cardList` (open-api-issuer.md §2.2). There is no filter by card id, so one card is
 * read by its number and recognised by its id.
 */
export function cardsFacet(ask: Ask, settings: OpenApiSettings): CardsFacet {
  const readTime = timesIn(settings.timeZone);
  const operation = { operation: 'cardList', path: 'card/cardList', data: cardListData };

  return {
    page: async (next, call, known) => {
      const asked = numberedPage(next, 1, settings.pageSize);
      if (asked === null) return notACursor();
      return ask(
        {
          ...operation,
          fields: { page_no: asked.page, page_size: asked.size },
          interpret: ({ total, card_list }, evidence) => {
            const rows = mapRows(card_list, (row) => cardOf(row, readTime));
            return done(pageAt(asked, rows, total, settings.maxPages), evidence);
          },
          unread: unlessKnown(known),
        },
        call,
      );
    },

    read: async ({ providerRef, pan }, call) => {
      if (pan === null) {
        return refused('unsupported', { message: 'a card is looked up by its number, and that is not known' });
      }
      return ask(
        {
          ...operation,
          fields: { card_no: pan.reveal(), page_no: 1, page_size: settings.pageSize },
          interpret: ({ total, card_list }, evidence): Outcome<Finding<ProviderCard>> => {
            const row = card_list.read.find((candidate) => candidate.card_id === providerRef);
            if (row !== undefined) {
              const card = cardOf(row, readTime);
              // A different number means another card, whatever id is beside it.
              const isAsked = card.pan === undefined || card.pan === null || card.pan.reveal() === pan.reveal();
              return isAsked ? done({ found: true, value: card }, evidence) : unknown('unreadable_answer', evidence);
            }
            return provesAbsence(card_list, total)
              ? done({ found: false }, evidence)
              : unknown('unreadable_answer', evidence);
          },
        },
        call,
      );
    },
  };
}

/** Card status (§2.2), an enumeration of its own (trap 13). */
const statuses: ReadonlyMap<string, CardStatus> = new Map([
  ['1', 'inactive'],
  ['2', 'active'],
  ['3', 'frozen'],
  ['4', 'cancelling'],
  ['5', 'cancelled'],
  ['6', 'lost'],
  ['7', 'replaced'],
]);

/** Omits the network: it is the product's `mode`, and cannot be derived from the digits (trap 4). */
function cardOf(row: CardRow, readTime: ReadTime): ProviderCard {
  const pan = Pan.parse(row.card_no ?? '') ?? undefined;
  return {
    providerRef: row.card_id,
    ...carried({
      ...(row.status ? { status: statuses.get(row.status) ?? 'unrecognized', providerStatus: row.status } : {}),
      productRef: row.bin_id,
      cardholderRef: row.holder_id,
      pan,
      last4: pan?.last4,
      expiry: expiry(row.expiry),
      balance: row.balance,
      // The total ever loaded, not a spending limit (trap 5).
      totalLoaded: row.limit,
      activatedAt: readTime(row.use_at),
      cancelRequestedAt: readTime(row.close_at),
      cancelledAt: readTime(row.end_at),
    }),
  };
}

/** `MM/YY` (§1.3, trap 10). */
function expiry(text: string | null | undefined): Expiry | null | undefined {
  if (text === null || text === undefined) return text;
  const [month = '', year = '', ...rest] = text.split('/');
  return rest.length === 0 ? (expiryOf(month, year) ?? undefined) : undefined;
}

/** Removes undefined members, so that stored values stay unchanged. */
function carried<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  const kept: Partial<Fields> = {};
  for (const name of Object.keys(fields) as (keyof Fields)[]) {
    if (fields[name] !== undefined) kept[name] = fields[name];
  }
  return kept as { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };
}
