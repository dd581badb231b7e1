export { createClient, type ClientOptions } from './client.ts';
export { GatewayProblem, GatewayUnreachable } from './errors.ts';
export type { CallResult, Client, ListOperationId, ListRow, OperationAnswer, OperationInput } from './types.ts';
