import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { keepSecret, prepare, writePrivate } from './prepare.ts';
import { startFailure } from './start-error.ts';

// Run once by docker-compose.yml before anything else, with one volume per service that holds only what that service may know:
// the gateway's, the sandbox's, the passwords for PostgreSQL and the creation of roles, and the owner's for migrations.
const [folder, sandboxFolder, passwordFolder, ownerFolder] = process.argv.slice(2);
if (folder === undefined || sandboxFolder === undefined || passwordFolder === undefined || ownerFolder === undefined) {
  throw new Error(
    'Usage: node apps/local/src/prepare-compose.ts <gateway folder> <sandbox folder> <password folder> <owner folder>',
  );
}

try {
  await prepare({
    folder,
    sandboxFolder,
    sandboxUrl: 'http://sandbox:8090',
    gatewayUrl: 'http://gateway:8080',
    remark: (line) => console.error(line),
  });
  const keepPassword = (name: string): Promise<string> =>
    keepSecret(join(passwordFolder, name), () => randomBytes(18).toString('base64url'));
  const url = (role: string, password: string): string => `postgresql://${role}:${password}@postgres:5432/card_gateway`;
  const superuserUrl = url('card_gateway', await keepPassword('password'));
  const ownerUrl = url('card_gateway_owner', await keepPassword('owner-password'));
  const runtimeUrl = url('card_gateway_runtime', await keepPassword('runtime-password'));
  await writePrivate(join(passwordFolder, 'superuser-url'), superuserUrl);
  await writePrivate(join(ownerFolder, 'url'), ownerUrl);
  await writePrivate(join(folder, 'secrets', 'database-url'), runtimeUrl);
} catch (error) {
  console.error(startFailure(error));
  process.exitCode = 1;
}
