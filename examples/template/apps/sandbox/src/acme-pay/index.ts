import { listed } from '../admin-lists.ts';
import type { SandboxProvider } from '../provider.ts';
import { routes } from './routes.ts';
import { createState, restoreState, settings, type Card, type Config, type State } from './state.ts';

export interface AcmePayAdmin {
  cards(): Card[];
}

const keyName = 'acme-pay-key';

export const acmePay: SandboxProvider<{
  name: 'acme-pay';
  settings: typeof settings;
  config: Config;
  state: State;
  saved: State;
  admin: AcmePayAdmin;
  credentials: Config & { baseUrl: string };
}> = {
  name: 'acme-pay',
  settings,
  create: createState,
  save: (state) => state,
  restore: restoreState,
  routes,
  admin: (world) => ({ cards: () => listed(world.state.cards) }),
  adminRoutes: ({ get }, admin) => get('cards', () => admin.cards()),
  credentials: (config, baseUrl) => ({ baseUrl, ...config }),
  accounts: ({ baseUrl, apiKey }, secret) => [
    { name: 'acme-pay', settings: { baseUrl, apiKey: secret(keyName, apiKey) } },
  ],
  install: async ({ text }) => ({ apiKey: await text(keyName) }),
};
