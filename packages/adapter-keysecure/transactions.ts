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

/** A card's transactions (keysecure.md §6.12, §6.13). One may come more than once, by its `providerRef`. */
export function transactionsFacet(ask: Ask, settings: KeySecureSettings, now: () => number): TransactionsFacet {
  /** Cut to what can hold rows, so that nobody walks through the windows of a century; a second at least is asked for. */
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
          data: listOf(transactionData),
          // Somebody else's payments are no answer: where there are no others, the filter did not work.
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
          // No code is documented for a transaction that is not there, so this never says "not found".
          interpret: (data, evidence) =>
            doneIf(data.consume_no === providerRef, { found: true as const, value: toTransaction(data) }, evidence),
        },
        call,
      );
    },
  };
}

/** A transaction as the list, the detail and the callback describe it: what one of them leaves out stays unsaid. */
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
    // The callback's `time` is that of the last change (§11.2); the lists' is taken for the same, which they do not say.
    modifiedAt: instantOf(row.time ?? null),
  };
}

/** Null where nothing is said of the merchant. */
export function toMerchant(info: WireMerchant): Merchant | null {
  if (info === null || info === undefined) return null;
  const { merchant_name: name = null, merchant_mcc: categoryCode = null, city = null, country = null } = info;
  const parts = [name, categoryCode, city, country];
  return parts.every((part) => part === null) ? null : { name, categoryCode, city, country };
}
