import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { SandboxProvider } from '../provider.ts';
import { adminRoutes, yixinAdmin, type YixinAdmin } from './admin.ts';
import { yixinRoutes } from './routes.ts';
import { load, settings, type Config } from './settings.ts';
import { createYixin, restoreYixin, snapshotYixin, type Yixin, type YixinSnapshot } from './state.ts';

export type { YixinAdmin } from './admin.ts';
export type { SeedYixinCards, YixinCard } from './state.ts';

export interface YixinCredentials {
  /** The single URL to POST to. */
  baseUrl: string;
  appId: string;
  /** Null when the configuration brought the partner's public key: its private half is the caller's. */
  partnerPrivateKey: string | null;
  partnerPublicKey: string;
  yixinPublicKey: string;
}

export const yixin: SandboxProvider<{
  name: 'yixin';
  settings: typeof settings;
  config: Config;
  state: Yixin;
  saved: YixinSnapshot;
  admin: YixinAdmin;
  credentials: YixinCredentials;
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
};
