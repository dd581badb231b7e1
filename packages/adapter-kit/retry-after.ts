import type { Outcome, RefusalReason } from '@card-gateway/core';

/** A provider that asks for a longer wait is nevertheless asked again after an hour. */
const longestSeconds = 3600;

/** The date format that servers must send (RFC 9110 §5.6.7). */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Parses a `Retry-After` header (RFC 9110 §10.2.3): whole seconds, or a date.
 *
 * @param now the time of the answer by the clock that wrote the date, Unix milliseconds
 * @returns whole seconds from 1 to 3600; undefined if the header is absent, unreadable, or in the past
 */
export function retryAfterSeconds(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const seconds = httpDate.test(header) ? Math.ceil((Date.parse(header) - now) / 1000) : secondsOf(header);
  return seconds >= 1 ? Math.min(seconds, longestSeconds) : undefined;
}

function secondsOf(header: string): number {
  return /^\d{1,15}$/.test(header) ? Number(header) : Number.NaN;
}

/** Refusals that a later try may not meet. */
const transient: ReadonlySet<RefusalReason> = new Set(['not_sent', 'rate_limited', 'unavailable']);

/** A transient refusal with the answer's statement on the next try. */
export function withRetryAfter<T>(outcome: Outcome<T>, seconds: number | undefined): Outcome<T> {
  if (seconds === undefined || outcome.kind !== 'refused' || !transient.has(outcome.refusal.reason)) return outcome;
  return { ...outcome, refusal: { ...outcome.refusal, retryAfterSeconds: seconds } };
}
