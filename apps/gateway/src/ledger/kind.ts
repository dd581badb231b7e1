import type { OperationType, Outcome, ProviderCall, ProviderCard } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import type { OpenAccount } from '../accounts/accounts.ts';
import type { Services } from '../services.ts';
import { operationView } from './reference.ts';
import type { Work } from '../work.ts';
import type { Resolve } from './resolve-store.ts';
import type { OperationRow } from './store.ts';

/** One kind of write: how its outcome changes our records, how it is answered, and how a lost answer is reconciled. */
export interface WriteKind<Value> {
  readonly type: OperationType;
  readonly successStatus: 200 | 201 | 202;
  /** Applies the outcome to the resource, within the resolving transaction. */
  apply(
    services: Services,
    client: PoolClient,
    operation: OperationRow,
    outcome: Outcome<Value>,
    when: When,
  ): Promise<void>;
  /** The resource as callers see it, with its last write; {@link viewOf} replaces that by the write being answered. */
  view(client: Pool | PoolClient, operation: OperationRow): Promise<View>;
  /**
   * Asks the provider for the outcome of a write; null if there is no way to ask. Never resends the order, except under a key
   * by which the provider executes it once.
   */
  lookUp(
    services: Services,
    account: OpenAccount,
    operation: OperationRow,
    call: ProviderCall,
  ): Promise<LookUp<Value> | ShownRefused | Superseded | null>;
  /**
   * What a provider's description of the write's card, from a list, a callback or another call, proves about the write; null if
   * it proves nothing. Only for writes on cards.
   */
  shownBy?(
    services: Services,
    operation: OperationRow,
    card: ProviderCard,
    asOf: AsOf,
  ): Promise<ResolvingOutcome<Value> | Superseded | null>;
  /**
   * The result of a write that a person determined to have succeeded. The named record is read at the provider where possible.
   * Null if the provider's id of the result is required, and neither given nor known.
   *
   * @throws ProblemError 409 if the provider contradicts the person, 503 if it cannot be asked now
   */
  resolved(services: Services, word: SuccessWord): Promise<Outcome<Value> | null>;
}

/** A person's statement that a write succeeded, after a look-up that did not show it. */
export interface SuccessWord {
  readonly operation: OperationRow;
  /** Null if it is no longer configured: then the provider cannot be asked. */
  readonly account: OpenAccount | null;
  /** The provider's id of the result, as known here or as the person named it. */
  readonly providerRef: string | null;
  /** The provider answered the look-up and did not show the write. */
  readonly isAbsent: boolean;
  /** The work of the request that states it, for one more read. */
  readonly work: Work;
}

/** A resource as callers see it; `providerRef` if it has an id at the provider. */
export interface View {
  readonly operation: unknown;
  readonly providerRef?: string | null;
}

/**
 * How one statement resolves a write by the answer to its call, if its resource is still as it was recorded; null if it needs
 * more than that.
 */
export type AtOnce<Value> = (
  outcome: ResolvingOutcome<Value>,
  when: When,
  operation: OperationRow,
) => ResourceChange | null;

export type ResolvingOutcome<Value> = Extract<Outcome<Value>, { kind: 'done' | 'refused' }>;

export interface ResourceChange {
  readonly resolve: Resolve;
  /** The slice's own values in that statement. */
  readonly own?: Readonly<Record<string, unknown>>;
  /** The changed resource as callers see it; a refusal shows none. */
  readonly view?: View;
}

/** The answer to a write: its resource, with this very write as its `operation`, even if a later one is the resource's last. */
export async function viewOf(
  kind: Pick<WriteKind<unknown>, 'view'>,
  client: Pool | PoolClient,
  operation: OperationRow,
): Promise<unknown> {
  const { id: operationId, state: operationState, unknownSince, resolvesBy, nextLookUpAt } = operation;
  const own = operationView({ operationId, operationState, unknownSince, resolvesBy, nextLookUpAt });
  return { ...(await kind.view(client, operation)), operation: own };
}

export type WriteKinds = readonly WriteKind<unknown>[];

export interface When {
  readonly at: Date;
  /** When the provider was asked, which may be some time ago. */
  readonly askedAt: Date;
}

/** The time range within which a provider's description was true. */
export interface AsOf {
  readonly earliest: Date;
  readonly latest: Date;
}

/** A later write to the same target succeeded: the provider's state says nothing about this one. */
export interface Superseded {
  readonly kind: 'superseded';
  /** Id of the later write's operation. */
  readonly by: string;
}

/** Result of a look-up. `absent` proves nothing, because the provider may still be processing. */
export type LookUp<Value> = { readonly kind: 'absent' } | Outcome<Value>;

/**
 * The provider's own record says that the write had no effect, which is evidence. A plain `refused` only says that the look-up
 * itself was refused, which is none.
 */
export interface ShownRefused {
  readonly kind: 'shown-refused';
  readonly outcome: Extract<Outcome<never>, { kind: 'refused' }>;
}
