import { isInstant, type Operation, type OperationId, operations } from '@card-gateway/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Services } from '../services.ts';
import { sendProblem } from './problem.ts';
import { invalidRequest, ProblemError } from '../problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Time by which it must be answered, by `performance.now()`. */
    deadline: number;
    deadlineTimer: NodeJS.Timeout | null;
  }
}

export const deadlineHeader = 'X-Request-Deadline';

/**
 * Answers every operation within its kind's time limit or, if the caller asks, earlier. Work that has begun continues: a write
 * that was sent is recorded even if no one waits for it any more.
 */
export function keepDeadlines(app: FastifyInstance, { config, now }: Pick<Services, 'config' | 'now'>): void {
  const longestMs = { read: config.HTTP_READ_DEADLINE_MS, write: config.HTTP_WRITE_DEADLINE_MS };
  app.decorateRequest('deadline', Infinity);
  app.decorateRequest('deadlineTimer', null);

  const answerWithin = (leftMs: number, request: FastifyRequest, reply: FastifyReply): void => {
    const { effect } = operationOf(request);
    request.deadline = performance.now() + leftMs;
    request.deadlineTimer = setTimeout(() => {
      if (!reply.sent) sendProblem(reply, late[effect]);
    }, leftMs);
  };
  app.addHook('onRequest', (request, reply, done) => {
    answerWithin(longestMs[operationOf(request).effect], request, reply);
    done();
  });
  // Only after authorization: an unauthorized client must not learn anything from the request's validation.
  app.addHook('preParsing', (request, reply, _payload, done) => {
    const leftMs = callersLimitMs(request, now);
    if (leftMs <= 0)
      throw new ProblemError('deadline-exceeded', `${deadlineHeader} had passed when the request arrived.`);
    if (performance.now() + leftMs < request.deadline) {
      clearTimer(request);
      answerWithin(leftMs, request, reply);
    }
    done();
  });
  app.addHook('onResponse', (request, _reply, done) => {
    clearTimer(request);
    done();
  });
}

function clearTimer({ deadlineTimer }: FastifyRequest): void {
  if (deadlineTimer !== null) clearTimeout(deadlineTimer);
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
