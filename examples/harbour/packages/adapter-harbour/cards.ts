import { type CardsFacet, type CardStatus, done, type ProviderCard } from '@card-gateway/core';
import { doneIf, mapRows, pageOf } from '@card-gateway/adapter-kit';
import type { Ask } from './client.ts';
import { pathOfPage } from './paging.ts';
import { forms } from './products.ts';
import { card, cardList, type CardRow } from './wire.ts';

/** Listing and reading cards (harbour.md §4). */
export function cardsFacet(ask: Ask): CardsFacet {
  return {
    page: (next, call) =>
      ask(
        {
          operation: 'list',
          method: 'GET',
          path: pathOfPage('cards', next),
          data: cardList,
          interpret: (list, evidence) => done(pageOf(mapRows(list.data, toCard), { next: list.next }), evidence),
        },
        call,
      ),

    read: async ({ providerRef }, call) => {
      const outcome = await ask(
        {
          operation: 'read',
          method: 'GET',
          path: 'cards/{id}',
          id: providerRef,
          data: card,
          interpret: (row, evidence) =>
            doneIf(row.id === providerRef, { found: true as const, value: toCard(row) }, evidence),
        },
        call,
      );
      const isAbsent = outcome.kind === 'refused' && outcome.refusal.reason === 'not_found';
      return isAbsent ? done({ found: false as const }, outcome.evidence) : outcome;
    },
  };
}

/** Card states by Harbour's words (harbour.md §4). */
export const statuses: ReadonlyMap<string, CardStatus> = new Map([
  ['active', 'active'],
  ['frozen', 'frozen'],
  ['closed', 'cancelled'],
]);

export function toCard(row: CardRow): ProviderCard {
  return {
    providerRef: row.id,
    ...(row.reference ? { ourReference: row.reference } : {}),
    ...(row.product ? { productRef: row.product } : {}),
    ...(row.holder ? { cardholderRef: row.holder } : {}),
    ...(row.form ? { form: forms.get(row.form) ?? null } : {}),
    ...(row.last4 ? { last4: row.last4 } : {}),
    ...(row.state ? { status: statuses.get(row.state) ?? 'unrecognized', providerStatus: row.state } : {}),
  };
}
