import {
  createsResource,
  type Operation,
  type OperationId,
  type Operations,
  operations,
  problemMediaType,
} from '@card-gateway/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { WriteAnswer, WriteRequest } from '../ledger/write.ts';
import { type Caller, requireScope } from '../caller.ts';
import type { Authentication } from './auth.ts';
import { inputProblem, invalidRequest, ProblemError } from '../problem.ts';
import type { Work } from '../work.ts';

type Parsed<Id extends OperationId, Part extends 'params' | 'query' | 'body'> =
  Operations[Id] extends Record<Part, infer Schema> ? (Schema extends z.ZodType ? z.output<Schema> : never) : undefined;
type Reply<Id extends OperationId> = z.output<Operations[Id]['success']['schema']>;

/** A validated call of one operation. */
export interface Call<Id extends OperationId> {
  readonly caller: Caller;
  readonly params: Parsed<Id, 'params'>;
  readonly query: Parsed<Id, 'query'>;
  readonly body: Parsed<Id, 'body'>;
  readonly requestId: string;
  readonly work: Work;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
  }
  interface FastifyInstance {
    running: Running;
    authentication: Authentication;
  }
}

/**
 * Serves a read: 200 with the result of `act`.
 *
 * @param onProblem called with each problem before it is sent as the answer; never rejects
 */
export function mount<Id extends OperationId>(
  app: FastifyInstance,
  id: Id,
  act: (call: Call<Id>) => Promise<Reply<Id>>,
  onProblem?: (request: FastifyRequest, problem: ProblemError) => Promise<void>,
): void {
  const { status } = operations[id].success;
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const answer = await act(callOf<Id>(request));
    if (reply.sent) return undefined;
    reply.code(status);
    return answer;
  };
  route(app, id, handler, onProblem);
}

/** Serves a read whose answer is JSON already, written by the contract's schema of it or of its rows. */
export function mountWritten<Id extends OperationId>(
  app: FastifyInstance,
  id: Id,
  act: (call: Call<Id>) => Promise<string>,
): void {
  route(app, id, async (request, reply) => {
    const text = await act(callOf<Id>(request));
    if (reply.sent) return undefined;
    reply.type('application/json; charset=utf-8').serializer(String);
    return text;
  });
}

/** Serves a write: requires an Idempotency-Key, and answers with its {@link WriteAnswer}. */
export function mountWrite<Id extends OperationId>(
  app: FastifyInstance,
  id: Id,
  act: (call: Call<Id> & { readonly write: WriteRequest }) => Promise<WriteAnswer>,
): void {
  route(app, id, async (request, reply) => {
    const call = callOf<Id>(request);
    const write: WriteRequest = {
      caller: call.caller,
      idempotencyKey: idempotencyKey(request),
      ...comparedBy(id, call),
      requestId: request.id,
      work: call.work,
    };
    const answer = await act({ ...call, write });
    if (reply.sent) return undefined;
    if (answer.replayed) reply.header('idempotent-replayed', 'true');
    const location = answer.location ?? createdAt(id, answer);
    if (location !== null) reply.header('location', location);
    if (answer.retryAfterSeconds !== undefined) reply.header('retry-after', String(answer.retryAfterSeconds));
    // A refusal is stored and repeated as the original problem.
    if (answer.status >= 400) {
      reply.type(problemMediaType).serializer(JSON.stringify);
    }
    reply.code(answer.status);
    return answer.body;
  });
}

/** The path of the resource that a write created. */
function createdAt(id: OperationId, { status, body }: WriteAnswer): string | null {
  const operation: Operation = operations[id];
  if (!createsResource(operation) || status !== operation.success.status) return null;
  return `${operation.path}/${(body as { readonly id: string }).id}`;
}

/** The text by which repeats of a write are compared. */
function comparedBy<Id extends OperationId>(
  id: Id,
  { params, body }: Call<Id>,
): Pick<WriteRequest, 'resource' | 'text' | 'isPartial'> {
  const { neverKept = [] }: Operation = operations[id];
  const kept = body && Object.fromEntries(Object.entries(body).filter(([name]) => !neverKept.includes(name)));
  return {
    resource: (params as { readonly id: string } | undefined)?.id ?? null,
    text: JSON.stringify([id, params ?? null, kept ?? null]),
    isPartial: neverKept.length > 0,
  };
}

/** @param handler returns the body of the answer, or undefined if it was sent before */
function route(
  app: FastifyInstance,
  id: OperationId,
  handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
  onProblem?: (request: FastifyRequest, problem: ProblemError) => Promise<void>,
): void {
  const act = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    app.running.begin();
    try {
      return await handler(request, reply);
    } catch (error) {
      if (!reply.sent) throw error;
      request.log.warn({ err: error }, 'failed after its deadline');
      return undefined;
    } finally {
      app.running.end(request);
    }
  };
  serve(app, id, act, onProblem);
}

/** @param handler returns the body of the answer, or undefined if it sends it itself */
export function serve(
  app: FastifyInstance,
  id: OperationId,
  handler: (request: FastifyRequest, reply: FastifyReply) => unknown,
  onProblem?: (request: FastifyRequest, problem: ProblemError) => Promise<void>,
): void {
  const { method, path, params, query, body, scopes, success, effect, resolvesAtOnce }: Operation = operations[id];
  const isPage = query instanceof z.ZodObject && 'limit' in query.shape;
  const passOn = async (fault: Error, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (fault instanceof ProblemError) await onProblem?.(request, fault);
    if (!reply.sent) void reply.send(fault);
  };
  app.route({
    method,
    url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
    schema: {
      operationId: id,
      ...(params && { params }),
      querystring: query ?? noQuery,
      ...(body && { body }),
      response: {
        [success.status]: success.schema,
        ...(effect === 'write' && resolvesAtOnce !== true && { 202: success.schema }),
      },
    },
    onRequest: (request, _reply, done) => {
      requireScope(callerOf(request), scopes);
      done();
    },
    // If a caller could add to an answer with secrets and observe its size, compression would leak them (BREACH).
    compress: scopes.some((scope) => scope.endsWith(':reveal')) ? false : {},
    preHandler: [...(body === undefined ? [requireNoBody] : []), ...(isPage ? [app.turns.take] : [])],
    ...(onProblem && {
      // Not an `onError` hook: while one runs, no deadline could answer.
      errorHandler: (fault, request, reply) => void passOn(fault, request, reply),
    }),
    handler,
  });
}

/** Counts the in-flight operations, including those whose caller disconnected or already got a 504. */
class Running {
  #count = 0;
  readonly #none = Promise.withResolvers<void>();
  #isAwaited = false;

  begin(): void {
    this.#count += 1;
  }

  /** Its turn ends with it. */
  end(request: FastifyRequest): void {
    this.#count -= 1;
    if (this.#isAwaited && this.#count === 0) this.#none.resolve();
    request.turn?.end();
  }

  /** Resolves once there is none. */
  async none(): Promise<void> {
    this.#isAwaited = true;
    if (this.#count > 0) await this.#none.promise;
  }
}

/** Delays closing until all operations have finished: their work may continue after the answer. */
export function finishOperations(app: FastifyInstance): void {
  const running = new Running();
  app.decorate('running', running);
  app.addHook('onClose', () => running.none());
}

/** Authenticates before anything of the request is read, and passes the caller on. */
export function authenticated(app: FastifyInstance, authentication: Authentication): void {
  app.decorate('authentication', authentication);
  app.decorateRequest('caller', null);
  app.addHook('onRequest', (request, _reply, done) => {
    const caller = authentication.authenticate(request);
    if (caller instanceof Promise) {
      void waitFor(caller, request, done);
      return;
    }
    request.caller = caller;
    done();
  });
}

async function waitFor(caller: Promise<Caller>, request: FastifyRequest, done: (error?: Error) => void): Promise<void> {
  try {
    request.caller = await caller;
  } catch (error) {
    done(error as Error);
    return;
  }
  done();
}

function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new ProblemError('unauthenticated', 'An API key is needed.');
  return request.caller;
}

/** For operations without query parameters: sending one is a mistake that must not go unnoticed. */
const noQuery = z.strictObject({});

/** The same for a body; an empty object counts as none. @throws ProblemError 400 */
function requireNoBody(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  const body = request.body ?? {};
  if (typeof body !== 'object' || Array.isArray(body) || Object.keys(body).length > 0) {
    throw invalidRequest({ pointer: '', detail: 'expected no body: this operation takes none' });
  }
  // A repeat without a body is the same request.
  request.body = undefined;
  done();
}

const traceparentShape = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

export function callOf<Id extends OperationId>(request: FastifyRequest): Call<Id> {
  const { traceparent } = request.headers;
  return {
    caller: callerOf(request),
    params: request.params as Parsed<Id, 'params'>,
    query: request.query as Parsed<Id, 'query'>,
    body: request.body as Parsed<Id, 'body'>,
    requestId: request.id,
    work: {
      deadline: request.deadline,
      traceparent: typeof traceparent === 'string' && traceparentShape.test(traceparent) ? traceparent : undefined,
    },
  };
}

const keyShape = /^[\x21-\x7e]{1,255}$/;
/** A quoted string of RFC 8941, as the IETF draft requires, without its quotes. */
const quotedShape = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

/** The key, quoted or not. @throws ProblemError 400 if the header is missing or unusable */
function idempotencyKey(request: FastifyRequest): string {
  const header = request.headers['idempotency-key'];
  const pointer = 'header/Idempotency-Key';
  if (typeof header !== 'string' || header === '') {
    const detail = 'expected a key of your own making, new for each write and the same for its repeats, e.g. a UUID';
    throw inputProblem('idempotency-key-missing', { pointer, detail });
  }
  const quoted = quotedShape.exec(header)?.[1]?.replaceAll(/\\(.)/g, '$1');
  const isHalfQuoted = quoted === undefined && (header.startsWith('"') || header.endsWith('"'));
  const key = quoted ?? header;
  if (isHalfQuoted || !keyShape.test(key)) {
    const detail = 'expected 1 to 255 visible ASCII characters, in quotes or without any';
    throw invalidRequest({ pointer, detail });
  }
  return key;
}
