import { listed } from '../admin-lists.ts';
import type { SandboxProvider } from '../provider.ts';
import { routes } from './routes.ts';
import { createState, restoreState, settings, type Card, type Config, type State } from './state.ts';

export interface HarbourAdmin {
  cards(): Card[];
}

const secretName = 'harbour-client-secret';

export const harbour: SandboxProvider<{
  name: 'harbour';
  settings: typeof settings;
  config: Config;
  state: State;
  saved: State;
  admin: HarbourAdmin;
  credentials: Config & { baseUrl: string };
}> = {
  name: 'harbour',
  settings,
  create: createState,
  save: (state) => state,
  restore: restoreState,
  routes,
  admin: (world) => ({ cards: () => listed(world.state.cards) }),
  adminRoutes: ({ get }, admin) => get('cards', () => admin.cards()),
  credentials: (config, baseUrl) => ({ baseUrl, ...config }),
  accounts: ({ baseUrl, clientId, clientSecret }, secret) => [
    { name: 'harbour', settings: { baseUrl, clientId, clientSecret: secret(secretName, clientSecret) } },
  ],
  install: async ({ text }) => ({ clientSecret: await text(secretName) }),
  expireTokens: ({ state }) => void state.tokens.splice(0),
};
