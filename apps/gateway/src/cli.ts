import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { scopes } from '@card-gateway/contract';
import { fromPublicId, newUuid, toPublicId } from '@card-gateway/core';
import { openDatabase } from '@card-gateway/database';
import { migrate } from '@card-gateway/database/migrate';
import { openPrisma } from '@card-gateway/database/prisma';
import { ConfigError, readDatabaseUrl } from './config.ts';
import { apiKeyPrefix, hashApiKey } from './http/auth.ts';
import { errorForLog } from './http/logging.ts';
import { isDatabaseFailure } from './http/problem.ts';

const usage = `Usage:
  gateway keys create --caller <service> --scopes <scope,scope> [--tenant <tenant>]
  gateway keys list
  gateway keys revoke <key id>
  gateway migrate

Scopes: ${scopes.join(', ')}. The key is shown once; only its hash is kept.
A revoked key stops working within five seconds.`;

/** A call that cannot be carried out, in words for the operator. */
class UsageError extends Error {}

async function main(words: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      caller: { type: 'string' },
      tenant: { type: 'string', default: 'default' },
      scopes: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command = '', act, id] = positionals;
  if (values.help || command === 'help') {
    console.log(usage);
    return;
  }
  switch (command === 'keys' ? `keys ${act}` : command) {
    case 'migrate':
      return migrate(readDatabaseUrl());
    case 'keys create':
      return createKey(readDatabaseUrl(), values);
    case 'keys list':
      return listKeys(readDatabaseUrl());
    case 'keys revoke':
      return revokeKey(readDatabaseUrl(), id);
    default:
      throw new UsageError(usage);
  }
}

const nameShape = /^[a-z0-9][a-z0-9-]{0,63}$/;

async function createKey(
  url: string,
  values: { readonly caller?: string | undefined; readonly tenant: string; readonly scopes?: string | undefined },
): Promise<void> {
  const { caller = '', tenant } = values;
  const wanted = (values.scopes ?? '').split(',').filter((scope) => scope !== '');
  const wrong = wanted.find((scope) => !(scopes as readonly string[]).includes(scope));
  if (!nameShape.test(caller))
    throw new UsageError('--caller: expected the name of the calling service: lower-case letters, digits, hyphens.');
  if (!nameShape.test(tenant)) throw new UsageError('--tenant: expected lower-case letters, digits, hyphens.');
  if (wrong !== undefined || wanted.length === 0)
    throw new UsageError(`--scopes: expected some of ${scopes.join(', ')}, separated by commas.`);

  const key = apiKeyPrefix + randomBytes(32).toString('base64url');
  await withPrisma(url, async (prisma) => {
    await prisma.apiKey.create({
      data: {
        id: newUuid(new Date().getTime()),
        tenant,
        caller,
        hash: Uint8Array.from(hashApiKey(key)),
        scopes: wanted,
        createdAt: new Date(),
      },
    });
  });
  console.log(key);
}

async function listKeys(url: string): Promise<void> {
  await withPrisma(url, async (prisma) => {
    const keys = await prisma.apiKey.findMany({ orderBy: { id: 'asc' } });
    for (const key of keys) {
      const state = key.revokedAt === null ? 'valid' : `revoked ${key.revokedAt.toISOString()}`;
      console.log(
        [
          toPublicId('apiKey', key.id),
          key.tenant,
          key.caller,
          key.scopes.join(','),
          key.createdAt.toISOString(),
          state,
        ].join('\t'),
      );
    }
  });
}

async function revokeKey(url: string, publicId = ''): Promise<void> {
  const id = fromPublicId('apiKey', publicId);
  if (id === null) throw new UsageError('Expected a key id, as "gateway keys list" shows it: key_…');
  await withPrisma(url, async (prisma) => {
    const { count } = await prisma.apiKey.updateMany({
      where: { id, revokedAt: null },
      data: { revokedAt: new Date() },
    });
    if (count === 0) throw new UsageError(`There is no valid key ${publicId}.`);
    console.log(`${publicId} is revoked.`);
  });
}

async function withPrisma(url: string, work: (prisma: ReturnType<typeof openPrisma>) => Promise<void>): Promise<void> {
  const pool = openDatabase(url, { connections: 2, connectTimeoutMs: 5000, statementTimeoutMs: 10_000 });
  const prisma = openPrisma(pool);
  try {
    // In the server's own words when it cannot be reached; Prisma's are about its query.
    await pool.query('SELECT 1');
    await work(prisma);
  } finally {
    await prisma.$disconnect();
    await pool.end();
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { code = '' } = error as { code?: string };
  if (error instanceof UsageError || error instanceof ConfigError) console.error(error.message);
  else if (code.startsWith('ERR_PARSE_ARGS')) console.error(`${(error as Error).message}\n\n${usage}`);
  else if (isDatabaseFailure(error as Error))
    console.error(`The database cannot be used: ${(error as Error).message || code}`);
  else console.error(JSON.stringify(errorForLog(error as Error), null, 2));
  process.exitCode = 1;
}
