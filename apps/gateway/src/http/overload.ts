import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { watchHeap } from './heap.ts';
import { ProblemError } from '../problem.ts';

/**
 * Rejects requests before any work while the event loop is too slow or the heap too full. Applies only to its own scope: health
 * and metrics are still answered.
 */
export async function shedLoad(app: FastifyInstance, config: Config): Promise<void> {
  const turnAway = (): never => {
    throw new ProblemError('overloaded', 'The gateway has too much to do; nothing was done. Try again in a moment.', {
      retryAfterSeconds: 1,
    });
  };
  await app.register(underPressure, {
    maxEventLoopDelay: config.OVERLOAD_EVENT_LOOP_DELAY_MS,
    pressureHandler: turnAway,
  });
  if (config.OVERLOAD_HEAP_BYTES === 0) return;
  const heap = watchHeap(config.OVERLOAD_HEAP_BYTES);
  app.addHook('onRequest', (_request, _reply, done) => {
    if (heap.isFull()) turnAway();
    done();
  });
}
