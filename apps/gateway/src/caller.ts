import type { Scope } from '@card-gateway/contract';
import { ProblemError } from './problem.ts';

/** Names of accounts, tenants and callers. */
export const nameShape: RegExp = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** The caller: a service of a tenant. Two API keys of one caller are the same caller, so that a key can be rotated. */
export interface Caller {
  readonly tenant: string;
  readonly caller: string;
  readonly keyId: string;
  readonly scopes: readonly string[];
}

/** Whether the caller has one of the scopes. An administrator has all, and an empty list requires none. */
export function hasScope(caller: Pick<Caller, 'scopes'>, scopes: readonly Scope[]): boolean {
  return (
    scopes.length === 0 || caller.scopes.includes('admin') || scopes.some((scope) => caller.scopes.includes(scope))
  );
}

/** @throws ProblemError 403 if the caller has none of the scopes; an empty list requires none */
export function requireScope(caller: Caller, scopes: readonly Scope[]): void {
  if (hasScope(caller, scopes)) return;
  throw new ProblemError('forbidden', `This API key needs the scope ${scopes.join(' or ')}.`, { scopes });
}
