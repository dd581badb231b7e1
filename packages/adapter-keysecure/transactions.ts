import { doneIf, mapRows, notACursor, onlyRows } from '@card-gateway/adapter-kit';
import {
  done,
  type Merchant,
  type MovementStatus,
  type ProviderTransaction,
  refused,
  type TransactionsFacet,
  unknown,
} from '@card-gateway/core';
import type { Ask } from './client.ts';
import type { KeySecureSettings } from './settings.ts';
import { firstStep, pageAt, readStep, stepFilter } from './paging.ts';
import { dayMs, startOfDay } from './window.ts';
import { instantOf, listOf, transactionData, type WireMerchant, type WireTransaction } from './wire.ts';

/** keysecure.md §9, set 8.4. */
const types: ReadonlyMap<string, TransactionsFacet['types'][number]> = new Map([
  ['Open_card', 'card_opening'],
  ['Consumption', 'purchase'],
  ['Atm', 'atm_withdrawal'],
  ['Manage_fee', 'management_fee'],
  ['Reversal', 'reversal'],
  ['Refund', 'refund'],
]);

/** keysecure.md §9, set 8.1: of transactions and of transfers. */
export const movementWords: ReadonlyMap<string, MovementStatus> = new Map([
  ['Pending', 'pending'],
  ['Success', 'succeeded'],
  ['Fail', 'failed'],
]);

const transactionList = listOf(transactionData);

/** A card's transactions (keysecure.md §6.12, §6.13). One may appear more than once, by its `providerRef`. */
export function transactionsFacet(ask: Ask, settings: KeySecureSettings, now: () => number): TransactionsFacet {
  /** Clipped to the range that can contain rows, so that no one reads a century of windows; at least one second. */
  function start(from: Date, to: Date) {
    const until = Math.min(to.getTime(), now() + dayMs);
    const earliest = Math.max(from.getTime(), startOfDay(settings.listedSince, settings.timeZone));
    return firstStep(Math.min(earliest, until - 1000), until, settings.pageSize);
  }

  return {
    types: [...types.values()],
    async page({ cardRef, from, to, next }, call) {
      if (!(from < to)) return refused('invalid_request', { message: 'the time range ends before it begins' });
      const step = next === null ? start(from, to) : readStep(next);
      if (step === null) return notACursor();
      return await ask(
        {
          method: 'POST',
          path: 'card/consume/list',
          effect: 'read',
          body: { card_no: cardRef, ...stepFilter(step, settings.timeZone) },
          data: transactionList,
          // Another card's payments mean that the filter did not work.
          interpret: ({ list }, evidence) => {
            const own = onlyRows(list, (row) => row.card_no === cardRef);
            return own.read.length === 0 && list.read.length > 0
              ? unknown('unreadable_answer', evidence)
              : done(pageAt(step, mapRows(own, toTransaction)), evidence);
          },
        },
        call,
      );
    },

    async read(providerRef, call) {
      return await ask(
        {
          method: 'GET',
          path: 'card/consume/{id}/info',
          id: providerRef,
          effect: 'read',
          data: transactionData,
          // No code is documented for an unknown transaction, so this never says "not found".
          interpret: (data, evidence) =>
            doneIf(data.consume_no === providerRef, { found: true as const, value: toTransaction(data) }, evidence),
        },
        call,
      );
    },
  };
}

/** A transaction from the list, the detail or the callback: members that one of them lacks stay unstated. */
export function toTransaction(row: WireTransaction): ProviderTransaction {
  const fees = row.fee_list === undefined ? row.fee_detail : row.fee_list;
  return {
    providerRef: row.consume_no,
    cardRef: row.card_no,
    type: types.get(row.type) ?? 'unrecognized',
    providerType: row.type,
    status: movementWords.get(row.status) ?? 'unrecognized',
    providerStatus: row.status,
    amount: row.amount,
    ...(row.consume_relate_no === undefined ? {} : { relatedRef: row.consume_relate_no }),
    ...(row.local_amount === undefined ? {} : { localAmount: row.local_amount }),
    ...(row.local_currency === undefined ? {} : { localCurrency: row.local_currency }),
    ...(row.fee === undefined ? {} : { fee: row.fee }),
    ...(fees === undefined ? {} : { fees: (fees?.read ?? []).map(({ fee_type: type, amount }) => ({ type, amount })) }),
    ...(row.merchant_info === undefined ? {} : { merchant: toMerchant(row.merchant_info) }),
    // The callback's `time` is that of the last change (§11.2); the lists' is assumed to be the same, which they do not say.
    modifiedAt: instantOf(row.time ?? null),
  };
}

/** Null if nothing is stated about the merchant. */
export function toMerchant(info: WireMerchant): Merchant | null {
  if (info === null || info === undefined) return null;
  const { merchant_name: name = null, merchant_mcc: categoryCode = null, city = null, country = null } = info;
  const parts = [name, categoryCode, city, country];
  return parts.every((part) => part === null) ? null : { name, categoryCode, city, country };
}
