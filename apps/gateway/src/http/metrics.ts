import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics.ts';
import type { Services } from '../services.ts';
import { createServer } from './server.ts';

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
  const app = createServer(log, services.config, metricsMethods);
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
