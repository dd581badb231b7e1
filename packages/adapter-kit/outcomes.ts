import { done, type Evidence, type Outcome, type RefusalReason, refused, unknown } from '@card-gateway/core';

/** What a code other than that of a success comes to. Without a reason no document calls it a refusal: it is unknown. */
export function refusedFor(reason: RefusalReason | null, evidence: Evidence): Outcome<never> {
  return reason === null ? unknown('unlisted_code', evidence) : refused(reason, evidence);
}

/** Done where the answer shows that it is about what was asked for. One about something else tells nothing. */
export function doneIf<T>(isShown: boolean, value: T, evidence: Evidence): Outcome<T> {
  return isShown ? done(value, evidence) : unknown('unreadable_answer', evidence);
}

/** Evidence without the provider's text, which beside card data or a token could repeat it in a form that no redaction knows. */
export function wordless(evidence: Evidence): Evidence {
  return { ...evidence, message: null };
}

/** Whether the provider refused with this very code. */
export function refusedWith(outcome: Outcome<unknown>, code: string): boolean {
  return outcome.kind === 'refused' && outcome.refusal.code === code;
}

/** Refuses a cursor that the list did not write. */
export function notACursor(): Outcome<never> {
  return refused('invalid_request', { message: 'not a cursor of this list' });
}
