import type { SandboxProvider } from '../provider.ts';
import { adminRoutes } from './admin-routes.ts';
import { expireTokens, keysecureAdmin, type KeysecureAdmin } from './admin.ts';
import { callbackRules } from './callback-rules.ts';
import { watchCards } from './events.ts';
import { keysecureRoutes } from './routes.ts';
import { accounts, install, type Credentials } from './installation.ts';
import { settings, type Config } from './settings.ts';
import { restoreKeysecure, snapshotKeysecure, type KeysecureSnapshot } from './snapshot.ts';
import { createKeysecure, type Keysecure } from './state.ts';

export type { KeysecureAdmin, KeysecureCardChange, KeysecureCardholderChange, SeedConsumptions } from './admin.ts';
export type { KeysecureCallback, NestedOrder } from './callback.ts';
export type { KeysecureBin, KeysecurePackage } from './catalogue.ts';
export type { ConsumptionChange, ConsumptionSeed } from './consumptions.ts';
export type { Payment, PaymentResult } from './pay.ts';
export type {
  CardholderStatus,
  CardStatus,
  KeysecureCard,
  KeysecureCardholder,
  KeysecureConsumption,
} from './state.ts';

export const keysecure: SandboxProvider<{
  name: 'keysecure';
  settings: typeof settings;
  config: Config;
  state: Keysecure;
  saved: KeysecureSnapshot;
  admin: KeysecureAdmin;
  credentials: Credentials;
}> = {
  name: 'keysecure',
  settings,
  atOnce: { cardDelayMs: 0, cardholderInProgressMs: 0, cardholderDecisionMs: 0 },
  create: createKeysecure,
  save: snapshotKeysecure,
  restore: restoreKeysecure,
  routes: keysecureRoutes,
  admin: keysecureAdmin,
  adminRoutes,
  credentials: ({ apiKeys }, baseUrl) => apiKeys.map((one) => Object.assign({ baseUrl }, one)),
  accounts,
  install,
  callbacks: callbackRules,
  catchUp: watchCards,
  expireTokens,
};
