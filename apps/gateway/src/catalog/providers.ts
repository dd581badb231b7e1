import type { OperationId, providerListSchema } from '@card-gateway/contract';
import type { FacetName, CardChange } from '@card-gateway/core';
import type { z } from 'zod';
import { gapReason, type Health, type OpenAccount } from '../accounts/accounts.ts';
import type { Caller } from '../caller.ts';
import type { ViewImages } from '../event-views.ts';
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
    health: healthView(account.health(), account.load().circuit),
  };
}

type HealthView = z.output<typeof providerListSchema>['data'][number]['health'];

function healthView({ status, ...last }: Health, circuit: HealthView['circuit']): HealthView {
  return {
    status,
    lastAnswerAt: last.lastAnswerAt?.toISOString() ?? null,
    lastFailureAt: last.lastFailureAt?.toISOString() ?? null,
    lastFailure: last.lastFailure,
    circuit,
  };
}

/** Accounts as they were when their circuits opened or closed. */
export const viewAccountImages: ViewImages = async (_pool, images) =>
  (JSON.parse(images) as AccountImage[]).map(({ account, provider, status, circuit, ...last }) => ({
    account,
    provider,
    health: healthView(
      {
        status,
        lastAnswerAt: instant(last.last_answer_at),
        lastFailureAt: instant(last.last_failure_at),
        lastFailure: last.last_failure,
      },
      circuit,
    ),
  }));

/** A row of the type `account_image`. */
interface AccountImage {
  readonly account: string;
  readonly provider: string;
  readonly status: Health['status'];
  readonly last_answer_at: string | null;
  readonly last_failure_at: string | null;
  readonly last_failure: string | null;
  readonly circuit: 'open' | 'closed';
}

const instant = (text: string | null): Date | null => (text === null ? null : new Date(text));

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
