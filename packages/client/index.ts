export type * from './api.ts';
export { createClient, type ClientOptions } from './client.ts';
export { DecisionRequestRefused, verifyDecisionRequest } from './decision-request.ts';
export { type EventOf, EventRefused, type GatewayEvent, verifyEvent } from './event.ts';
export { CursorExpired, GatewayProblem, GatewayUnreachable, type ProblemCode } from './errors.ts';
export type { EventsOptions, FeedEvent } from './feed.ts';
export type { ReceivedHeaders } from './signature.ts';
export type {
  CallResult,
  Client,
  ListOperationId,
  ListRow,
  OperationAnswer,
  OperationId,
  OperationInput,
} from './types.ts';
