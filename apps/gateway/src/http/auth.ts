import { createHash } from 'node:crypto';
import type { Scope } from '@card-gateway/contract';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from './problem.ts';

/** Who calls: a service of a tenant. Two keys of one caller are the same caller, so that a key can be replaced. */
export interface Caller {
  readonly tenant: string;
  readonly caller: string;
  /** Public id of the API key. */
  readonly keyId: string;
  readonly scopes: readonly string[];
}

/** The stored form of an API key. Keys are 256 random bits, so that a plain hash is enough. */
export function hashApiKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** What every API key begins with, so that one is known where it should not stand. */
export const apiKeyPrefix = 'cgk_';
/** How long a key that was looked up is taken for valid, in milliseconds: a revoked key works at most that long. */
export const keyCacheMs = 5000;
const mostCachedKeys = 10_000;

export interface Authentication {
  /** @throws ProblemError 401 when there is no valid key */
  authenticate(request: FastifyRequest): Promise<Caller>;
}

/** Finds the caller of an API key, with a short memory so that not every request asks the database. */
export function createAuthentication(options: {
  readonly findKey: (hash: Buffer) => Promise<Caller | null>;
  readonly now: () => number;
}): Authentication {
  const known = new Map<string, { readonly caller: Caller; readonly until: number }>();

  return {
    authenticate: async (request) => {
      const key = /^bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
      if (!key.startsWith(apiKeyPrefix)) {
        throw new ProblemError('unauthenticated', 'Expected the header "Authorization: Bearer <API key>".');
      }
      const hash = hashApiKey(key);
      const name = hash.toString('base64');
      const remembered = known.get(name);
      if (remembered !== undefined && remembered.until > options.now()) return remembered.caller;
      const caller = await options.findKey(hash);
      if (caller === null) {
        known.delete(name);
        throw new ProblemError('unauthenticated', 'This API key is not known, was revoked, or has expired.');
      }
      if (known.size >= mostCachedKeys) known.clear();
      known.set(name, { caller, until: options.now() + keyCacheMs });
      return caller;
    },
  };
}

/** @throws ProblemError 403 when the caller has none of the scopes; an empty list asks for none */
export function requireScope(caller: Caller, scopes: readonly Scope[]): void {
  if (scopes.length === 0 || caller.scopes.includes('admin') || scopes.some((scope) => caller.scopes.includes(scope)))
    return;
  throw new ProblemError('forbidden', `This API key needs the scope ${scopes.join(' or ')}.`);
}
