import type { Scope } from '@card-gateway/contract';
import { ProblemError } from './problem.ts';

/** Who calls: a service of a tenant. Two keys of one caller are the same caller, so that a key can be replaced. */
export interface Caller {
  readonly tenant: string;
  readonly caller: string;
  /** Public id of the API key. */
  readonly keyId: string;
  readonly scopes: readonly string[];
}

/** Whether the caller has one of the scopes; an administrator has them all, and an empty list asks for none. */
export function hasScope(caller: Caller, scopes: readonly Scope[]): boolean {
  return (
    scopes.length === 0 || caller.scopes.includes('admin') || scopes.some((scope) => caller.scopes.includes(scope))
  );
}

/** @throws ProblemError 403 when the caller has none of the scopes; an empty list asks for none */
export function requireScope(caller: Caller, scopes: readonly Scope[]): void {
  if (hasScope(caller, scopes)) return;
  throw new ProblemError('forbidden', `This API key needs the scope ${scopes.join(' or ')}.`, { scopes });
}
