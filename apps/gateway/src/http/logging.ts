import { redact } from '@card-gateway/core';
import type { FastifyInstance } from 'fastify';
import { type DestinationStream, type Logger, pino } from 'pino';

/**
 * The log: JSON lines on standard output. Nothing of a request is logged but method, route pattern, status, time and
 * caller; of an error its kind, its redacted message and its frames, because a database error quotes the row.
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: errorForLog } };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** An error as it may be logged. */
export function errorForLog(
  error: Error & { code?: string; constraint?: string; cause?: unknown },
): Record<string, unknown> {
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return {
    type: error.name,
    code: error.code,
    constraint: error.constraint,
    message: redact(error.message),
    frames: frames.slice(0, 12),
    ...(error.cause instanceof Error && { cause: errorForLog(error.cause) }),
  };
}

/** Logs each answered request, by its route and never by its URL. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const fields = {
      method: request.method,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      tenant: request.caller?.tenant,
      caller: request.caller?.caller,
    };
    if (route.startsWith('/health')) request.log.debug(fields, 'answered');
    else request.log.info(fields, 'answered');
  });
}
