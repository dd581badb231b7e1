import {
  type operationPageSchema,
  type operationQuerySchema,
  operationReadScopes,
  type operationSchema,
  syncReadScopes,
} from '@card-gateway/contract';
import { type IdKind, type OperationType, operationTypes, toPublicId, uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { type Caller, hasScope } from '../caller.ts';
import { ProblemError } from '../problem.ts';
import type { ViewImages } from '../event-views.ts';
import type { PageRequest } from '../page.ts';
import { readPage } from '../read-page.ts';
import type { Services } from '../services.ts';
import {
  getOperation,
  listOperations,
  type OneOperation,
  type OperationDetails,
  type OperationFilter,
  operationsOfImages,
} from './store.ts';
import { unresolvedCounts } from '../measured/unresolved-store.ts';

/** The operations that a caller may see. */
function seenBy(caller: Caller): Pick<OperationFilter, 'tenant' | 'types' | 'syncsOfCards'> {
  const types = operationTypes.filter((type) => hasScope(caller, operationReadScopes[type]));
  const ofCards = hasScope(caller, syncReadScopes.cards);
  const ofBindings = hasScope(caller, syncReadScopes.bindings);
  return {
    tenant: caller.tenant,
    types,
    syncsOfCards: ofCards === ofBindings ? undefined : ofCards,
  };
}

/** Also for an operation of a type that the key may not read, or of another tenant. */
export function noSuchOperation(): ProblemError {
  const detail = 'There is no such operation, or none of a type that this API key may read.';
  return new ProblemError('not-found', detail);
}

/** One operation with its evidence. @throws ProblemError 404 */
export async function readOperation(
  services: Services,
  caller: Caller,
  id: string,
): Promise<z.output<typeof operationSchema>> {
  const row = await getOperation(services.pool, uuidOf('operation', id));
  if (row === null || !sees(caller, row)) throw noSuchOperation();
  return operationView(row);
}

function sees(caller: Caller, { tenant, type, syncKind }: OneOperation): boolean {
  if (tenant !== caller.tenant) return false;
  if (type !== 'startSync') return hasScope(caller, operationReadScopes[type]);
  const { cards, bindings } = syncReadScopes;
  // Of a sync that is gone, nothing tells what it read.
  const needed = syncKind === null ? [cards, bindings] : [syncKind === 'cards' ? cards : bindings];
  return needed.every((scopes) => hasScope(caller, scopes));
}

/** A page of the operations that the caller may see. */
export async function readOperations(
  services: Services,
  caller: Caller,
  query: z.output<typeof operationQuerySchema>,
): Promise<z.output<typeof operationPageSchema>> {
  const { outcome, resolvesBy, type, account } = query;
  // Only unknown operations wait for something.
  const isNothing = resolvesBy !== undefined && outcome !== undefined && outcome !== 'unknown';
  const state = resolvesBy === undefined ? outcome : 'unknown';
  const seen = seenBy(caller);
  const types = seen.types.filter((one) => type === undefined || one === type);
  const syncsOfCards = types.includes('startSync') ? seen.syncsOfCards : undefined;
  const filter = { ...seen, types, syncsOfCards, state, resolvesBy, account };
  const rows = async (page: PageRequest) => (isNothing ? [] : listOperations(services.pool, filter, page));
  const [page, counts] = await Promise.all([
    readPage(services, caller, 'operations', query, rows, operationView),
    unresolvedCounts(services.pool, seen),
  ]);
  const unresolved = counts.map(({ account: name, unknown, waitingForPerson, oldestUnknownSince }) => ({
    account: name,
    unknown,
    waitingForPerson,
    oldestUnknownSince: oldestUnknownSince.toISOString(),
  }));
  return { ...page, unresolved };
}

export const viewOperationImages: ViewImages = async (pool, images) =>
  (await operationsOfImages(pool, images)).map(operationView);

const resourceKinds: Readonly<Record<OperationType, IdKind>> = {
  createCardholder: 'cardholder',
  reapplyCardholder: 'cardholder',
  issueCard: 'card',
  activateCard: 'card',
  freezeCard: 'card',
  unfreezeCard: 'card',
  cancelCard: 'card',
  setCardPin: 'card',
  createTransfer: 'transfer',
  startBinding: 'binding',
  verifyBinding: 'binding',
  removeBinding: 'binding',
  startSync: 'sync',
};

function resolutionView({
  resolvedBy: caller,
  resolvedAt,
  ...word
}: NonNullable<OperationDetails['resolution']>): NonNullable<z.output<typeof operationSchema>['resolution']> {
  return { caller, ...word, resolvedAt: new Date(resolvedAt).toISOString() };
}

function operationView(row: OperationDetails): z.output<typeof operationSchema> {
  return {
    id: toPublicId('operation', row.id),
    type: row.type,
    provider: row.provider,
    account: row.account,
    caller: row.caller,
    outcome: row.state,
    resource: toPublicId(resourceKinds[row.type], row.resourceId),
    unknownBecause: row.unknownBecause,
    refusal: row.refusal,
    unknownSince: row.state === 'unknown' ? row.unknownSince : null,
    resolvesBy: row.state === 'unknown' ? row.resolvesBy : null,
    nextLookUpAt: row.nextLookUpAt,
    resolvedBy: row.resolvedBy,
    resolution: row.resolution && resolutionView(row.resolution),
    supersededBy: row.supersededBy && toPublicId('operation', row.supersededBy),
    createdAt: row.createdAt,
    resolvedAt: row.resolvedAt,
    attempts: row.attempts.map((attempt) => ({
      ...attempt,
      startedAt: new Date(attempt.startedAt).toISOString(),
      finishedAt: new Date(attempt.finishedAt).toISOString(),
    })),
  };
}
