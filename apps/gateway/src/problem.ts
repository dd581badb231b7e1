import { type Problem, type ProblemCode, problems, type Scope } from '@card-gateway/contract';
import type { Refusal } from '@card-gateway/core';

type Details = Omit<Partial<Problem>, 'type' | 'title' | 'status' | 'code' | 'requestId' | 'detail'> & {
  readonly retryAfterSeconds?: number;
  /** Of `forbidden`: the key needs one of these scopes. */
  readonly scopes?: readonly Scope[];
  /** Overrides the kind of its code. */
  readonly kind?: ErrorKind;
};

/** How retrying work treats an error. Callers decide by `code`. */
export type ErrorKind =
  /** The question itself is invalid: no provider can be asked it, now or later. */
  | 'invalid'
  /** Another process is doing the same. */
  | 'under-way'
  /** The provider was not asked, for lack of capacity. */
  | 'rejected'
  /** A retry may succeed. */
  | 'transient'
  /** A retry would fail the same way. */
  | 'final';

/** Codes whose kind does not follow from the contract's advice to callers. */
const kindsOfCodes: Partial<Record<ProblemCode, ErrorKind>> = {
  'invalid-request': 'invalid',
  'request-in-progress': 'under-way',
  'account-busy': 'rejected',
  'circuit-open': 'rejected',
  overloaded: 'rejected',
};

/** The reason why an act cannot succeed, thrown where it is detected. It knows no HTTP; `http/problem.ts` maps it. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly kind: ErrorKind;
  readonly details: Details;

  /** @param cause the underlying error, only for the log */
  constructor(code: ProblemCode, detail: string, details: Details = {}, cause?: unknown) {
    super(detail, { cause });
    this.name = 'ProblemError';
    this.code = code;
    this.kind = details.kind ?? kindsOfCodes[code] ?? (problems[code].again === 'later' ? 'transient' : 'final');
    this.details = details;
  }
}

/** A fault in a field of a request: its JSON pointer, and what was expected there. */
export type InputFault = NonNullable<Problem['errors']>[number];

/** A problem whose detail is made of these faults. */
export function inputProblem(code: ProblemCode, ...errors: readonly InputFault[]): ProblemError {
  const detail = errors.map((fault) => `${fault.pointer || 'body'}: ${fault.detail}`).join('; ');
  return new ProblemError(code, detail, { errors: [...errors] });
}

export function invalidRequest(...errors: readonly InputFault[]): ProblemError {
  return inputProblem('invalid-request', ...errors);
}

/** A refused call as a problem: nothing happened, for certain. */
export function refusalProblem(provider: string, refusal: Refusal, operation?: string): ProblemError {
  const details: Details = {
    outcome: 'refused',
    provider: { name: provider, code: refusal.code, message: refusal.message },
    ...(operation === undefined ? {} : { operation }),
  };
  // A refusal with a provider's code means that the provider was reached and did nothing.
  if (refusal.reason === 'not_sent' || (refusal.reason === 'unavailable' && refusal.code === null)) {
    return new ProblemError(
      'provider-unreachable',
      'Nothing was sent to the provider. Try again; the Idempotency-Key is not used up.',
      {
        ...details,
        retryAfterSeconds: refusal.retryAfterSeconds ?? 5,
      },
    );
  }
  const isMendable = refusal.reason === 'configuration' || refusal.reason === 'unsupported';
  const hint = isMendable ? ' Once the account is mended, repeat it: the Idempotency-Key is not used up.' : '';
  return new ProblemError(
    'refused-by-provider',
    `The provider refused (${refusal.reason.replaceAll('_', ' ')}); nothing happened.${hint}${waitingHint(refusal)}`,
    refusal.retryAfterSeconds === undefined ? details : { ...details, retryAfterSeconds: refusal.retryAfterSeconds },
  );
}

/** The provider's statement on the next try; empty if there is none. */
export function waitingHint({ retryAfterSeconds: seconds }: Refusal): string {
  return seconds === undefined ? '' : ` It may be asked again in ${seconds} s.`;
}
