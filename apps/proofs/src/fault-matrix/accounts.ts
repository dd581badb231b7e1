import { globSync } from 'node:fs';
import { adapterHost, type AdapterHost } from '@card-gateway/adapter-kit';
import { type ProviderAdapter, Secret } from '@card-gateway/core';
import { adapters } from '@card-gateway/gateway/adapters';
import { accountsOf, type ProviderName, type Sandbox } from '@card-gateway/sandbox';
import type { Rows, Scene } from './calls.ts';

/** The declarations of an account, from a file of `providers`. */
export interface DeclaredAccount {
  /** Its name in the sandbox. */
  readonly name: string;
  readonly title: string;
  readonly rows: Rows;
  /** Why a call that the adapter documents as used has no row, by its documented name. */
  readonly callsWithoutRow?: Readonly<Record<string, string>>;
  /** Makes the provider send every kind of its callbacks; needed where the adapter takes any. */
  readonly tells?: (scene: Scene) => Promise<void> | void;
}

/** An account of the sandbox: how to open it, and the declared results of its calls. */
export interface Account extends DeclaredAccount {
  readonly provider: ProviderName;
  /** @param move replaces the provider's base URL */
  open(sandbox: Sandbox, host: Pick<AdapterHost, 'send' | 'now'>, move?: (baseUrl: string) => string): ProviderAdapter;
}

function accountOf(provider: ProviderName, declared: DeclaredAccount): Account {
  const { name } = declared;
  return {
    ...declared,
    provider,
    open: ({ credentials }, host, move = (baseUrl) => baseUrl) => {
      const all = accountsOf(credentials, (_name, text) => new Secret(text));
      const found = all.find((one) => one.name === name);
      const definition = adapters.find((one) => one.provider === provider);
      if (found === undefined || definition === undefined)
        throw new Error(`The sandbox has no account ${name}, or the gateway no adapter ${provider}.`);
      const { settings, undocumented, forTests } = found;
      const given = { ...settings, ...undocumented, ...forTests, baseUrl: move(settings.baseUrl) };
      return definition.create(definition.settings.parse(given), adapterHost(host));
    },
  };
}

const folder = new URL('./providers/', import.meta.url);
const files = globSync('*.ts', { cwd: folder }).toSorted();
const declared = files.map(async (file) => {
  const { accounts } = (await import(new URL(file, folder).href)) as { accounts: readonly DeclaredAccount[] };
  return accounts.map((account) => accountOf(file.replace('.ts', '') as ProviderName, account));
});

/** Every account of the sandbox, with all undocumented settings set. Each file of `providers` declares those of one provider. */
export const accounts: readonly Account[] = (await Promise.all(declared)).flat();
