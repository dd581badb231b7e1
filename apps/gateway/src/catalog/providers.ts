import type { OperationId, providerListSchema } from '@card-gateway/contract';
import type { FacetName, CardChange } from '@card-gateway/core';
import type { z } from 'zod';
import { gapReason, type OpenAccount } from '../accounts/accounts.ts';
import type { Caller } from '../caller.ts';
import type { Services } from '../services.ts';
import { requirementsOf } from './requirements.ts';

/** The operations that need a provider, and the facet that each needs. */
const needs: readonly (readonly [OperationId | 'receiveCallback', FacetName])[] = [
  ['listCardProducts', 'products'],
  ['createCardholder', 'cardholders'],
  ['issueCard', 'issuing'],
  ['activateCard', 'cardControls'],
  ['freezeCard', 'cardControls'],
  ['unfreezeCard', 'cardControls'],
  ['cancelCard', 'cardControls'],
  ['setCardPin', 'cardControls'],
  ['revealCard', 'reveal'],
  ['createFrameToken', 'frameTokens'],
  ['listCardTransactions', 'transactions'],
  ['createTransfer', 'transfers'],
  ['getBalances', 'transfers'],
  ['getWalletTransaction', 'wallet'],
  ['startBinding', 'binding'],
  ['verifyBinding', 'binding'],
  ['checkBinding', 'binding'],
  ['removeBinding', 'unbinding'],
  ['listBanks', 'banks'],
  ['lookUpIssuer', 'banks'],
  ['receiveCallback', 'callbacks'],
];

/** All changes of a card share one facet, which may lack some of them. */
const changes: ReadonlyMap<string, CardChange['kind']> = new Map([
  ['activateCard', 'activate'],
  ['freezeCard', 'freeze'],
  ['unfreezeCard', 'unfreeze'],
  ['cancelCard', 'cancel'],
  ['setCardPin', 'setPin'],
]);

/** The caller's accounts, what each can do, and the state of its recent calls. */
export async function readProviders(services: Services, caller: Caller): Promise<z.output<typeof providerListSchema>> {
  return { data: services.accounts.all.filter(({ tenant }) => tenant === caller.tenant).map(accountView) };
}

function accountView(account: OpenAccount): z.output<typeof providerListSchema>['data'][number] {
  const { adapter } = account;
  const health = account.health();
  return {
    account: account.name,
    provider: account.provider,
    title: account.title,
    sandbox: account.sandbox,
    operations: [
      ...needs.map(([operation, facet]) => operationView(account, operation, facet)),
      reapplicationView(account),
      tokenView(account),
      syncView(account),
    ],
    calls: [...account.calls],
    requirements: requirementsOf(adapter),
    notes: [...(adapter.notes ?? [])],
    health: {
      status: health.status,
      lastAnswerAt: health.lastAnswerAt?.toISOString() ?? null,
      lastFailureAt: health.lastFailureAt?.toISOString() ?? null,
      lastFailure: health.lastFailure,
      circuit: account.load().circuit,
    },
  };
}

type OperationView = z.output<typeof providerListSchema>['data'][number]['operations'][number];

function operationView({ adapter }: OpenAccount, operation: string, facet: FacetName): OperationView {
  const change = changes.get(operation);
  const gap = change === undefined ? undefined : adapter.cardControls?.gaps?.[change];
  if (gap !== undefined) return { operation, ...gap };
  if (adapter[facet] !== undefined) return { operation, state: 'documented', reason: null };
  return { operation, state: adapter.gaps[facet]?.state ?? 'absent', reason: gapReason(adapter, facet) };
}

/** A provider with cardholders may not accept a further application. */
function reapplicationView(account: OpenAccount): OperationView {
  const operation = 'reapplyCardholder';
  const { cardholders } = account.adapter;
  if (cardholders === undefined || cardholders.reapply !== undefined)
    return operationView(account, operation, 'cardholders');
  return { operation, state: 'absent', reason: "The provider's documents describe no further application." };
}

/** Only payment tokens can be revealed: a bound card's number is not stored. */
function tokenView(account: OpenAccount): OperationView {
  if (account.adapter.boundCards?.givesTokens === true)
    return { operation: 'revealBinding', state: 'documented', reason: null };
  return { operation: 'revealBinding', state: 'absent', reason: 'This provider gives no payment tokens.' };
}

/** A sync reads cards or bindings, whichever the provider can list. */
function syncView(account: OpenAccount): OperationView {
  return operationView(account, 'startSync', account.adapter.cards === undefined ? 'boundCards' : 'cards');
}
