import type { issueCardSchema } from '@card-gateway/contract';
import { newUuid, toPublicId } from '@card-gateway/core';
import type { z } from 'zod';
import { facetOf } from '../accounts/accounts.ts';
import { writeAct } from '../ledger/write.ts';
import { checkOrder } from './check-order.ts';
import { issueCardKind } from './issue-card-outcome.ts';
import { recordOrderedCard } from './store.ts';

type Order = z.output<typeof issueCardSchema>;

/** Orders a card at the account's provider, once per Idempotency-Key. */
export const issueCard = writeAct(issueCardKind, async (services, { caller }, order: Order) => {
  const { tenant } = caller;
  const account = services.accounts.ofCaller(caller, order.account);
  const issuing = facetOf(account, 'issuing');
  const { productRef, network, cardholderRef, address } = await checkOrder(services, tenant, account, order);
  const { form } = order;
  const id = newUuid(services.now());
  const sent = { reference: toPublicId('card', id), productRef, cardholderRef, form, address };
  return {
    account,
    resourceId: id,
    resolvesBy: issuing.reconciliation.by,
    record: recordOrderedCard({ id, productRef, cardholderRef, form, network }),
    send: (call) => issuing.issue(sent, call),
  };
});
