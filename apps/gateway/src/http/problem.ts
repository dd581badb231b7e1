import { STATUS_CODES } from 'node:http';
import { redact, type Refusal } from '@card-gateway/core';
import {
  type Problem,
  type ProblemCode,
  problemMediaType,
  problems,
  problemType,
  type Scope,
} from '@card-gateway/contract';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

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

/** What a key must be or have, as RFC 6750 says it (section 3); null where no other key would help. */
function challengeOf({ code, details: { scopes = [], isTokenInvalid = false } }: ProblemError): string | null {
  const challenge = 'Bearer realm="card-gateway"';
  if (problems[code].status === 401) return isTokenInvalid ? `${challenge}, error="invalid_token"` : challenge;
  return scopes.length === 0 ? null : `${challenge}, error="insufficient_scope", scope="${scopes.join(' ')}"`;
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

/** Headers of every answer: any may hold card data, which nobody on the way may keep or read as something else than it is. */
export const unstored = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

/** Answers with a problem and the headers that belong to it. */
export function sendProblem(reply: FastifyReply, error: ProblemError): FastifyReply {
  const body = problemBody(error, reply.request.id);
  // No hook has run where the URL was not readable.
  reply.headers({ ...error.details.headers, ...unstored, 'x-request-id': body.requestId });
  if (error.details.retryAfterSeconds !== undefined)
    reply.header('retry-after', String(error.details.retryAfterSeconds));
  const challenge = challengeOf(error);
  if (challenge !== null) reply.header('www-authenticate', challenge);
  return reply.code(body.status).type(problemMediaType).serializer(JSON.stringify).send(body);
}

/** Makes every error of every layer a problem: ours, the validator's, the framework's, the database's. */
export function problemHandling(app: FastifyInstance, allowedMethods: (path: string) => readonly string[]): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const problem = asProblem(error, request);
    if (problems[problem.code].status >= 500 && !turnedAway.has(problem.code)) {
      request.log.error({ err: error }, 'request failed');
    }
    return sendProblem(reply, problem);
  });
  const nothingAt = ({ method, url }: FastifyRequest): ProblemError => {
    const path = url.replace(/^https?:\/\/[^/?]+/i, '').split('?', 1)[0] ?? '';
    const allowed = allowedMethods(path);
    return allowed.length === 0
      ? new ProblemError('not-found', `There is nothing at ${method} ${pathOnly(path)}.`)
      : methodNotAllowed(allowed);
  };
  // Before its body is read: whatever is wrong with that, nobody would take it.
  app.addHook('onRequest', async (request) => {
    if (request.is404) throw nothingAt(request);
  });
}

/** @param allowed the methods that the path takes */
export function methodNotAllowed(allowed: readonly string[]): ProblemError {
  const headers = { allow: allowed.join(', ') };
  return new ProblemError('method-not-allowed', `This path takes ${allowed.join(' and ')}.`, { headers });
}

/** Answers to a load that is meant to be turned away: an error of each would add to it. The request itself is logged. */
const turnedAway: ReadonlySet<ProblemCode> = new Set([
  'account-busy',
  'circuit-open',
  'overloaded',
  'deadline-exceeded',
]);

/** A path that matches no route may be anything, a card number too: only its shape is repeated. */
function pathOnly(path: string): string {
  return redact(path)?.slice(0, 100) ?? '/';
}

function asProblem(error: FastifyError, request: FastifyRequest): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error.validation !== undefined) return validationProblem(error);
  const code = frameworkProblems[error.code];
  if (code !== undefined) return code(error);
  if (isDatabaseFailure(error)) {
    return new ProblemError(
      'database-unavailable',
      'The database did not answer; no write was sent to a provider. Try again.',
      {
        retryAfterSeconds: 2,
      },
    );
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new ProblemError('malformed-request', STATUS_CODES[error.statusCode] ?? 'The request could not be read.');
  }
  return new ProblemError(
    'internal-error',
    `The gateway failed. The log has the cause under request id ${request.id}.`,
  );
}

const malformed = (detail: string) => (): ProblemError => new ProblemError('malformed-request', detail);
const frameworkProblems: Readonly<Record<string, (error: FastifyError) => ProblemError>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: malformed('The body is not valid JSON.'),
  FST_ERR_CTP_EMPTY_JSON_BODY: malformed('The body is empty; expected a JSON object.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: malformed('The body is not as long as its Content-Length says.'),
  FST_ERR_BAD_URL: malformed('The path is not a valid URL path.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new ProblemError('unsupported-media-type', 'Expected Content-Type: application/json.', {
      errors: [{ pointer: 'header/Content-Type', detail: 'expected application/json' }],
    }),
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new ProblemError('payload-too-large', 'The body is larger than this gateway takes.'),
  FST_ERR_MAX_PARAM_LENGTH: () => new ProblemError('uri-too-long', 'The path is longer than this gateway takes.'),
};

/** The problem with a request that the framework could find no route for. */
export function frameworkProblem(error: FastifyError): ProblemError {
  return frameworkProblems[error.code]?.(error) ?? new ProblemError('malformed-request', 'This path cannot be read.');
}

/**
 * SQLSTATE, whole or by its class. 25006 is a read-only server, 25P02 what follows another failure in its transaction, 40003
 * a commit that nobody confirmed.
 */
const databaseFailure = /^(08|25006$|25P02$|40001$|40003$|40P01$|53|55P03$|57|58)/;
const connectionFailure = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
const poolFailure =
  /timeout exceeded when trying to connect|Connection terminated|Query read timeout|Cannot use a pool after|is not queryable/;

/** Whether an error says that the database is away or overloaded, rather than that a statement was wrong. */
export function isDatabaseFailure(error: Error & { code?: string; severity?: string; routine?: string }): boolean {
  const { code = '', severity, routine } = error;
  if (connectionFailure.has(code) || (severity !== undefined && databaseFailure.test(code))) return true;
  // FATAL is said of a connection, never of a statement: e.g. the server takes no connections to this database now.
  if (severity === 'FATAL' || severity === 'PANIC') return true;
  // A statement that was prepared before a column changed its type; on a new connection it is prepared anew.
  if (code === '0A000' && routine === 'RevalidateCachedQuery') return true;
  return poolFailure.test(error.message);
}

const contexts = { body: '', querystring: 'query', params: 'path', headers: 'header' } as const;

function validationProblem(error: FastifyError): ProblemError {
  const place = contexts[(error.validationContext ?? 'body') as keyof typeof contexts] ?? '';
  const errors = (error.validation ?? []).map(({ instancePath, message = '' }) => ({
    pointer: `${place}${instancePath}`,
    detail: message,
  }));
  return new ProblemError(
    'invalid-request',
    errors.map(({ pointer, detail }) => `${pointer || 'body'}: ${detail}`).join('; '),
    { errors },
  );
}
