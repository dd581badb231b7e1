import type { walletTransactionQuerySchema, walletTransactionSchema } from '@card-gateway/contract';
import { moneyOf, type WalletEntry } from '@card-gateway/core';
import type { z } from 'zod';
import { askProvider } from '../ask-provider.ts';
import type { Caller } from '../caller.ts';
import type { Services } from '../services.ts';
import type { Work } from '../work.ts';

type Answer = z.output<typeof walletTransactionSchema>;

/** Reads one transaction of the company's wallet from the provider, without storing it. */
export async function readWalletTransaction(
  services: Services,
  caller: Caller,
  query: z.output<typeof walletTransactionQuerySchema>,
  work: Work,
): Promise<Answer> {
  const account = services.accounts.ofCaller(caller, query.account, 'query/account');
  const { value: entries } = await askProvider(services, account, 'wallet', work, (wallet, call) =>
    wallet.read(query.transaction, call),
  );
  return { data: entries.map(entryView) };
}

function entryView(entry: WalletEntry): Answer['data'][number] {
  const { transactionRef, recordRef, externalRef, amount, currency, balanceBefore, balanceAfter, at, ...others } =
    entry;
  return {
    ...others,
    providerRef: transactionRef,
    record: recordRef,
    external: externalRef,
    amount: { amount, currency },
    balanceBefore: moneyOf(balanceBefore, currency),
    balanceAfter: moneyOf(balanceAfter, currency),
    at: at?.toISOString() ?? null,
  };
}
