import { join } from 'node:path';
import { migrate } from '@card-gateway/database/migrate';
import { runtimeRole } from '@card-gateway/database/roles';
import { type Sandbox, type SandboxConfig, startSandbox } from '@card-gateway/sandbox';
import { start } from './bench/process.ts';
import { install } from './chaos/installation.ts';
import { startPostgres } from './chaos/postgres.ts';

export interface OneGateway {
  readonly url: string;
  /** A key with the scope `admin`. */
  readonly apiKey: string;
  readonly sandbox: Sandbox;
  /** Connection string of the database's owner. */
  readonly ownerUrl: string;
}

/**
 * Starts one production gateway with its own PostgreSQL and sandbox, for a proof that breaks none of them: no relay is between
 * them, which would be part of what the proof measures.
 *
 * @param shipped arguments of Node that start the built gateway
 * @param name of the gateway, and of the key's caller
 * @param undo ends everything
 * @param settings of the gateway, besides those of all proofs
 */
export async function startOneGateway(
  shipped: readonly string[],
  name: string,
  sandboxConfig: SandboxConfig,
  undo: AsyncDisposableStack,
  settings: NodeJS.ProcessEnv = {},
): Promise<OneGateway> {
  const postgres = await startPostgres();
  undo.defer(() => postgres.remove());
  const sandbox = await startSandbox(sandboxConfig);
  undo.defer(() => sandbox.close());
  await migrate(postgres.ownerUrl, { runtimeRole });
  const installation = await install(sandbox, () => postgres.url, settings);
  undo.defer(() => installation.remove());
  const apiKey = await installation.createKey(name);
  const environment = await installation.environment(name, postgres.port, () => sandbox.port);
  const gateway = await start({
    name,
    words: () => shipped,
    folder: installation.folder,
    environment: (port) => ({ ...environment, PORT: String(port), METRICS_PORT: 'main' }),
    log: join(installation.folder, `${name}.log`),
  });
  undo.defer(() => gateway.stop());
  return { url: `http://127.0.0.1:${gateway.port}`, apiKey, sandbox, ownerUrl: postgres.ownerUrl };
}
