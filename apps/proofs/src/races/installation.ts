import { join } from 'node:path';
import { migrate } from '@card-gateway/database/migrate';
import { runtimeRole } from '@card-gateway/database/roles';
import { startServer } from '../bench/database.ts';
import { orderable } from '../bench/gateways.ts';
import { install } from '../bench/installation.ts';
import { start, startProvider } from '../bench/process.ts';
import type { Target } from '../bench/target.ts';
import { compileCache, createKey } from '../chaos/installation.ts';
import { plantFault } from '../chaos/mutations.ts';
import type { RaceMutation } from './options.ts';

/** Two gateway processes with one database and one provider. */
export interface RaceInstallation {
  readonly ports: readonly [number, number];
  readonly headers: Target['headers'];
  readonly orders: Target['orders'];
  readonly providerPort: number;
  /** Tells what the database has, and its server has seen. */
  count(): Promise<{ readonly operations: number; readonly cards: number; readonly deadlocks: number }>;
}

/** @param undo ends everything */
export async function installRace(
  mutation: RaceMutation | null,
  shipped: readonly string[],
  undo: AsyncDisposableStack,
): Promise<RaceInstallation> {
  const planted = await plantFault(mutation, shipped);
  undo.defer(() => planted.remove());
  const installation = await install();
  undo.defer(() => installation.remove());
  const { folder, yixinAnswer } = installation;
  const server = await startServer(undo);
  const { pool, url, ownerUrl } = await server.create('races');
  await migrate(ownerUrl, { runtimeRole });
  const provider = await startProvider('provider.ts', { yixinAnswer }, folder, undo);
  const environment = await installation.gatewayEnvironment(provider.port);
  const open = async (name: string): Promise<number> => {
    const running = await start({
      name,
      words: () => planted.words,
      folder,
      environment: (port) => ({
        ...environment,
        ...compileCache,
        PORT: String(port),
        METRICS_PORT: 'off',
        DATABASE_URL: url,
        // Here the processes wait for each other, and for whatever else runs on the machine: that is no overload.
        OVERLOAD_EVENT_LOOP_DELAY_MS: '0',
      }),
      log: join(folder, `${name}.log`),
    });
    undo.defer(() => running.stop());
    return running.port;
  };
  const ports = await Promise.all([open('one'), open('other')]);
  const headers = { authorization: `Bearer ${await createKey(url, 'races')}` };
  const orders = await orderable(ports[0], headers);
  return {
    ports,
    headers,
    orders,
    providerPort: provider.port,
    count: async () => {
      const { rows } = await pool.query<{ operations: number; cards: number; deadlocks: number }>(
        `SELECT (SELECT count(*) FROM operations WHERE type = 'issueCard' AND state = 'succeeded')::integer AS operations,
           (SELECT count(*) FROM cards WHERE provider_ref IS NOT NULL)::integer AS cards,
           (SELECT deadlocks FROM pg_stat_database WHERE datname = current_database())::integer AS deadlocks`,
      );
      const [counts] = rows;
      if (counts === undefined) throw new Error('One row is counted.');
      return counts;
    },
  };
}
