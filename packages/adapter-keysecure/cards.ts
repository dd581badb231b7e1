import {
  type CardForm,
  cardNetwork,
  type CardsFacet,
  type CardStatus,
  done,
  type ProviderCard,
  refused,
  unknown,
} from '@card-gateway/core';
import { z } from 'zod';
import type { KeySecureClient } from './client.ts';
import type { KeySecureSettings } from './settings.ts';
import { dayMs, startOfDay, timeFilter } from './window.ts';
import { cardData, listOf, type WireCard } from './wire.ts';

/** keysecure.md §9, set 8.2. */
const statuses: ReadonlyMap<string, CardStatus> = new Map([
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

/**
 * A list takes a range of at most 90 days and does not say whether its end belongs to it (keysecure.md §7): windows stay
 * a day below the limit, however it is counted, and share a day, so that rows at the seam come twice rather than never.
 */
const windowMs = 89 * dayMs;
const overlapMs = dayMs;

/**
 * Where a sync stands: a page of a window, all in instants (Unix milliseconds). `until` is the moment of the first page,
 * so that new cards do not shift the pages, and `size` its page size, should the setting change half-way.
 */
const cursorShape = z.strictObject({
  from: z.int(),
  to: z.int(),
  until: z.int(),
  page: z.int().min(0),
  size: z.int().min(1),
});
type Cursor = z.output<typeof cursorShape>;

/** Listing and reading cards (keysecure.md §6.6, §6.7). A card may come more than once, by its `providerRef`. */
export function cards(client: KeySecureClient, settings: KeySecureSettings, now: () => number): CardsFacet {
  function firstCursor(): Cursor {
    const until = now();
    const from = Math.min(startOfDay(settings.listedSince, settings.timeZone), until - dayMs);
    return { from, to: Math.min(from + windowMs, until), until, page: 0, size: settings.pageSize };
  }

  return {
    async page(next, call) {
      const cursor = next === null ? firstCursor() : readCursor(next);
      if (cursor === null) return refused('invalid_request', { message: 'not a cursor of this list' });
      return await client.call(
        {
          method: 'POST',
          path: 'card/list',
          effect: 'read',
          body: { ...timeFilter(cursor.from, cursor.to, settings.timeZone), page: cursor.page, size: cursor.size },
          data: listOf(cardData),
          judge: ({ list }, evidence) =>
            done({ items: list.map(toCard), next: cursorAfter(cursor, list.length), total: null }, evidence),
        },
        call,
      );
    },

    async read({ providerRef }, call) {
      return await client.call(
        {
          method: 'GET',
          path: `card/${encodeURIComponent(providerRef)}/detail`,
          operation: 'card/detail',
          effect: 'read',
          data: cardData,
          // No code is documented for a card that is not there, so this never says "not found".
          judge: (data, evidence) =>
            data.card_no === providerRef
              ? done({ found: true as const, value: toCard(data) }, evidence)
              : unknown('unreadable_answer', evidence),
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
    status: statuses.get(row.status) ?? 'unrecognized',
    providerStatus: row.status,
    ...(row.card_unique_no === undefined ? {} : { ourReference: row.card_unique_no || null }),
    ...(row.cardholder_no === undefined ? {} : { cardholderRef: row.cardholder_no || null }),
    ...(form === undefined ? {} : { form }),
    ...(row.organization === undefined ? {} : { network: cardNetwork(row.organization) }),
    ...(last4 === undefined ? {} : { last4 }),
    ...(row.time === undefined ? {} : { createdAt: instant(row.time) }),
  };
}

/** Anything but four digits is left alone: it could be more of the card number than may be kept. */
function lastFour(text: string | null | undefined): string | null | undefined {
  if (text === null || text === '') return null;
  return text !== undefined && /^\d{4}$/.test(text) ? text : undefined;
}

/** 0 stands for "none" in the documents' examples; what is no date at all says no more than that. */
function instant(time: number | null): Date | null {
  const date = new Date(time ?? 0);
  return date.getTime() > 0 ? date : null;
}

/** A page with fewer rows than asked for ends its window (keysecure.md §7); the window that reaches `until` ends all. */
function cursorAfter(cursor: Cursor, rows: number): string | null {
  if (rows >= cursor.size) return JSON.stringify({ ...cursor, page: cursor.page + 1 });
  if (cursor.to >= cursor.until) return null;
  const from = cursor.to - overlapMs;
  return JSON.stringify({ ...cursor, from, to: Math.min(from + windowMs, cursor.until), page: 0 });
}

function readCursor(text: string): Cursor | null {
  try {
    return cursorShape.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
