import type { issueCardSchema } from '@card-gateway/contract';
import { newUuid, toPublicId, uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { facetOf } from '../accounts/accounts.ts';
import { writeAct } from '../ledger/write.ts';
import { checkOrder } from './check-order.ts';
import { issueCardKind, issuedAtOnce } from './issue-card-outcome.ts';
import { recordedOrder, recordOrderedCard } from './store.ts';

type Order = z.output<typeof issueCardSchema>;

/** Orders a card at the account's provider, once per Idempotency-Key. */
export const issueCard = writeAct(issueCardKind, async (services, { caller }, order: Order) => {
  const { tenant } = caller;
  const account = services.accounts.ofCaller(caller, order.account);
  const issuing = facetOf(account, 'issuing');
  const { productRef, network, cardholderRef, address } = await checkOrder(services, tenant, account, order);
  const { form } = order;
  const id = newUuid(services.now());
  const card = { id, productRef, cardholderRef, form, network };
  const named = {
    provider: account.provider,
    account: account.name,
    productId: uuidOf('product', order.product),
    cardholderId: order.cardholder === undefined ? null : uuidOf('cardholder', order.cardholder),
  };
  const sent = { reference: toPublicId('card', id), productRef, cardholderRef, form, address };
  return {
    account,
    resourceId: id,
    resolvesBy: issuing.reconciliation.by,
    record: recordOrderedCard(card),
    send: (call) => issuing.issue(sent, call),
    atOnce: issuedAtOnce(recordedOrder(card, named)),
  };
});
