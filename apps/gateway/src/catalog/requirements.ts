import type { providerListSchema } from '@card-gateway/contract';
import type { ProviderAdapter } from '@card-gateway/core';
import type { z } from 'zod';

type Requirements = z.output<typeof providerListSchema>['data'][number]['requirements'];

/** What an account's calls must name, and what it can report, as its facets declare it. */
export function requirementsOf(adapter: ProviderAdapter): Requirements {
  const { issuing, cardholders, cardControls, binding, boundCards, banks, transactions, callbacks } = adapter;
  const setsPin = cardControls !== undefined && cardControls.gaps?.setPin === undefined;
  return {
    cardholder: issuing?.cardholder ?? null,
    address: issuing?.address ?? null,
    applications: [...(cardholders?.applications ?? [])],
    pin: setsPin ? cardControls.pinRule : null,
    purposes: Object.entries(binding?.purposes ?? {}).map(([purpose, fields]) => ({ purpose, fields: [...fields] })),
    bindingKinds: [...(boundCards?.kinds ?? [])],
    userIp: [binding, boundCards, banks].some((facet) => facet?.needsUserIp === true),
    transactionTypes: [...(transactions?.types ?? [])],
    decisionTimeMs: callbacks?.decisionTimeMs ?? null,
  };
}
