import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { keepSecret, prepare, writePrivate } from './prepare.ts';

// Run once by docker-compose.yml before anything else, with two volumes: one for the gateway and the sandbox, and one that
// PostgreSQL sees too and that therefore holds nothing but its password.
const [folder, passwordFolder] = process.argv.slice(2);
if (folder === undefined || passwordFolder === undefined) {
  throw new Error('Usage: node apps/local/src/prepare-compose.ts <folder> <folder of the database password>');
}

await prepare({ folder, sandboxUrl: 'http://sandbox:8090' });
const password = await keepSecret(join(passwordFolder, 'password'), () => randomBytes(18).toString('base64url'));
const databaseUrl = `postgresql://card_gateway:${password}@postgres:5432/card_gateway`;
await writePrivate(join(folder, 'secrets', 'database-url'), databaseUrl);
