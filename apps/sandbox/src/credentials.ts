import type { Config } from './config.ts';
import type { GatewayAccount, PutSecret, SandboxProvider } from './provider.ts';
import { ofEach, providers, type OfEach, type ProviderName } from './providers.ts';

/** Everything an account needs to use the sandbox, by provider. */
export type Credentials = OfEach<'credentials'>;

export function credentialsOf(config: Config, url: string): Credentials {
  return ofEach((provider, key) => provider.credentials(config[key], `${url}/${provider.name}`)) as Credentials;
}

/** A gateway's account, and whether its provider's callbacks are signed; null if it sends none. */
export interface SandboxAccount extends GatewayAccount {
  readonly provider: ProviderName;
  readonly callbacks: 'signed' | 'unsigned' | null;
}

/** The accounts of a gateway with all of the sandbox's providers. */
export function accountsOf(credentials: Credentials, secret: PutSecret): SandboxAccount[] {
  return providers.flatMap(([key, provider]) =>
    provider.accounts(credentials[key], secret).map((account) => ({
      ...account,
      provider: provider.name as ProviderName,
      callbacks: callbacksOf(provider),
    })),
  );
}

function callbacksOf({ callbacks }: SandboxProvider): SandboxAccount['callbacks'] {
  if (callbacks === undefined) return null;
  return callbacks.wronglySigned === undefined ? 'unsigned' : 'signed';
}
