import { MigrationError } from '@card-gateway/database/migrate';
import { PoolerError } from '@card-gateway/database/pooler';
import { RoleError } from '@card-gateway/database/roles';
import { isDatabaseFailure } from './database-failure.ts';

const notMigrated = 'It is not up to date: run "gateway migrate" with the owner\'s DATABASE_URL.';
const untrusted = 'Its certificate is not trusted: name the file of its CA with sslrootcert=<file>.';

/** How an operator fixes it, by PostgreSQL's SQLSTATE, Prisma's code, Node's network code or TLS code. */
const mends: Readonly<Record<string, string>> = {
  '28000': 'The server lets this user in from here not at all, or not in this way: look at its pg_hba.conf.',
  '28P01': 'Look at user and password.',
  '3D000': 'Create this database, or name another one.',
  '3F000': notMigrated,
  '42501':
    'The role lacks a right: "gateway migrate" with the owner\'s DATABASE_URL grants a gateway what it needs; "gateway sealing rotate" is for the owner too, "gateway roles create" for a superuser.',
  '42703': notMigrated,
  '42883': notMigrated,
  '42P01': notMigrated,
  '53300': 'Lower DATABASE_CONNECTIONS or raise the max_connections of the server.',
  '57P03': 'Try again in a moment.',
  P2021: notMigrated,
  P2022: notMigrated,
  ECONNREFUSED: 'Nothing listens there: is PostgreSQL running, and are host and port right?',
  EHOSTUNREACH: 'No way leads to this host: look at its address and the network.',
  ENOTFOUND: 'Nobody knows this host: look at its name.',
  EAI_AGAIN: 'The name server does not answer.',
  ETIMEDOUT: 'Look at host and port, and for a firewall on the way.',
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_HAS_EXPIRED: 'Its certificate must be renewed.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is for another name: connect by the name that stands in it.',
};

/** Driver errors without a code, by a part of their text. */
const mendsByText: readonly (readonly [part: string, mend: string])[] = [
  ['does not support SSL', 'Turn TLS on at the server, or take sslmode out.'],
  ['timeout e', 'Look at host and port, and for a firewall on the way.'],
];

/**
 * Describes for an operator why a database cannot be used: the message of the server, the network or TLS, and how to fix it.
 * Null for an unrelated error.
 */
export function databaseFault(error: Error & { code?: string; errors?: readonly Error[] }): string | null {
  if (error instanceof MigrationError || error instanceof RoleError || error instanceof PoolerError)
    return error.message;
  const { code = '' } = error;
  const mend = mends[code] ?? mendsByText.find(([part]) => error.message.includes(part))?.[1];
  if (mend === undefined && !isDatabaseFailure(error)) return null;
  // A host with several addresses yields one error each, and no message of its own.
  const said = error.message || (error.errors ?? []).map(({ message }) => message).join(', ') || code;
  return `DATABASE_URL: the database cannot be used: ${said}${mend === undefined ? '' : `. ${mend}`}`;
}
