import type { FastifyInstance } from 'fastify';
import type { Services } from '../services.ts';
import { standbyFault } from '../standbys/store.ts';
import { build } from '../version.ts';
import { ProblemError } from './problem.ts';

const well = { status: 'ok', version: build.version };

async function databaseFault({ pool, config }: Services): Promise<string | null> {
  await pool.query('SELECT 1');
  return config.DATABASE_STANDBY === 'required' ? standbyFault(pool) : null;
}

/** `/health/live`: the process answers. `/health/ready`: it can work, which takes its database and not its providers. */
export function healthRoutes(app: FastifyInstance, services: Services): void {
  app.get('/health/live', { schema: { hide: true } }, async () => well);
  app.get('/health/ready', { schema: { hide: true } }, async () => {
    if (app.isEnding) throw new ProblemError('not-ready', 'This process is about to end.', { retryAfterSeconds: 2 });
    const fault = await databaseFault(services).catch(() => 'The database does not answer');
    if (fault !== null) throw new ProblemError('not-ready', `${fault}.`, { retryAfterSeconds: 2 });
    return well;
  });
}
