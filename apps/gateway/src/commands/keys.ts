import { randomBytes } from 'node:crypto';
import { scopes } from '@card-gateway/contract';
import { fromPublicId, newUuid, toPublicId } from '@card-gateway/core';
import { operatorEntry, withAudit } from '../audit/store.ts';
import { nameShape } from '../caller.ts';
import { apiKeyPrefix, hashApiKey } from '../keys/api-key.ts';
import { endKey, insertKey } from '../keys/store.ts';
import type { Administration } from './administration.ts';
import { printRows } from './table.ts';
import { UsageError } from './usage.ts';

export interface KeyRequest {
  readonly caller: string;
  readonly tenant: string;
  readonly scopes: readonly string[];
}

/** @throws UsageError if the options are invalid */
export function keyRequest(values: Readonly<Record<string, string | undefined>>): KeyRequest {
  const { caller = '', tenant = 'default' } = values;
  const wanted = (values['scopes'] ?? '').split(',').filter((scope) => scope !== '');
  const wrong = wanted.find((scope) => !(scopes as readonly string[]).includes(scope));
  if (!nameShape.test(caller))
    throw new UsageError('--caller: expected the name of the calling service: lower-case letters, digits, hyphens.');
  if (!nameShape.test(tenant)) throw new UsageError('--tenant: expected lower-case letters, digits, hyphens.');
  if (wrong !== undefined || wanted.length === 0)
    throw new UsageError(`--scopes: expected some of ${scopes.join(', ')}, separated by commas.`);
  return { caller, tenant, scopes: wanted };
}

/** Creates a key and prints it, the only time it is shown: alone on standard output, so that a script can capture it. */
export async function createKey(
  administration: Administration,
  request: KeyRequest,
  expiresAt: Date | null,
): Promise<void> {
  const { pool, now, print, remark, json } = administration;
  const { caller, tenant } = request;
  const key = apiKeyPrefix + randomBytes(32).toString('base64url');
  const createdAt = new Date(now());
  const id = newUuid(createdAt.getTime());
  const ends = expiresAt === null ? '' : `, until ${expiresAt.toISOString()}`;
  const publicId = toPublicId('apiKey', id);
  const purpose = `for ${caller}: ${request.scopes.join(', ')}${ends}`;
  const entry = operatorEntry(administration, tenant, { action: 'key.create', resource: publicId, purpose });
  await withAudit(pool, entry, (client) =>
    insertKey(client, { ...request, id, hash: hashApiKey(key), createdAt, expiresAt }),
  );
  if (json) {
    print(JSON.stringify({ id: publicId, key, ...request, createdAt, expiresAt }));
    return;
  }
  print(key);
  remark(`${publicId} for ${caller} of tenant ${tenant}${ends}. The key is shown this once; only its hash is kept.`);
}

/** Lists every key with its id, owner and validity. */
export async function listKeys(administration: Administration): Promise<void> {
  const { prisma, now } = administration;
  const keys = await prisma.apiKey.findMany({ orderBy: { id: 'asc' } });
  const columns = ['id', 'tenant', 'caller', 'state', 'createdAt', 'expiresAt', 'revokedAt', 'scopes'] as const;
  printRows(
    administration,
    columns,
    keys.map(({ id, tenant, caller, createdAt, expiresAt, revokedAt, scopes }) => {
      const hasExpired = expiresAt !== null && expiresAt.getTime() <= now();
      const state = revokedAt !== null ? 'revoked' : hasExpired ? 'expired' : 'valid';
      return { id: toPublicId('apiKey', id), tenant, caller, state, createdAt, expiresAt, revokedAt, scopes };
    }),
  );
}

/** Revokes a key for good. @throws UsageError if there is no such valid key */
export async function revokeKey(administration: Administration, publicId = ''): Promise<void> {
  const { pool, prisma, now, print } = administration;
  const id = fromPublicId('apiKey', publicId);
  if (id === null) throw new UsageError('Expected a key id, as "gateway keys list" shows it: key_…');
  const noKey = new UsageError(`There is no valid key ${publicId}.`);
  const key = await prisma.apiKey.findFirst({ where: { id, revokedAt: null } });
  if (key === null) throw noKey;
  const act = { action: 'key.revoke', resource: publicId, purpose: `of ${key.caller}` } as const;
  await withAudit(pool, operatorEntry(administration, key.tenant, act), async (client) => {
    if (!(await endKey(client, id, new Date(now())))) throw noKey;
  });
  print(`${publicId} is revoked.`);
}
