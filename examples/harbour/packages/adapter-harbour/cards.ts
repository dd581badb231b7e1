import { doneIf, mapRows, pageOf } from '@card-gateway/adapter-kit';
import {
  type CardForm,
  type CardsFacet,
  type CardStatus,
  done,
  type Finding,
  type ProviderCard,
} from '@card-gateway/core';
import type { Ask } from './client.ts';
import { card, cardList, type CardRow } from './wire.ts';

/** harbour.md §3. */
export const forms: ReadonlyMap<string, CardForm> = new Map([
  ['virtual', 'virtual'],
  ['plastic', 'physical'],
]);

/** harbour.md §4. */
export const statuses: ReadonlyMap<string, CardStatus> = new Map([
  ['active', 'active'],
  ['frozen', 'frozen'],
  ['closed', 'cancelled'],
]);

/** The cards of the account (harbour.md §4.2, §4.3). */
export function cardsFacet(ask: Ask): CardsFacet {
  return {
    page: (next, call) =>
      ask(
        {
          operation: 'list',
          method: 'GET',
          path: next === null ? '/v2/cards' : `/v2/cards?after=${encodeURIComponent(next)}`,
          data: cardList,
          interpret: (list, evidence) => done(pageOf(mapRows(list.data, cardOf), { next: list.next }), evidence),
        },
        call,
      ),
    read: async ({ providerRef }, call) => {
      const outcome = await ask(
        {
          operation: 'read',
          method: 'GET',
          path: '/v2/cards/{id}',
          id: providerRef,
          data: card,
          interpret: (row, evidence) =>
            doneIf<Finding<ProviderCard>>(row.id === providerRef, { found: true, value: cardOf(row) }, evidence),
        },
        call,
      );
      const isAbsent = outcome.kind === 'refused' && outcome.refusal.reason === 'not_found';
      return isAbsent ? done({ found: false }, outcome.evidence) : outcome;
    },
  };
}

export function cardOf(row: CardRow): ProviderCard {
  return {
    providerRef: row.id,
    ...(row.reference && { ourReference: row.reference }),
    ...(row.product && { productRef: row.product }),
    ...(row.form && { form: forms.get(row.form) ?? null }),
    ...(row.last4 && { last4: row.last4 }),
    ...(row.state && { status: statuses.get(row.state) ?? 'unrecognized', providerStatus: row.state }),
  };
}
