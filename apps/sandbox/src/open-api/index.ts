import type { SandboxProvider } from '../provider.ts';
import { adminRoutes } from './admin-routes.ts';
import { openApiAdmin, type OpenApiAdmin } from './admin.ts';
import { callbackRules } from './callback-rules.ts';
import { openApiRoutes } from './routes.ts';
import { accounts, install, type Credentials } from './installation.ts';
import { settings, type Config } from './settings.ts';
import { createOpenApi, restoreOpenApi, type OpenApi } from './state.ts';

export type { OpenApiAdmin } from './admin.ts';
export type { OpenApiBin, OpenApiCard, SeedOpenApiCards } from './state.ts';
export type { OpenApiTransaction } from './transactions.ts';

export const openApi: SandboxProvider<{
  name: 'open-api';
  settings: typeof settings;
  config: Config;
  state: OpenApi;
  saved: Partial<OpenApi>;
  admin: OpenApiAdmin;
  credentials: Credentials;
}> = {
  name: 'open-api',
  settings,
  create: createOpenApi,
  save: (state) => state,
  restore: restoreOpenApi,
  routes: openApiRoutes,
  admin: openApiAdmin,
  adminRoutes,
  credentials: ({ customerId, appId, key, version, transactionDetailPath }, baseUrl) => ({
    baseUrl,
    customerId,
    appId,
    key,
    version,
    transactionDetailPath,
  }),
  accounts,
  install,
  callbacks: callbackRules,
};
