import { randomBytes } from 'node:crypto';
import { scopes } from '@card-gateway/contract';
import { fromPublicId, newUuid, toPublicId } from '@card-gateway/core';
import type { openPrisma } from '@card-gateway/database/prisma';
import type { Pool } from 'pg';
import { type AuditAction, recordAudit } from '../audit/store.ts';
import { apiKeyPrefix, hashApiKey } from '../http/auth.ts';
import { operator, UsageError } from './usage.ts';

/** What the commands work with: Prisma for the keys, the pool for the audit log. */
export interface Administration {
  readonly pool: Pool;
  readonly prisma: ReturnType<typeof openPrisma>;
  readonly now: () => number;
  readonly print: (line: string) => void;
}

/** A key to be made, as it was asked for and checked. */
export interface KeyRequest {
  readonly caller: string;
  readonly tenant: string;
  readonly scopes: readonly string[];
}

const nameShape = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** @throws UsageError when the words make no key */
export function keyRequest(values: {
  readonly caller?: string | undefined;
  readonly tenant: string;
  readonly scopes?: string | undefined;
}): KeyRequest {
  const { caller = '', tenant } = values;
  const wanted = (values.scopes ?? '').split(',').filter((scope) => scope !== '');
  const wrong = wanted.find((scope) => !(scopes as readonly string[]).includes(scope));
  if (!nameShape.test(caller))
    throw new UsageError('--caller: expected the name of the calling service: lower-case letters, digits, hyphens.');
  if (!nameShape.test(tenant)) throw new UsageError('--tenant: expected lower-case letters, digits, hyphens.');
  if (wrong !== undefined || wanted.length === 0)
    throw new UsageError(`--scopes: expected some of ${scopes.join(', ')}, separated by commas.`);
  return { caller, tenant, scopes: wanted };
}

/** Makes a key and shows it, for the only time. */
export async function createKey(administration: Administration, request: KeyRequest): Promise<void> {
  const { prisma, now, print } = administration;
  const key = apiKeyPrefix + randomBytes(32).toString('base64url');
  const createdAt = new Date(now());
  const id = newUuid(createdAt.getTime());
  await record(
    administration,
    'key.create',
    { id, tenant: request.tenant },
    `for ${request.caller}: ${request.scopes.join(', ')}`,
  );
  await prisma.apiKey.create({
    data: {
      id,
      tenant: request.tenant,
      caller: request.caller,
      hash: Uint8Array.from(hashApiKey(key)),
      scopes: [...request.scopes],
      createdAt,
    },
  });
  print(key);
}

/** Shows every key by its id, whose it is and whether it is valid. */
export async function listKeys({ prisma, print }: Administration): Promise<void> {
  const keys = await prisma.apiKey.findMany({ orderBy: { id: 'asc' } });
  for (const key of keys) {
    const state = key.revokedAt === null ? 'valid' : `revoked ${key.revokedAt.toISOString()}`;
    const columns = [key.tenant, key.caller, key.scopes.join(','), key.createdAt.toISOString(), state];
    print([toPublicId('apiKey', key.id), ...columns].join('\t'));
  }
}

/** Ends a key for good. @throws UsageError when there is no such key that is valid */
export async function revokeKey(administration: Administration, publicId = ''): Promise<void> {
  const { prisma, now, print } = administration;
  const id = fromPublicId('apiKey', publicId);
  if (id === null) throw new UsageError('Expected a key id, as "gateway keys list" shows it: key_…');
  const key = await prisma.apiKey.findFirst({ where: { id, revokedAt: null } });
  if (key === null) throw new UsageError(`There is no valid key ${publicId}.`);
  await record(administration, 'key.revoke', key, `of ${key.caller}`);
  await prisma.apiKey.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date(now()) } });
  print(`${publicId} is revoked.`);
}

/** Written down before it is done: should it then fail, the log says what was tried. */
async function record(
  { pool, now }: Administration,
  action: AuditAction,
  key: { readonly id: string; readonly tenant: string },
  purpose: string,
): Promise<void> {
  await recordAudit(pool, {
    at: new Date(now()),
    tenant: key.tenant,
    caller: operator(),
    keyId: null,
    action,
    resource: toPublicId('apiKey', key.id),
    purpose,
    requestId: null,
  });
}
