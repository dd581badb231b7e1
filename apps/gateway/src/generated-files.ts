import pg from 'pg';
import { clientApi } from '@card-gateway/client/generate';
import { frozenMigrations } from '@card-gateway/database/frozen';
import { pino } from 'pino';
import { accountsFileSchema } from './accounts/accounts-file.ts';
import { adapters } from './adapters.ts';
import { buildApp, problemAnswer } from './app.ts';
import { collectOpenApi } from './http/openapi.ts';
import { providerPages } from './provider-pages.ts';
import { envExample, readConfig } from './config.ts';
import { openServices } from './open-services.ts';

/** The committed files that are generated from code, by path. A test fails if one is stale. */
export async function generatedFiles(): Promise<Record<string, string>> {
  const document = await openApiDocument();
  return {
    'docs/openapi.json': `${JSON.stringify(document, null, 2)}\n`,
    'packages/client/api.ts': clientApi(document),
    'docs/accounts.schema.json': `${JSON.stringify(accountsFileSchema(adapters), null, 2)}\n`,
    '.env.example': envExample(),
    'prisma/migrations.sha256': await frozenMigrations(),
    ...(await providerPages(adapters)),
  };
}

/** Builds the app over services that no request uses: the document needs only the routes. */
async function openApiDocument(): Promise<unknown> {
  const keyText = (fill: number): string => `none:${Buffer.alloc(32, fill).toString('base64')}`;
  const config = readConfig({
    DATABASE_URL: 'postgresql://none/none',
    GATEWAY_ACCOUNTS: 'none',
    GATEWAY_SEALING_KEYS: keyText(1),
    GATEWAY_FINGERPRINT_KEYS: keyText(2),
  });
  const log = pino({ level: 'silent' });
  const nowhere = { pool: new pg.Pool(), database: { fault: () => null } };
  const services = openServices({ config, accounts: [], ...nowhere, log, now: () => 0, problemAnswer });
  const app = await buildApp(services, log, collectOpenApi);
  await app.ready();
  const document = app.swagger();
  await app.close();
  return document;
}
