import { done, type Evidence, type Outcome, type RefusalReason, refused, unknown } from '@card-gateway/core';

/** The outcome for any code but that of a success. Without a reason no document calls it a refusal, so it is unknown. */
export function refusedFor(reason: RefusalReason | null, evidence: Evidence): Outcome<never> {
  return reason === null ? unknown('unlisted_code', evidence) : refused(reason, evidence);
}

/** Done if the answer concerns the requested resource; an answer about another one proves nothing. */
export function doneIf<T>(isShown: boolean, value: T, evidence: Evidence): Outcome<T> {
  return isShown ? done(value, evidence) : unknown('unreadable_answer', evidence);
}

/**
 * Evidence without the provider's text, which beside card data or a token could repeat them in a form that redaction does not
 * recognise.
 */
export function wordless(evidence: Evidence): Evidence {
  return { ...evidence, message: null };
}

/** Whether the provider refused with exactly this code. */
export function refusedWith(outcome: Outcome<unknown>, code: string): boolean {
  return outcome.kind === 'refused' && outcome.refusal.code === code;
}

/** Refuses a cursor that the list did not issue. */
export function notACursor(): Outcome<never> {
  return refused('invalid_request', { message: 'not a cursor of this list' });
}
