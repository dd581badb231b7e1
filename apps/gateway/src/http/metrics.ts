import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics.ts';
import type { Services } from '../services.ts';
import { endConnectionsOnClose, silenceMs } from './closing.ts';
import { requireOneMeaning } from './head.ts';
import { frameworkProblem, problemHandling, sendProblem, unstored } from './problem.ts';
import { unreadableRequests } from './unreadable.ts';

/** Counts every answer to an operation, by its name. */
export function countRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', (request, reply, done) => {
    const operation = request.routeOptions.schema?.operationId;
    if (operation !== undefined) {
      metrics.requestAnswered({ operation, status: reply.statusCode, seconds: reply.elapsedTime / 1000 });
    }
    done();
  });
}

/** A service with only `/metrics`, for a port that callers do not reach. */
export function metricsServer(services: Services, log: FastifyBaseLogger): FastifyInstance {
  const unreadable = unreadableRequests(log, metricsMethods);
  const app: FastifyInstance = fastify({
    requestTimeout: services.config.HTTP_REQUEST_TIMEOUT_MS,
    connectionTimeout: silenceMs(services.config),
    http: {
      // Node uses the longer of the two for the whole request.
      headersTimeout: services.config.HTTP_REQUEST_TIMEOUT_MS,
      // Checked below: Node would answer without a body.
      requireHostHeader: false,
    },
    return503OnClosing: false,
    clientErrorHandler: unreadable.refuse,
    frameworkErrors: (error, _request, reply) => {
      sendProblem(reply, frameworkProblem(error));
    },
  });
  unreadable.watch(app.server);
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers({ ...unstored, 'x-request-id': request.id });
    requireOneMeaning(request.raw);
    done();
  });
  endConnectionsOnClose(app);
  problemHandling(app, metricsMethods);
  metricsRoute(app, services);
  return app;
}

export function metricsMethods(path: string): readonly string[] {
  return path === '/metrics' ? ['GET', 'HEAD'] : [];
}

/** `/metrics`, without an API key, because it reveals nothing about any request. */
export function metricsRoute(app: FastifyInstance, services: Services): void {
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    const { type, text } = await services.metrics.text(services);
    return reply.type(type).send(text);
  });
}
