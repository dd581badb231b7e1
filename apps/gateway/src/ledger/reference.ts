import type { z } from 'zod';
import type { operationReference } from '@card-gateway/contract';
import { type OperationState, type ResolvesBy, toPublicId } from '@card-gateway/core';

/**
 * The columns of a resource's last write, selected by {@link operationColumns}.
 *
 * @typeParam Instant text where the statement reads instants as callers see them
 */
export interface OperationColumns<Instant extends Date | string = Date> {
  readonly operationId: string | null;
  readonly operationState: OperationState | null;
  readonly unknownSince: Instant | null;
  readonly resolvesBy: ResolvesBy | null;
  readonly nextLookUpAt: Instant | null;
}

/** For a SELECT that joins `operations o` on the resource's `operation_id`. */
export const operationColumns = `o.id AS "operationId", o.state AS "operationState", o.unknown_since AS "unknownSince",
  o.settles_by AS "resolvesBy", o.next_look_up_at AS "nextLookUpAt"`;

/** Of a resource whose answer shows the very write that is answered. */
export const noOperation: OperationColumns<never> = {
  operationId: null,
  operationState: null,
  unknownSince: null,
  resolvesBy: null,
  nextLookUpAt: null,
};

/** The last write on a resource, as callers see it. */
export function operationView(row: OperationColumns<Date | string>): z.output<typeof operationReference> | null {
  if (row.operationId === null || row.operationState === null) return null;
  if (row.operationState !== 'unknown') return knownReference(row.operationId, row.operationState);
  return {
    id: toPublicId('operation', row.operationId),
    outcome: row.operationState,
    since: shown(row.unknownSince ?? new Date(0)),
    resolvesBy: row.resolvesBy ?? 'person',
    nextLookUpAt: row.nextLookUpAt && shown(row.nextLookUpAt),
  };
}

/** The same for one that is not unknown. */
export function knownReference(
  id: string,
  outcome: Exclude<OperationState, 'unknown'>,
): z.output<typeof operationReference> {
  return { id: toPublicId('operation', id), outcome };
}

function shown(instant: Date | string): string {
  return typeof instant === 'string' ? instant : instant.toISOString();
}
