import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../problem.ts';

/** Of one connection. Proxies and clients send one request after the other, and hardly any more. */
const mostUnanswered = 16;

/**
 * Refuses requests of a connection that has many without an answer. Otherwise one that never waits for answers could begin any
 * number at once. Of what it sends on, Node soon reads no more, because nothing takes the refusals. Its hooks must be the first.
 */
export function limitPipelining(app: FastifyInstance): void {
  const unanswered = new WeakMap<Socket, number>();
  app.addHook('onRequest', ({ raw: { socket } }, _reply, done) => {
    const count = (unanswered.get(socket) ?? 0) + 1;
    unanswered.set(socket, count);
    if (count <= mostUnanswered) {
      done();
      return;
    }
    const detail = `This connection has ${mostUnanswered} requests without an answer; nothing was done. Wait for some, and try again.`;
    throw new ProblemError('overloaded', detail, { retryAfterSeconds: 1 });
  });
  // It is not called where the connection has broken.
  app.addHook('onResponse', ({ raw: { socket } }, _reply, done) => {
    unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1);
    done();
  });
}
