import type { Operations } from './api.ts';

/** The name of an operation, as in the OpenAPI document: `issueCard`. */
export type OperationId = keyof Operations;

type Simplify<Shape> = { readonly [Key in keyof Shape]: Shape[Key] };

interface TracePart {
  /** Sent as `X-Request-Id`; the gateway makes one when absent. */
  readonly requestId?: string | undefined;
  /** W3C trace context, passed on as it is. */
  readonly traceparent?: string | undefined;
  /** Sent as `X-Request-Deadline`: the gateway answers by then. It shortens the gateway's own time, never this client's. */
  readonly deadline?: Date | undefined;
}

/** What a call of this operation takes. */
export type OperationInput<Id extends OperationId> = Simplify<Operations[Id]['input'] & TracePart>;

/** What this operation answers: `OperationAnswer<'getCard'>` is a card. */
export type OperationAnswer<Id extends OperationId> = Operations[Id]['answer'];

/** An answer with what its status and headers say. */
export interface CallResult<Id extends OperationId> {
  readonly data: OperationAnswer<Id>;
  /** 200 or 201; 202 while the outcome of a write is unknown, or a sync is queued. */
  readonly status: number;
  /** This is the stored answer of an earlier request with the same idempotency key. */
  readonly replayed: boolean;
  /** The `X-Request-Id` under which the gateway logged this; null if none came back. */
  readonly requestId: string | null;
  /** Path of the resource, or of the operation to watch while the outcome is unknown. */
  readonly location: string | null;
}

export interface Page {
  readonly data: readonly unknown[];
  readonly nextCursor: string | null;
}

/** The operations that answer page by page. */
export type ListOperationId = { [Id in OperationId]: OperationAnswer<Id> extends Page ? Id : never }[OperationId];

/** One row of a list: `ListRow<'listCards'>` is a card. */
export type ListRow<Id extends ListOperationId> = OperationAnswer<Id>['data'][number];

/** The argument of a call, which may be left out when nothing in it is required. */
export type InputArguments<Id extends OperationId> =
  Partial<OperationInput<Id>> extends OperationInput<Id> ? [input?: OperationInput<Id>] : [input: OperationInput<Id>];

/**
 * One method per operation, each giving the answer's body. Every call fails with a `GatewayProblem`
 * (the gateway said no) or a `GatewayUnreachable` (it said nothing).
 */
export type Client = {
  readonly [Id in keyof Operations]: (...input: InputArguments<Id>) => Promise<OperationAnswer<Id>>;
} & {
  /** The same call with the status and headers of the answer. */
  call<Id extends OperationId>(id: Id, ...input: InputArguments<Id>): Promise<CallResult<Id>>;
  /** Every row of a list, fetching page after page as they are consumed. */
  all<Id extends ListOperationId>(id: Id, ...input: InputArguments<Id>): AsyncGenerator<ListRow<Id>, void, undefined>;
  /** Lets running requests end and closes the connections; an injected dispatcher stays open. */
  close(): Promise<void>;
};
