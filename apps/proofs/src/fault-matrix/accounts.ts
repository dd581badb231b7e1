import { adapterHost, type AdapterHost } from '@card-gateway/adapter-kit';
import { type ProviderAdapter, Secret } from '@card-gateway/core';
import { adapters } from '@card-gateway/gateway/adapters';
import { accountsOf, type ProviderName, type Sandbox } from '@card-gateway/sandbox';
import type { Rows } from './calls.ts';
import { keysecureRows } from './keysecure.ts';
import { onerwayRows } from './onerway.ts';
import { openApiRows } from './open-api.ts';
import { yixinRows } from './yixin.ts';

/** An account of the sandbox: how it is opened there, and what is declared of its calls. */
export interface Account {
  readonly title: string;
  /** By which the sandbox knows it. */
  readonly name: string;
  readonly provider: ProviderName;
  /** @param move where the provider is looked for, should it not be where it is */
  open(sandbox: Sandbox, host: Pick<AdapterHost, 'send' | 'now'>, move?: (baseUrl: string) => string): ProviderAdapter;
  readonly rows: Rows;
}

function account(title: string, name: string, provider: ProviderName, rows: Rows): Account {
  return {
    title,
    name,
    provider,
    rows,
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

/** Every account of the sandbox, with all that its documents leave to settings set. */
export const accounts: readonly Account[] = [
  account('KeySecure, credit mode', 'keysecure', 'keysecure', keysecureRows('credit')),
  account('KeySecure, authorization mode', 'keysecure-authorization', 'keysecure', keysecureRows('authorization')),
  account('Onerway', 'onerway', 'onerway', onerwayRows),
  account('OPEN-API', 'open-api', 'open-api', openApiRows),
  account('Yixin', 'yixin', 'yixin', yixinRows),
];
