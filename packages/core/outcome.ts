/**
 * What became of one call to a provider. The three kinds are all there is, and they are kept apart by type:
 * a call that may have had an effect but whose answer is missing is `unknown`, never `refused`.
 */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T; readonly evidence: Evidence | null }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly evidence: Evidence | null }
  | { readonly kind: 'unknown'; readonly why: UnknownReason; readonly evidence: Evidence | null };

/** Why nobody can say what happened: no answer came, it could not be read, or it carried a code no document lists. */
export type UnknownReason = 'no_answer' | 'unreadable_answer' | 'unlisted_code';

/** A certain "nothing happened", with the provider's own code where it gave one. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** The provider's code as it stood on the wire, or null when the call never reached it. */
  readonly code: string | null;
  /** The provider's text, redacted by `redact`. */
  readonly message: string | null;
}

/**
 * Provider-independent reasons for a refusal. `not_sent` means the request never left: the name was not found, the
 * connection was refused, TLS failed or connecting timed out, so that sending again is safe.
 */
export type RefusalReason =
  | 'not_sent'
  | 'invalid_request'
  | 'not_found'
  | 'conflict'
  | 'declined'
  | 'wrong_code'
  | 'rate_limited'
  | 'unavailable'
  | 'configuration'
  | 'unsupported';

/** What the provider said, kept beside every outcome as the evidence for it. Holds no personal or card data. */
export interface Evidence {
  readonly httpStatus: number | null;
  readonly code: string | null;
  readonly message: string | null;
}

/** The call did what it was for. */
export function done<T>(value: T, evidence: Evidence | null = null): Outcome<T> {
  return { kind: 'done', value, evidence };
}

/** The call certainly did nothing. */
export function refused(
  reason: RefusalReason,
  said: { readonly code?: string | null; readonly message?: string | null; readonly httpStatus?: number | null } = {},
): Outcome<never> {
  const code = said.code ?? null;
  const message = said.message ?? null;
  const httpStatus = said.httpStatus ?? null;
  const evidence = code === null && httpStatus === null ? null : { httpStatus, code, message };
  return { kind: 'refused', refusal: { reason, code, message }, evidence };
}

/** Nobody can say what the call did. */
export function unknown(why: UnknownReason, evidence: Evidence | null = null): Outcome<never> {
  return { kind: 'unknown', why, evidence };
}

/** Applies `change` to a value that is there and passes every other outcome on. */
export function mapOutcome<A, B>(outcome: Outcome<A>, change: (value: A) => B): Outcome<B> {
  return outcome.kind === 'done' ? { ...outcome, value: change(outcome.value) } : outcome;
}
