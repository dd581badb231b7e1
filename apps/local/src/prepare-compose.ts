import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { keepSecret, prepare, writePrivate } from './prepare.ts';

// Run once by docker-compose.yml before anything else, with a volume for each service that holds only what it may know: the
// gateway's, the sandbox's, and PostgreSQL's, which is nothing but its password.
const [folder, sandboxFolder, passwordFolder] = process.argv.slice(2);
if (folder === undefined || sandboxFolder === undefined || passwordFolder === undefined) {
  throw new Error('Usage: node apps/local/src/prepare-compose.ts <gateway folder> <sandbox folder> <password folder>');
}

await prepare({ folder, sandboxFolder, sandboxUrl: 'http://sandbox:8090', gatewayUrl: 'http://gateway:8080' });
const password = await keepSecret(join(passwordFolder, 'password'), () => randomBytes(18).toString('base64url'));
const databaseUrl = `postgresql://card_gateway:${password}@postgres:5432/card_gateway`;
await writePrivate(join(folder, 'secrets', 'database-url'), databaseUrl);
