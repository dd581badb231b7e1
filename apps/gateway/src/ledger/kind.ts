import type { OperationType, Outcome, ProviderCall, ProviderCard, ResolvesBy } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import type { OpenAccount } from '../accounts/accounts.ts';
import { operationView } from './reference.ts';
import type { OperationRow } from './store.ts';

/** One kind of write: how its outcome changes our records, what is answered, and how a lost answer is found out. */
export interface WriteKind<Value> {
  readonly type: OperationType;
  readonly successStatus: 200 | 201 | 202;
  resolvesBy(account: OpenAccount): ResolvesBy;
  /** Changes the resource to fit the outcome, inside the reconciling transaction. */
  apply(client: PoolClient, operation: OperationRow, outcome: Outcome<Value>, when: When): Promise<void>;
  /** The resource as callers see it, with its last write; what is answered to a write shows that one: {@link viewOf}. */
  view(client: Pool | PoolClient, operation: OperationRow): Promise<View>;
  /**
   * Asks the provider what became of a write; null when there is nothing to ask. Never sends the order again, but for one under a
   * key by which the provider does it once.
   */
  lookUp(
    account: OpenAccount,
    operation: OperationRow,
    call: ProviderCall,
  ): Promise<LookUp<Value> | ShownRefused | Superseded | null>;
  /**
   * What the provider's description of the write's card proves of the write, where it came in by itself or was asked for
   * something else (list, callback); null when it proves nothing. Only for writes on cards.
   */
  shownBy?(
    operation: OperationRow,
    card: ProviderCard,
    asOf: AsOf,
  ): Promise<Extract<Outcome<Value>, { kind: 'done' | 'refused' }> | Superseded | null>;
  /**
   * What a write brought about by the word of a person who found that it succeeded. What the word names is read at the
   * provider where it can be. Null when the provider's id of what came of the write is needed, and neither given nor known.
   *
   * @throws ProblemError 409 when the provider says otherwise, 503 when it cannot be asked now
   */
  resolved(word: SuccessWord): Promise<Outcome<Value> | null>;
}

/** The word of a person that a write succeeded, after a look-up that did not show that. */
export interface SuccessWord {
  readonly operation: OperationRow;
  /** Null when it is no longer configured: then nobody can be asked. */
  readonly account: OpenAccount | null;
  /** The provider's id of what came of the write, as it is known here or as the person named it. */
  readonly providerRef: string | null;
  /** The provider answered the look-up, and showed nothing of the write. */
  readonly isAbsent: boolean;
  /** What is left of the request's time for one more read. */
  readonly call: () => ProviderCall;
}

/** A resource as callers see it; `providerRef` where it has an id at the provider. */
export interface View {
  readonly operation: unknown;
  readonly providerRef?: string | null;
}

/** What is answered to a write: its resource, with this very write in the place of the resource's last one. */
export async function viewOf(
  kind: Pick<WriteKind<unknown>, 'view'>,
  client: Pool | PoolClient,
  operation: OperationRow,
): Promise<unknown> {
  const { id: operationId, state: operationState, unknownSince, resolvesBy, nextLookUpAt } = operation;
  const own = operationView({ operationId, operationState, unknownSince, resolvesBy, nextLookUpAt });
  return { ...(await kind.view(client, operation)), operation: own };
}

/** Kinds of writes, for work that meets them all. */
export type WriteKinds = readonly WriteKind<unknown>[];

export interface When {
  readonly at: Date;
  /** When the provider was asked for what it said, which may be a while before. */
  readonly askedAt: Date;
}

/** Between which moments a provider's description was true. */
export interface AsOf {
  readonly earliest: Date;
  readonly latest: Date;
}

/** A later write of the same thing succeeded: what the provider shows of it says nothing of this one. */
export interface Superseded {
  readonly kind: 'superseded';
  /** The id of that write's operation. */
  readonly by: string;
}

/** What a look-up showed. `absent` proves nothing: the provider may still be at work. */
export type LookUp<Value> = { readonly kind: 'absent' } | Outcome<Value>;

/**
 * The provider's own record says that nothing came of the write, which is evidence; that it refused the look-up itself,
 * which a plain `refused` says, is none.
 */
export interface ShownRefused {
  readonly kind: 'shown-refused';
  readonly outcome: Extract<Outcome<never>, { kind: 'refused' }>;
}
