import type { Problem } from './api.ts';

/** For decisions in code: this version's codes; newer ones may occur. */
export type ProblemCode = Problem['code'];

/** The gateway answered with a problem. Decide by `code`. It contains neither the API key nor the request, so it can be logged. */
export class GatewayProblem extends Error {
  override readonly name = 'GatewayProblem';
  /** The whole problem, in the form of RFC 9457. */
  readonly problem: Problem;
  /** The wait that the gateway asks for, in milliseconds; null if it states none. */
  readonly retryAfterMs: number | null;
  /** The write's key, to repeat what may be repeated. Null for a read. */
  readonly idempotencyKey: string | null;

  constructor(operation: string, problem: Problem, retryAfterMs: number | null, idempotencyKey: string | null) {
    super(`${operation}: ${problem.status} ${problem.code}: ${problem.detail} (request ${problem.requestId})`);
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
    this.idempotencyKey = idempotencyKey;
  }

  get code(): ProblemCode {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }

  get requestId(): string {
    return this.problem.requestId;
  }
}

/**
 * The gateway did not answer: the connection failed, time ran out, or something else (a proxy) answered. A write may have
 * happened; repeat it with the same `idempotencyKey` to learn its outcome without doing it twice.
 */
export class GatewayUnreachable extends Error {
  override readonly name = 'GatewayUnreachable';
  /** Node's or undici's error code (`ECONNREFUSED`, `TimeoutError`), or the HTTP status of a foreign answer. */
  readonly reason: string;
  /** The key of the write; null for a read. */
  readonly idempotencyKey: string | null;

  // The underlying error is not kept as `cause`: only its code is known to contain nothing of the request.
  constructor(operation: string, reason: string, idempotencyKey: string | null) {
    super(`${operation}: no answer from the gateway (${reason})`);
    this.reason = reason;
    this.idempotencyKey = idempotencyKey;
  }
}

/**
 * The events behind the cursor are no longer kept, so some were missed: read the resources anew, then go on from
 * `oldestCursor`.
 */
export class CursorExpired extends Error {
  override readonly name = 'CursorExpired';
  /** Give it as `after` to read all events that are still kept. */
  readonly oldestCursor: string;

  constructor(detail: string, oldestCursor: string) {
    super(detail);
    this.oldestCursor = oldestCursor;
  }
}
