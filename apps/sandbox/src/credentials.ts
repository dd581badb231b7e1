import type { Config } from './config.ts';
import { ofEach, type OfEach } from './providers.ts';

/** Everything an account needs in order to speak with the sandbox, by provider. */
export type Credentials = OfEach<'credentials'>;

export function credentialsOf(config: Config, url: string): Credentials {
  return ofEach((provider, key) => provider.credentials(config[key], `${url}/${provider.name}`)) as Credentials;
}
