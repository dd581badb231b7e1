import { type Problem, type ProblemCode, problems, problemType, type Scope } from '@card-gateway/contract';
import type { Refusal } from '@card-gateway/core';

type Details = Omit<Partial<Problem>, 'type' | 'title' | 'status' | 'code' | 'requestId' | 'detail'> & {
  readonly retryAfterSeconds?: number;
  /** Of `forbidden`: the scopes of which the key lacks each and needs one. */
  readonly scopes?: readonly Scope[];
  /** Where that of its code is not true of this one. */
  readonly kind?: ErrorKind;
};

/** What work that repeats itself makes of an error. Callers decide by `code`. */
export type ErrorKind =
  /** The question is at fault: nobody can be asked that, now or later. */
  | 'invalid'
  /** Another process is doing the same. */
  | 'under-way'
  /** Nobody was asked, because there was no room for it. */
  | 'rejected'
  /** A retry may succeed. */
  | 'transient'
  /** A retry would end the same. */
  | 'final';

/** Codes whose kind the contract's advice to callers does not tell. */
const kindsOfCodes: Partial<Record<ProblemCode, ErrorKind>> = {
  'invalid-request': 'invalid',
  'request-in-progress': 'under-way',
  'account-busy': 'rejected',
  'circuit-open': 'rejected',
  overloaded: 'rejected',
};

/** What keeps an act from succeeding, thrown from wherever it is found out. It knows no HTTP: that is `http/problem.ts`. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly kind: ErrorKind;
  readonly details: Details;

  /** @param cause what it came from, for the log alone */
  constructor(code: ProblemCode, detail: string, details: Details = {}, cause?: unknown) {
    super(detail, { cause });
    this.name = 'ProblemError';
    this.code = code;
    this.kind = details.kind ?? kindsOfCodes[code] ?? (problems[code].again === 'later' ? 'transient' : 'final');
    this.details = details;
  }
}

/** A field of a request that does not fit: where, by a JSON pointer, and what was expected there. */
export type InputFault = NonNullable<Problem['errors']>[number];

/** A request that does not fit, with all its faults. */
export function invalidRequest(...errors: readonly InputFault[]): ProblemError {
  const detail = errors.map((fault) => `${fault.pointer || 'body'}: ${fault.detail}`).join('; ');
  return new ProblemError('invalid-request', detail, { errors: [...errors] });
}

/** The problem as callers read it. */
export function problemBody(error: ProblemError, requestId: string): Problem {
  const { status, title } = problems[error.code];
  const { retryAfterSeconds: _retry, scopes: _scopes, kind: _kind, ...details } = error.details;
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
