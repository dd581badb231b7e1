import { type Problem, type ProblemCode, problems, problemType, type Scope } from '@card-gateway/contract';
import type { Refusal } from '@card-gateway/core';

type Details = Omit<Partial<Problem>, 'type' | 'title' | 'status' | 'code' | 'requestId' | 'detail'> & {
  readonly retryAfterSeconds?: number;
  /** Other headers of its answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The same request would be refused again: for work that repeats itself, not for callers. */
  readonly isFinal?: boolean;
  /** Of `forbidden`: the scopes of which the key lacks each and needs one. */
  readonly scopes?: readonly Scope[];
  /** Of `unauthenticated`: a key was sent, and it is none. */
  readonly isTokenInvalid?: boolean;
};

/** An answer other than success, thrown from wherever it is found out. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly details: Details;

  /** @param cause what it came from, for the log alone */
  constructor(code: ProblemCode, detail: string, details: Details = {}, cause?: unknown) {
    super(detail, { cause });
    this.name = 'ProblemError';
    this.code = code;
    this.details = details;
  }
}

/** The problem document as it is sent. */
export function problemBody(error: ProblemError, requestId: string): Problem {
  const { status, title } = problems[error.code];
  const {
    retryAfterSeconds: _header,
    headers: _headers,
    isFinal: _internal,
    scopes: _scopes,
    isTokenInvalid: _challenge,
    ...details
  } = error.details;
  return {
    type: problemType(error.code),
    title,
    status,
    detail: error.message,
    code: error.code,
    requestId,
    ...details,
  };
}

/** A refused call as a problem: certain, nothing happened. */
export function refusalProblem(provider: string, refusal: Refusal, operation?: string): ProblemError {
  const details: Details = {
    outcome: 'refused',
    provider: { name: provider, code: refusal.code, message: refusal.message },
    ...(operation === undefined ? {} : { operation }),
  };
  // With a code of the provider's it was reached, and says itself that it did nothing.
  if (refusal.reason === 'not_sent' || (refusal.reason === 'unavailable' && refusal.code === null)) {
    return new ProblemError(
      'provider-unreachable',
      'Nothing was sent to the provider. Try again; the Idempotency-Key is not used up.',
      {
        ...details,
        retryAfterSeconds: 5,
      },
    );
  }
  const isMendable = refusal.reason === 'configuration' || refusal.reason === 'unsupported';
  const hint = isMendable ? ' Once the account is mended, repeat it: the Idempotency-Key is not used up.' : '';
  return new ProblemError(
    'refused-by-provider',
    `The provider refused (${refusal.reason.replaceAll('_', ' ')}); nothing happened.${hint}`,
    details,
  );
}
