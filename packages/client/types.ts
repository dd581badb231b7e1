import type { OperationId, Operations } from '@card-gateway/contract';
import type { z } from 'zod';

type Simplify<Shape> = { [Key in keyof Shape]: Shape[Key] };

/** One part of an input: optional when nothing in it is required. */
type Part<Name extends string, Value> =
  Partial<Value> extends Value ? { readonly [Key in Name]?: Value | undefined } : { readonly [Key in Name]: Value };

type ParamsPart<Operation> = Operation extends { readonly params: infer Schema extends z.ZodType }
  ? Part<'params', z.input<Schema>>
  : unknown;

/** The values that the gateway reads from the query (`refresh: true`, `limit: 50`), not their text in the URL. */
type QueryPart<Operation> = Operation extends { readonly query: infer Schema extends z.ZodType }
  ? Part<'query', z.output<Schema>>
  : unknown;

type BodyPart<Operation> = Operation extends { readonly body: infer Schema extends z.ZodType }
  ? Part<'body', z.input<Schema>>
  : unknown;

type WritePart<Operation> = Operation extends { readonly effect: 'write' }
  ? {
      /**
       * The key under which this write happens at most once: keep it with the order and give it again to repeat.
       * A fresh UUID when absent.
       */
      readonly idempotencyKey?: string | undefined;
    }
  : unknown;

interface TracePart {
  /** Sent as `X-Request-Id`; the gateway makes one when absent. */
  readonly requestId?: string | undefined;
  /** W3C trace context, passed on as it is. */
  readonly traceparent?: string | undefined;
  /** Sent as `X-Request-Deadline`: the gateway answers by then. It shortens the gateway's own time, never this client's. */
  readonly deadline?: Date | undefined;
}

/** What a call of this operation takes, from the schemas of the contract. */
export type OperationInput<Id extends OperationId> = Simplify<
  ParamsPart<Operations[Id]> &
    QueryPart<Operations[Id]> &
    BodyPart<Operations[Id]> &
    WritePart<Operations[Id]> &
    TracePart
>;

/** What this operation answers: `OperationAnswer<'getCard'>` is a card. */
export type OperationAnswer<Id extends OperationId> = z.output<Operations[Id]['success']['schema']>;

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
 * One method per operation of the contract, each giving the answer's body. Every call fails with a `GatewayProblem`
 * (the gateway said no) or a `GatewayUnreachable` (it said nothing).
 */
export type Client = {
  readonly [Id in OperationId]: (...input: InputArguments<Id>) => Promise<OperationAnswer<Id>>;
} & {
  /** The same call with the status and headers of the answer. */
  call<Id extends OperationId>(id: Id, ...input: InputArguments<Id>): Promise<CallResult<Id>>;
  /** Every row of a list, fetching page after page as they are consumed. */
  all<Id extends ListOperationId>(id: Id, ...input: InputArguments<Id>): AsyncGenerator<ListRow<Id>, void, undefined>;
  /** Lets running requests end and closes the connections; an injected dispatcher stays open. */
  close(): Promise<void>;
};
