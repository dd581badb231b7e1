import type { Problem } from './api.ts';

/** What a caller decides by: a switch over it knows the codes of this version, and others may come. */
export type ProblemCode = Problem['code'];

/**
 * The gateway answered with a problem. Decide by `code`. Neither the API key nor the request is part of it, so it may
 * be logged.
 */
export class GatewayProblem extends Error {
  override readonly name = 'GatewayProblem';
  /** The whole answer, in the form of RFC 9457. */
  readonly problem: Problem;
  /** How long the gateway asks to wait, in milliseconds; null when it does not say. */
  readonly retryAfterMs: number | null;
  /** The key of the write: repeat with it what may be repeated. Null for a read. */
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
 * No answer of the gateway came: the connection failed, time ran out, or something else (a proxy) answered. A write may
 * have happened; call again with the same `idempotencyKey` to learn what became of it without doing it twice.
 */
export class GatewayUnreachable extends Error {
  override readonly name = 'GatewayUnreachable';
  /** Node's or undici's error code (`ECONNREFUSED`, `TimeoutError`), or the HTTP status of an answer from elsewhere. */
  readonly reason: string;
  /** The key of the write; null for a read. */
  readonly idempotencyKey: string | null;

  // The error underneath is not kept as `cause`: only its code is known to hold nothing of the request.
  constructor(operation: string, reason: string, idempotencyKey: string | null) {
    super(`${operation}: no answer from the gateway (${reason})`);
    this.reason = reason;
    this.idempotencyKey = idempotencyKey;
  }
}
