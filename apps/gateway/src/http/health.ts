import type { FastifyInstance } from 'fastify';
import type { Services } from '../services.ts';
import { build } from '../version.ts';
import { ProblemError } from '../problem.ts';

const well = { status: 'ok', version: build.version };

/**
 * `/health/live`: the process answers. `/health/ready`: it can work, which requires its database and its job queue, but not its
 * providers. Both only report known state, so they answer at once whatever is wrong.
 */
export function healthRoutes(app: FastifyInstance, { database, pulse }: Services): void {
  app.get('/health/live', { schema: { hide: true } }, async () => well);
  app.get('/health/ready', { schema: { hide: true } }, async () => {
    const fault = app.isEnding
      ? 'This process is about to end.'
      : (database.fault() ?? (pulse.isLost() ? 'The job queue gives no sign of life.' : null));
    if (fault !== null) throw new ProblemError('not-ready', fault, { retryAfterSeconds: 2 });
    return well;
  });
}
