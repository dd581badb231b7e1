/**
 * The outcome of one provider call. There are exactly three kinds, kept apart by type: a call that may have had an effect but
 * whose answer is missing is `unknown`, never `refused`.
 */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T; readonly evidence: Evidence | null }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly evidence: Evidence | null }
  | { readonly kind: 'unknown'; readonly why: UnknownReason; readonly evidence: Evidence | null };

/**
 * Why the outcome is unknown: no answer arrived, it does not say what was done (it could not be read, or is a 202 that names
 * nothing that was made), or it carried an undocumented code.
 */
export type UnknownReason = 'no_answer' | 'unreadable_answer' | 'unlisted_code';

/** Certain: nothing happened. Holds the provider's own code if it gave one. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** The provider's code as received, or null if the call never reached the provider. */
  readonly code: string | null;
  /** The provider's message, redacted by `redact`. */
  readonly message: string | null;
  /** Seconds, at least 1, after which the provider may be asked again; only if it said so with a transient refusal. */
  readonly retryAfterSeconds?: number;
}

/**
 * Provider-independent reasons for a refusal. `not_sent` means that the request never left (name not found, connection refused,
 * TLS failure, connect time-out), so sending it again is safe.
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

/** What the provider answered, stored with every outcome as its evidence. Contains no personal or card data. */
export interface Evidence {
  readonly httpStatus: number | null;
  readonly code: string | null;
  readonly message: string | null;
}

/** The call succeeded. */
export function done<T>(value: T, evidence: Evidence | null = null): Outcome<T> {
  return { kind: 'done', value, evidence };
}

/** The call certainly had no effect. */
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

/** Whether the call had an effect is unknown. */
export function unknown(why: UnknownReason, evidence: Evidence | null = null): Outcome<never> {
  return { kind: 'unknown', why, evidence };
}

/** Applies `change` to the value of a `done` outcome and passes other outcomes on. */
export function mapOutcome<A, B>(outcome: Outcome<A>, change: (value: A) => B): Outcome<B> {
  return outcome.kind === 'done' ? { ...outcome, value: change(outcome.value) } : outcome;
}
