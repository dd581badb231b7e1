import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { SandboxProvider } from '../provider.ts';
import { adminRoutes, yixinAdmin, type YixinAdmin } from './admin.ts';
import { yixinRoutes } from './routes.ts';
import { accounts, install, type Credentials } from './installation.ts';
import { load, settings, type Config } from './settings.ts';
import { createYixin, restoreYixin, snapshotYixin, type Yixin, type YixinSnapshot } from './state.ts';

export type { YixinAdmin } from './admin.ts';
export type { SeedYixinCards, YixinCard } from './state.ts';

export const yixin: SandboxProvider<{
  name: 'yixin';
  settings: typeof settings;
  config: Config;
  state: Yixin;
  saved: YixinSnapshot;
  admin: YixinAdmin;
  credentials: Credentials;
}> = {
  name: 'yixin',
  settings,
  load,
  create: createYixin,
  save: snapshotYixin,
  restore: restoreYixin,
  routes: yixinRoutes,
  admin: yixinAdmin,
  adminRoutes,
  credentials: ({ appId, keys: { partnerPrivateKey, partnerPublicKey, privateKey } }, baseUrl) => ({
    baseUrl,
    appId,
    partnerPrivateKey,
    partnerPublicKey,
    yixinPublicKey: String(createPublicKey(createPrivateKey(privateKey)).export({ type: 'spki', format: 'pem' })),
  }),
  accounts,
  install,
};
