import type { SandboxProvider } from '../provider.ts';
import { adminRoutes, onerwayAdmin, type OnerwayAdmin } from './admin.ts';
import { callbackRules } from './callback-rules.ts';
import { onerwayRoutes } from './routes.ts';
import { accounts, install, type Credentials } from './installation.ts';
import { settings, type Config } from './settings.ts';
import { createOnerway, restoreOnerway, type Onerway } from './tokens.ts';

export type { OnerwayAdmin } from './admin.ts';
export type { OnerwayToken, SeedOnerwayTokens, StoredToken, TokenKind } from './tokens.ts';

export const onerway: SandboxProvider<{
  name: 'onerway';
  settings: typeof settings;
  config: Config;
  state: Onerway;
  saved: Onerway;
  admin: OnerwayAdmin;
  credentials: Credentials;
}> = {
  name: 'onerway',
  settings,
  create: createOnerway,
  save: (state) => state,
  restore: restoreOnerway,
  routes: onerwayRoutes,
  admin: onerwayAdmin,
  adminRoutes,
  credentials: (config, baseUrl) => ({ baseUrl, ...config }),
  accounts,
  install,
  callbacks: callbackRules,
};
