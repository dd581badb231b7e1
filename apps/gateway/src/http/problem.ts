import { STATUS_CODES } from 'node:http';
import { redact } from '@card-gateway/core';
import { type Problem, type ProblemCode, problemMediaType, problems, problemType } from '@card-gateway/contract';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isDatabaseFailure } from '../database-failure.ts';
import { invalidRequest, ProblemError } from '../problem.ts';

/** A problem at the HTTP level, with additional headers for its answer. */
export class HttpProblem extends ProblemError {
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, detail: string, headers: Readonly<Record<string, string>>) {
    super(code, detail);
    this.headers = headers;
  }
}

/** The required credentials, in the form of RFC 6750, section 3. */
export const bearerChallenge = 'Bearer realm="card-gateway"';

/** A challenge, where another key would help. */
function challengeOf({ code, details: { scopes = [] } }: ProblemError): Record<string, string> {
  if (problems[code].status === 401) return { 'www-authenticate': bearerChallenge };
  if (scopes.length === 0) return {};
  return { 'www-authenticate': `${bearerChallenge}, error="insufficient_scope", scope="${scopes.join(' ')}"` };
}

/** Turns a problem into an HTTP answer: the only place that maps it to status, headers and body. */
export function answerWith(
  error: ProblemError,
  requestId: string,
): { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Problem } {
  const { status, body } = problemAnswer(error, requestId);
  const { retryAfterSeconds } = error.details;
  const headers = {
    ...unstored,
    'x-request-id': requestId,
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    ...challengeOf(error),
    ...(error instanceof HttpProblem ? error.headers : {}),
    'content-type': problemMediaType,
  };
  return { status, headers, body };
}

/** The status and body of a problem, as sent to callers, and as stored by the ledger for repeats. */
export function problemAnswer(
  error: ProblemError,
  requestId: string,
): { readonly status: number; readonly body: Problem } {
  const { status, title } = problems[error.code];
  const { retryAfterSeconds: _retry, scopes: _scopes, kind: _kind, ...details } = error.details;
  const type = problemType(error.code);
  const body = { type, title, status, detail: error.message, code: error.code, requestId, ...details };
  return { status, body };
}

/** Headers of every answer: any may contain card data, which intermediaries must not cache or reinterpret. */
export const unstored = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

export function sendProblem(reply: FastifyReply, error: ProblemError): FastifyReply {
  const { status, headers, body } = answerWith(error, reply.request.id);
  return reply.code(status).headers(headers).serializer(JSON.stringify).send(body);
}

/** Turns errors of every layer into problems: ours, the validator's, the framework's, the database's. */
export function problemHandling(app: FastifyInstance, allowedMethods: (path: string) => readonly string[]): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const problem = asProblem(error, request);
    // Logging an error for each deliberately rejected request would add to the load. The request itself is logged.
    const isMeant = problem.kind === 'rejected' || problem.code === 'deadline-exceeded';
    if (problems[problem.code].status >= 500 && !isMeant) {
      request.log.error({ err: error }, 'request failed');
    }
    return sendProblem(reply, problem);
  });
  const nothingAt = ({ method, url }: FastifyRequest): ProblemError => {
    const path = url.replace(/^https?:\/\/[^/?]+/i, '').split('?', 1)[0] ?? '';
    const allowed = allowedMethods(path);
    // Files in a folder are looked up by name, so a path of this shape may match none.
    return allowed.length === 0 || allowed.includes(method)
      ? new ProblemError('not-found', `There is nothing at ${method} ${pathOnly(path)}.`)
      : methodNotAllowed(allowed);
  };
  // Before the body is read, which would be pointless.
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.is404) throw nothingAt(request);
    done();
  });
}

/** @param allowed the methods that the path supports */
export function methodNotAllowed(allowed: readonly string[]): ProblemError {
  const headers = { allow: allowed.join(', ') };
  return new HttpProblem('method-not-allowed', `This path takes ${allowed.join(' and ')}.`, headers);
}

/** A path that matches no route may contain anything, even a card number: only its shape is repeated. */
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

export function frameworkProblem(error: FastifyError): ProblemError {
  return frameworkProblems[error.code]?.(error) ?? new ProblemError('malformed-request', 'This path cannot be read.');
}

const contexts = { body: '', querystring: 'query', params: 'path', headers: 'header' } as const;

function validationProblem(error: FastifyError): ProblemError {
  const place = contexts[(error.validationContext ?? 'body') as keyof typeof contexts] ?? '';
  const errors = (error.validation ?? []).map(({ instancePath, message = '' }) => ({
    pointer: `${place}${instancePath}`,
    detail: message,
  }));
  return invalidRequest(...errors);
}
