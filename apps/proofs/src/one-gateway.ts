import { migrate } from '@card-gateway/database/migrate';
import { runtimeRole } from '@card-gateway/database/roles';
import { type Sandbox, type SandboxConfig, startSandbox } from '@card-gateway/sandbox';
import { install, shipped } from './chaos/installation.ts';
import { startPostgres } from './chaos/postgres.ts';
import { openReplica, type Replica } from './chaos/replica.ts';

export interface OneGateway {
  readonly url: string;
  /** A key with the scope `admin`. */
  readonly apiKey: string;
  readonly replica: Replica;
  readonly sandbox: Sandbox;
  /** Connection string of the database's owner. */
  readonly ownerUrl: string;
}

/**
 * Starts one production gateway with its own PostgreSQL and sandbox, for a proof that breaks none of them.
 *
 * @param name of the gateway, and of the key's caller
 * @param undo ends everything
 * @param settings of the gateway, besides those of all proofs
 */
export async function startOneGateway(
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
  const installation = await install(sandbox, shipped, () => postgres.url, settings);
  undo.defer(() => installation.remove());
  const apiKey = await installation.createKey(name);
  const replica = await openReplica({
    name,
    sources: shipped,
    installation,
    apiKeys: { default: apiKey, other: apiKey },
    database: () => postgres,
    sandbox: () => ({ host: '127.0.0.1', port: sandbox.port }),
    onEnd: () => {
      throw new Error('The gateway ended by itself.');
    },
  });
  undo.defer(() => replica.close());
  await replica.start();
  const address = replica.address();
  if (address === null) throw new Error('The gateway does not listen.');
  return { url: `http://${address.host}:${address.port}`, apiKey, replica, sandbox, ownerUrl: postgres.ownerUrl };
}
