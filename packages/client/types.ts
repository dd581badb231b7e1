import type { Operations } from './api.ts';
import type { EventsOptions, FeedEvent } from './feed.ts';

/** The name of an operation, as in the OpenAPI document: `issueCard`. */
export type OperationId = keyof Operations;

type Simplify<Shape> = { readonly [Key in keyof Shape]: Shape[Key] };

interface TracePart {
  /** Sent as `X-Request-Id`; by default the gateway creates one. */
  readonly requestId?: string | undefined;
  /** W3C trace context, passed on unchanged. */
  readonly traceparent?: string | undefined;
  /** Sent as `X-Request-Deadline`: the gateway answers by then. It shortens the gateway's time limit, not this client's. */
  readonly deadline?: Date | undefined;
}

/** The input of this operation. */
export type OperationInput<Id extends OperationId> = Simplify<Operations[Id]['input'] & TracePart>;

/** The answer of this operation: `OperationAnswer<'getCard'>` is a card. */
export type OperationAnswer<Id extends OperationId> = Operations[Id]['answer'];

/** An answer with its status and headers. */
export interface CallResult<Id extends OperationId> {
  readonly data: OperationAnswer<Id>;
  /** 200 or 201; 202 while the outcome of a write is unknown, or a sync is queued. */
  readonly status: number;
  /** Whether this is the stored answer of an earlier request with the same idempotency key. */
  readonly replayed: boolean;
  /** The `X-Request-Id` under which the gateway logged this; null if the answer has none. */
  readonly requestId: string | null;
  /** Path of the resource, or of the operation to watch while the outcome is unknown. */
  readonly location: string | null;
}

export interface Page {
  readonly data: readonly unknown[];
  readonly nextCursor: string | null;
}

/** The operations with paged answers that come to an end, unlike the event feed. */
export type ListOperationId = {
  [Id in OperationId]: OperationAnswer<Id> extends Page
    ? null extends OperationAnswer<Id>['nextCursor']
      ? Id
      : never
    : never;
}[OperationId];

/** One row of a list: `ListRow<'listCards'>` is a card. */
export type ListRow<Id extends ListOperationId> = OperationAnswer<Id>['data'][number];

/** The argument of a call; optional if nothing in it is required. */
export type InputArguments<Id extends OperationId> =
  Partial<OperationInput<Id>> extends OperationInput<Id> ? [input?: OperationInput<Id>] : [input: OperationInput<Id>];

/**
 * One method per operation, returning the answer's body. Calls fail with a `GatewayProblem` (the gateway answered with a
 * problem) or a `GatewayUnreachable` (it did not answer).
 */
export type Client = {
  readonly [Id in keyof Operations]: (...input: InputArguments<Id>) => Promise<OperationAnswer<Id>>;
} & {
  /** The same call, with the answer's status and headers. */
  call<Id extends OperationId>(id: Id, ...input: InputArguments<Id>): Promise<CallResult<Id>>;
  /** Every row of a list, fetching further pages on demand. */
  all<Id extends ListOperationId>(id: Id, ...input: InputArguments<Id>): AsyncGenerator<ListRow<Id>, void, undefined>;
  /**
   * Every event behind `after`, oldest first, and then each as it happens; it ends by `signal` or `break` alone. Without an
   * answer, and on 408, 429, 502, 503 and 504, it reads again after a pause that grows to half a minute, plus `Retry-After`.
   * Fails with a `CursorExpired` if the events behind `after` are no longer kept, and with a `GatewayProblem` if they may not be read.
   */
  events(options?: EventsOptions): AsyncGenerator<FeedEvent, void, undefined>;
  /** Lets in-flight requests finish and closes the connections; an injected dispatcher stays open. */
  close(): Promise<void>;
};
