/**
 * Where a write stands: `submitting` until its answer is known; `unknown` until evidence or a person resolves it;
 * `superseded` once a later write of the same thing succeeded: nobody can find out any more what became of this one.
 */
export const operationStates = ['submitting', 'succeeded', 'refused', 'unknown', 'superseded'] as const;
export type OperationState = (typeof operationStates)[number];

/** The writes of the facade, by the operation id a caller knows them by. */
export const operationTypes = [
  'createCardholder',
  'reapplyCardholder',
  'issueCard',
  'activateCard',
  'freezeCard',
  'unfreezeCard',
  'cancelCard',
  'setCardPin',
  'createTransfer',
  'startBinding',
  'verifyBinding',
  'removeBinding',
  'startSync',
] as const;
export type OperationType = (typeof operationTypes)[number];

/** How a write whose answer was lost gets resolved: by asking the provider, or by a person. */
export type ResolvesBy = 'look-up' | 'person';

/**
 * What resolved a write: the answer to the call itself, a look-up made for it, a verified callback, a list that showed it,
 * or a person who gave a reason.
 */
export const resolvedBy = ['answer', 'look-up', 'callback', 'list', 'person'] as const;
export type ResolvedBy = (typeof resolvedBy)[number];
