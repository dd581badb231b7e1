import type {
  balanceListSchema,
  transferPageSchema,
  transferQuerySchema,
  transferSchema,
} from '@card-gateway/contract';
import { uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { facetOf } from '../accounts/accounts.ts';
import { askProvider } from '../ask-provider.ts';
import type { Caller } from '../caller.ts';
import { knownRef } from '../named-cardholders/check-cardholder.ts';
import { findCardholder } from '../named-cardholders/store.ts';
import { ProblemError } from '../problem.ts';
import type { PageRequest } from '../page.ts';
import { readPage } from '../read-page.ts';
import type { Services } from '../services.ts';
import { getTransfer, listTransfers } from './store.ts';
import { transferView } from './view.ts';
import type { Work } from '../work.ts';

/** One transfer, from our records. @throws ProblemError 404 */
export async function readTransfer(
  services: Services,
  caller: Caller,
  id: string,
): Promise<z.output<typeof transferSchema>> {
  const row = await getTransfer(services.pool, caller.tenant, uuidOf('transfer', id));
  if (row === null) throw new ProblemError('not-found', 'There is no such transfer.');
  return transferView(row);
}

/** A page of transfers from our records. A filter by another tenant's resource finds nothing. */
export async function readTransfers(
  services: Services,
  caller: Caller,
  query: z.output<typeof transferQuerySchema>,
): Promise<z.output<typeof transferPageSchema>> {
  const { account, direction, status } = query;
  const rows = (page: PageRequest) => {
    const cardholderId = query.cardholder && uuidOf('cardholder', query.cardholder);
    return listTransfers(services.pool, { tenant: caller.tenant, account, cardholderId, direction, status }, page);
  };
  return readPage(services, caller, 'transfers', query, rows, transferView);
}

/** A cardholder's accounts, directly from the provider, without storing them. @throws ProblemError 404 */
export async function readBalances(
  services: Services,
  caller: Caller,
  cardholderId: string,
  work: Work,
): Promise<z.output<typeof balanceListSchema>> {
  const cardholder = await findCardholder(services.pool, caller.tenant, uuidOf('cardholder', cardholderId));
  if (cardholder === null) throw new ProblemError('not-found', 'There is no such cardholder.');
  const account = services.accounts.ofResource(caller, cardholder);
  facetOf(account, 'transfers');
  const cardholderRef = knownRef(cardholder, 'path/id');
  const { value: balances } = await askProvider(services, account, 'transfers', work, (transfers, call) =>
    transfers.balances(cardholderRef, call),
  );
  return {
    data: balances.map(({ currency, chain, amount, usdValue, bonus, bonusUsdValue }) => ({
      currency,
      chain,
      amount,
      usdValue,
      bonus,
      bonusUsdValue,
    })),
  };
}
