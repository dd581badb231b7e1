import { readConfig } from './config.ts';
import { accountsOf, credentialsOf, type SandboxAccount } from './credentials.ts';
import type { KeepSecret, PutSecret } from './provider.ts';
import { providers } from './providers.ts';

export type { SandboxAccount } from './credentials.ts';
export type { KeepSecret } from './provider.ts';

export interface Installation {
  /** The providers' part of the sandbox configuration. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly accounts: readonly SandboxAccount[];
}

/**
 * A sandbox that outlives its processes, and a gateway's accounts on it.
 *
 * @param place the sandbox's address without a path, and the folder of its configuration and key files
 */
export async function installation(
  keep: KeepSecret,
  place: { readonly url: string; readonly folder: string },
  secret: PutSecret,
): Promise<Installation> {
  const parts = providers.map(async ([key, provider]) => [key, await provider.install(keep)] as const);
  const settings = Object.fromEntries(await Promise.all(parts));
  const credentials = credentialsOf(await readConfig(settings, place.folder), place.url);
  return { settings, accounts: accountsOf(credentials, secret) };
}
