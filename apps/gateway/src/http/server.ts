import type { Server } from 'node:http';
import fastify, { type FastifyBaseLogger, type FastifyHttpOptions, type FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { endConnectionsOnClose, silenceMs } from './closing.ts';
import { requireOneMeaning } from './head.ts';
import { limitPipelining } from './pipelining.ts';
import { frameworkProblem, problemHandling, sendProblem, unstored } from './problem.ts';
import { unreadableRequests } from './unreadable.ts';

/**
 * A server without routes. It answers whatever arrives, HTTP or not, within its time limits, and faults as problems.
 *
 * @param methodsOf the methods that a path supports
 */
export function createServer(
  log: FastifyBaseLogger,
  config: Config,
  methodsOf: (path: string) => readonly string[],
  options: FastifyHttpOptions<Server> = {},
): FastifyInstance {
  const unreadable = unreadableRequests(log, methodsOf);
  const app: FastifyInstance = fastify({
    ...options,
    requestTimeout: config.HTTP_REQUEST_TIMEOUT_MS,
    connectionTimeout: silenceMs(config),
    return503OnClosing: false,
    clientErrorHandler: unreadable.refuse,
    http: {
      // Node applies the longer of the two to the whole request, and defaults to a minute for the headers.
      headersTimeout: config.HTTP_REQUEST_TIMEOUT_MS,
      // Node checks for overdue requests only this often; the default is 30 s.
      connectionsCheckingInterval: 1000,
      // Checked below, because Node would answer a request without Host with an empty 400.
      requireHostHeader: false,
    },
    frameworkErrors: (error, _request, reply) => {
      sendProblem(reply, frameworkProblem(error));
    },
  });
  unreadable.watch(app.server);
  limitPipelining(app);
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers({ ...unstored, 'x-request-id': request.id });
    requireOneMeaning(request.raw);
    done();
  });
  endConnectionsOnClose(app);
  problemHandling(app, methodsOf);
  return app;
}
