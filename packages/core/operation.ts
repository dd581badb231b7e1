/** Where a write stands: `submitting` until its answer is known; `unknown` until evidence or a person settles it. */
export const operationStates = ['submitting', 'succeeded', 'refused', 'unknown'] as const;
export type OperationState = (typeof operationStates)[number];

/** The writes of the facade, by the operation id a caller knows them by. */
export const operationTypes = ['createCardholder', 'issueCard', 'startBinding', 'verifyBinding', 'startSync'] as const;
export type OperationType = (typeof operationTypes)[number];

/** How a write whose answer was lost gets settled: by asking the provider, or by a person. */
export type SettlesBy = 'look-up' | 'person';
