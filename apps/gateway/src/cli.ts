import { parseArgs } from 'node:util';
import { scopes } from '@card-gateway/contract';
import { openDatabase } from '@card-gateway/database';
import { migrate } from '@card-gateway/database/migrate';
import { openPrisma } from '@card-gateway/database/prisma';
import { listAudit, verifyAudit } from './commands/audit.ts';
import { type Administration, createKey, keyRequest, listKeys, revokeKey } from './commands/keys.ts';
import { rotate, status } from './commands/sealing.ts';
import { UsageError } from './commands/usage.ts';
import { ConfigError, readSettings } from './config.ts';
import { errorForLog } from './http/logging.ts';
import { isDatabaseFailure } from './http/problem.ts';
import { createSealing, type Sealing } from './sealing.ts';

const usage = `Usage:
  gateway keys create --caller <service> --scopes <scope,scope> [--tenant <tenant>]
  gateway keys list
  gateway keys revoke <key id>
  gateway audit verify [--head <rows>:<hash>]
  gateway audit list [--limit <rows>]
  gateway sealing status
  gateway sealing rotate
  gateway migrate

Scopes: ${scopes.join(', ')}. The key is shown once; only its hash is kept.
A revoked key stops working within five seconds.
"audit verify" ends with 1 when a row was changed, is missing, or is not the one that --head names.
"sealing rotate" seals anew under the newest key; "sealing status" ends with 1 when a key is missing.`;

async function main(words: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      caller: { type: 'string' },
      tenant: { type: 'string', default: 'default' },
      scopes: { type: 'string' },
      head: { type: 'string' },
      limit: { type: 'string', default: '50' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command = '', act, id] = positionals;
  if (values.help || command === 'help') {
    print(usage);
    return;
  }
  switch (['keys', 'audit', 'sealing'].includes(command) ? `${command} ${act}` : command) {
    case 'migrate':
      return migrate(readSettings(['DATABASE_URL']).DATABASE_URL);
    case 'keys create': {
      const request = keyRequest(values);
      return administer((administration) => createKey(administration, request));
    }
    case 'keys list':
      return administer(listKeys);
    case 'keys revoke':
      return administer((administration) => revokeKey(administration, id));
    case 'audit verify':
      return administer(async ({ pool }) => failUnless(await verifyAudit(pool, values.head, print)));
    case 'audit list':
      return administer(({ pool }) => listAudit(pool, values.limit, print));
    case 'sealing status': {
      const sealing = readSealing();
      return administer(async ({ pool }) => failUnless(await status(pool, sealing, print)));
    }
    case 'sealing rotate': {
      const sealing = readSealing();
      return administer(async ({ pool, now }) => failUnless(await rotate(pool, sealing, now, print)));
    }
    default:
      throw new UsageError(usage);
  }
}

function print(line: string): void {
  console.log(line);
}

function failUnless(isWell: boolean): void {
  if (!isWell) process.exitCode = 1;
}

function readSealing(): Sealing {
  const settings = readSettings(['DATABASE_URL', 'GATEWAY_SEALING_KEYS', 'GATEWAY_FINGERPRINT_KEYS']);
  return createSealing({ sealing: settings.GATEWAY_SEALING_KEYS, fingerprint: settings.GATEWAY_FINGERPRINT_KEYS });
}

/** Counting all rows of a large database may take its time; nobody waits for it in a request. */
const statementTimeoutMs = 600_000;

async function administer(work: (administration: Administration) => Promise<void>): Promise<void> {
  const pool = openDatabase(readSettings(['DATABASE_URL']).DATABASE_URL, {
    connections: 2,
    connectTimeoutMs: 5000,
    statementTimeoutMs,
  });
  const prisma = openPrisma(pool);
  try {
    // In the server's own words when it cannot be reached; Prisma's are about its query.
    await pool.query('SELECT 1');
    await work({ pool, prisma, now: () => new Date().getTime(), print });
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
