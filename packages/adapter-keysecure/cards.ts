import { doneIf, mapRows, notACursor } from '@card-gateway/adapter-kit';
import {
  type CardForm,
  cardNetwork,
  type CardsFacet,
  type CardStatus,
  done,
  type ProviderCard,
} from '@card-gateway/core';
import type { Ask } from './client.ts';
import type { KeySecureSettings } from './settings.ts';
import { firstStep, pageAt, readStep, type Step, stepFilter } from './paging.ts';
import { dayMs, startOfDay } from './window.ts';
import { cardData, instantOf, listOf, type WireCard } from './wire.ts';

/** keysecure.md §9, set 8.2. */
export const cardStatusWords: ReadonlyMap<string, CardStatus> = new Map([
  ['Pending', 'pending'],
  ['ToActivate', 'inactive'],
  ['Activated', 'active'],
  ['Fail', 'failed'],
  ['Frozen', 'frozen'],
  ['Delete', 'cancelled'],
]);

/** keysecure.md §9, set 8.3. */
const forms: ReadonlyMap<string, CardForm> = new Map([
  ['Virtual', 'virtual'],
  ['Physical', 'physical'],
]);

const cardList = listOf(cardData);

/** Lists and reads cards (keysecure.md §6.6, §6.7). A card may appear more than once, by its `providerRef`. */
export function cardsFacet(ask: Ask, settings: KeySecureSettings, now: () => number): CardsFacet {
  function start(): Step {
    const until = now();
    const from = Math.min(startOfDay(settings.listedSince, settings.timeZone), until - dayMs);
    return firstStep(from, until, settings.pageSize);
  }

  return {
    async page(next, call) {
      const step = next === null ? start() : readStep(next);
      if (step === null) return notACursor();
      return await ask(
        {
          method: 'POST',
          path: 'card/list',
          effect: 'read',
          body: stepFilter(step, settings.timeZone),
          data: cardList,
          interpret: ({ list }, evidence) => done(pageAt(step, mapRows(list, toCard)), evidence),
        },
        call,
      );
    },

    async read({ providerRef }, call) {
      return await ask(
        {
          method: 'GET',
          path: 'card/{id}/detail',
          id: providerRef,
          effect: 'read',
          data: cardData,
          // No code is documented for an unknown card, so this never says "not found".
          interpret: (data, evidence) =>
            doneIf(data.card_no === providerRef, { found: true as const, value: toCard(data) }, evidence),
        },
        call,
      );
    },
  };
}

/** A row of card/list or the data of card/detail, as a card. */
export function toCard(row: WireCard): ProviderCard {
  const form = forms.get(row.card_type ?? '');
  const last4 = lastFour(row.card_last_no);
  return {
    providerRef: row.card_no,
    ...(row.status ? { status: cardStatusWords.get(row.status) ?? 'unrecognized', providerStatus: row.status } : {}),
    ...(row.card_unique_no === undefined ? {} : { ourReference: row.card_unique_no }),
    ...(row.cardholder_no === undefined ? {} : { cardholderRef: row.cardholder_no }),
    ...(form === undefined ? {} : { form }),
    ...(row.organization === undefined ? {} : { network: cardNetwork(row.organization) }),
    ...(last4 === undefined ? {} : { last4 }),
    ...(row.time === undefined ? {} : { createdAt: instantOf(row.time) }),
  };
}

/** Rejects anything but four digits: it could be more of the card number than may be stored. */
function lastFour(text: string | null | undefined): string | null | undefined {
  if (text === null || text === '') return null;
  return text !== undefined && /^\d{4}$/.test(text) ? text : undefined;
}
