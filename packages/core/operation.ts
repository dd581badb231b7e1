/**
 * State of a write: `submitting` until its answer is known; `unknown` until evidence or a person resolves it; `superseded` once
 * a later write to the same target succeeded, after which its own outcome can no longer be determined.
 */
export type OperationState = 'submitting' | 'succeeded' | 'refused' | 'unknown' | 'superseded';

/** The kinds of write, by the operation id that callers know. */
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

/** How a write with a lost answer is resolved: by asking the provider, or by a person. */
export type ResolvesBy = 'look-up' | 'person';

/**
 * What resolved a write: the answer to the call itself, a look-up made for it, a verified callback, a list that showed it, or a
 * person with a stated reason.
 */
export const resolvedBy = ['answer', 'look-up', 'callback', 'list', 'person'] as const;
export type ResolvedBy = (typeof resolvedBy)[number];
