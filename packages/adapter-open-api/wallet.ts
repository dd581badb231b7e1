import { countOf, doneIf } from '@card-gateway/adapter-kit';
import type { WalletEntry, WalletEntryStatus, WalletFacet } from '@card-gateway/core';
import type { Ask } from './client.ts';
import type { OpenApiSettings } from './settings.ts';
import { timesIn } from './time.ts';
import { walletData, type WalletRow } from './wire.ts';

/** open-api-issuer.md §4, Wallet In/Out Type. */
const directions: ReadonlyMap<string, WalletEntry['direction']> = new Map([
  ['1', 'in'],
  ['2', 'out'],
]);

/** open-api-issuer.md §4, Wallet Transaction Status: an enumeration of its own (trap 13). */
const statuses: ReadonlyMap<string, WalletEntryStatus> = new Map([
  ['1', 'awaiting_approval'],
  ['2', 'approved'],
  ['3', 'rejected'],
]);

/** Wallet transaction detail (open-api-issuer.md §3.1), on the configured path because none is published. */
export function walletFacet(ask: Ask, settings: OpenApiSettings, path: string): WalletFacet {
  const readTime = timesIn(settings.timeZone);

  function entryOf(row: WalletRow): WalletEntry {
    return {
      transactionRef: row.transaction_id,
      recordRef: row.record_id ?? null,
      externalRef: row.out_transaction_id ?? null,
      direction: directions.get(row.in_out_type ?? '') ?? 'unrecognized',
      providerType: row.transaction_type ?? '',
      description: row.transaction_desc ?? null,
      amount: row.amount,
      currency: row.currency ?? null,
      balanceBefore: row.before_balance ?? null,
      balanceAfter: row.after_balance ?? null,
      status: statuses.get(row.status ?? '') ?? 'unrecognized',
      providerStatus: row.status ?? '',
      rejectReason: row.reject_reason ?? null,
      remark: row.remark ?? null,
      at: readTime(row.transaction_time) ?? readTime(row.create_at) ?? null,
    };
  }

  return {
    read: (transactionRef, call) =>
      ask(
        {
          operation: 'walletTransaction',
          path,
          fields: { transaction_id: transactionRef },
          data: walletData,
          interpret: ({ transaction_list }, evidence) => {
            const rows = transaction_list ?? { read: [], unreadable: 0 };
            // Entries of another one, or that cannot be read, do not tell that there are none.
            const isTold = countOf(rows) === 0 || rows.read.some((row) => row.transaction_id === transactionRef);
            return doneIf(isTold, rows.read.map(entryOf), evidence);
          },
        },
        call,
      ),
  };
}
