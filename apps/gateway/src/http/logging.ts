import type { FastifyInstance } from 'fastify';

/** Statuses that deny access. */
const turnsAway: ReadonlySet<number> = new Set([401, 403, 429]);

/** Logs each answered request by its route, never by its URL. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    const fields = {
      method: request.method,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      tenant: request.caller?.tenant,
      caller: request.caller?.caller,
      // A denied client may be unknown otherwise.
      client: turnsAway.has(reply.statusCode) ? request.ip : undefined,
    };
    if (route.startsWith('/health')) request.log.debug(fields, 'answered');
    else request.log.info(fields, 'answered');
    done();
  });
}
