export type * from './api.ts';
export { createClient, type ClientOptions } from './client.ts';
export { DecisionRequestRefused, type ReceivedHeaders, verifyDecisionRequest } from './decision-request.ts';
export { GatewayProblem, GatewayUnreachable, type ProblemCode } from './errors.ts';
export type {
  CallResult,
  Client,
  ListOperationId,
  ListRow,
  OperationAnswer,
  OperationId,
  OperationInput,
} from './types.ts';
