import { isInstant, type Operation, type OperationId, operations, secondsToWait } from '@card-gateway/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Line, type Place } from '../line.ts';
import type { Services } from '../services.ts';
import { sendProblem } from './problem.ts';
import { invalidRequest, ProblemError } from '../problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Time by which it must be answered, by `performance.now()`. */
    deadline: number;
    /** Among those with the same limit that are not answered yet. */
    unanswered: Place<Unanswered> | null;
    /** Of the caller's own, earlier limit. */
    deadlineTimer: NodeJS.Timeout | null;
  }
}

interface Unanswered {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export const deadlineHeader = 'X-Request-Deadline';

/**
 * Answers every operation within its kind's time limit or, if the caller asks, earlier. Work that has begun continues: a write
 * that was sent is recorded even if no one waits for it any more.
 */
export function keepDeadlines(app: FastifyInstance, { config, now }: Pick<Services, 'config' | 'now'>): void {
  const limits = new Map<number, Limit>();
  const deadlines = { read: config.HTTP_READ_DEADLINE_MS, write: config.HTTP_WRITE_DEADLINE_MS };
  /** The limit of its kind, and the time for which the caller lets it be held back. */
  const limitOf = (request: FastifyRequest): Limit => {
    const { effect, heldBy } = operationOf(request);
    const ms = deadlines[effect] + (heldBy === undefined ? 0 : heldMs(request, heldBy));
    const limit = limits.get(ms) ?? new Limit(ms);
    limits.set(ms, limit);
    return limit;
  };
  app.decorateRequest('deadline', Infinity);
  app.decorateRequest('unanswered', null);
  app.decorateRequest('deadlineTimer', null);

  app.addHook('onRequest', (request, reply, done) => {
    limitOf(request).start(request, reply);
    done();
  });
  // Only after authorization: an unauthorized client must not learn anything from the request's validation.
  app.addHook('preParsing', (request, reply, _payload, done) => {
    const leftMs = callersLimitMs(request, now);
    if (leftMs <= 0)
      throw new ProblemError('deadline-exceeded', `${deadlineHeader} had passed when the request arrived.`);
    const deadline = performance.now() + leftMs;
    if (deadline < request.deadline) {
      request.deadline = deadline;
      request.deadlineTimer = setTimeout(() => answerLate(request, reply), leftMs);
    }
    done();
  });
  // An answer that is being sent is not late any more: compressing it takes a while, and a second one would break it.
  app.addHook('onSend', (request, _reply, _payload, done) => {
    request.unanswered?.leave();
    if (request.deadlineTimer !== null) clearTimeout(request.deadlineTimer);
    done();
  });
}

/** A value that is no such time is refused later. */
function heldMs({ query }: FastifyRequest, parameter: string): number {
  const { [parameter]: value } = query as Readonly<Record<string, unknown>>;
  return (secondsToWait(value) ?? 0) * 1000;
}

/** One timer for all requests with the same time limit, because making one for each costs more than keeping their order. */
class Limit {
  readonly #ms: number;
  /** In order of their start. */
  readonly #running = new Line<Unanswered>();
  #timer: NodeJS.Timeout | null = null;

  constructor(ms: number) {
    this.#ms = ms;
  }

  start(request: FastifyRequest, reply: FastifyReply): void {
    request.deadline = performance.now() + this.#ms;
    request.unanswered = this.#running.join({ request, reply });
    if (this.#timer === null) this.#timer = this.#waitFor(this.#ms);
  }

  #waitFor(ms: number): NodeJS.Timeout {
    // A request that is still running keeps the process alive by its connection.
    return setTimeout(() => this.#answerOverdue(), ms).unref();
  }

  #answerOverdue(): void {
    this.#timer = null;
    for (let next = this.#running.first; next !== null; next = this.#running.first) {
      const { request, reply } = next.value;
      const leftMs = request.deadline - performance.now();
      if (leftMs > 0) {
        this.#timer = this.#waitFor(leftMs);
        return;
      }
      next.leave();
      answerLate(request, reply);
    }
  }
}

function answerLate(request: FastifyRequest, reply: FastifyReply): void {
  if (!reply.sent) sendProblem(reply, late[operationOf(request).effect]);
}

const late = {
  read: new ProblemError('deadline-exceeded', 'No answer was ready in time.'),
  write: new ProblemError(
    'deadline-exceeded',
    'No outcome was available in time. Repeat with the same Idempotency-Key to learn it.',
    { outcome: 'unknown' },
  ),
};

function operationOf(request: FastifyRequest): Operation {
  return operations[request.routeOptions.schema?.operationId as OperationId];
}

/** @throws ProblemError 400 if the header is not an instant */
function callersLimitMs(request: FastifyRequest, now: () => number): number {
  const header = request.headers[deadlineHeader.toLowerCase()];
  if (header === undefined) return Infinity;
  if (typeof header === 'string' && isInstant(header)) return Date.parse(header) - now();
  const pointer = `header/${deadlineHeader}`;
  const detail = 'expected an instant of RFC 3339 with its offset, e.g. 2026-11-22T10:00:05.250Z';
  throw invalidRequest({ pointer, detail });
}
