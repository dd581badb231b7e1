import type { issueCardSchema } from '@card-gateway/contract';
import { newUuid, toPublicId, uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { facetOf } from '../accounts/accounts.ts';
import { writeAct } from '../ledger/write.ts';
import { checkOrder, unfitOrder } from './check-order.ts';
import { issueCardKind, issuedAtOnce } from './issue-card-outcome.ts';
import { recordedOrder, recordOrderedCard } from './store.ts';

type Order = z.output<typeof issueCardSchema>;

/** Orders a card at the account's provider, once per Idempotency-Key. */
export const issueCard = writeAct(issueCardKind, async (services, { caller }, order: Order) => {
  const { tenant } = caller;
  const account = services.accounts.ofCaller(caller, order.account);
  const issuing = facetOf(account, 'issuing');
  checkOrder(account, order);
  const { form, address = null } = order;
  const card = {
    id: newUuid(services.now()),
    product: uuidOf('product', order.product),
    cardholder: order.cardholder === undefined ? null : uuidOf('cardholder', order.cardholder),
    form,
  };
  const { record, named } = recordOrderedCard(card);
  return {
    account,
    resourceId: card.id,
    resolvesBy: issuing.reconciliation.by,
    record,
    unfit: () => unfitOrder(services, tenant, account, order),
    send: (call) => {
      const { productRef, cardholderRef } = named();
      return issuing.issue({ reference: toPublicId('card', card.id), productRef, cardholderRef, form, address }, call);
    },
    atOnce: issuedAtOnce(() => recordedOrder(card, named(), account)),
  };
});
