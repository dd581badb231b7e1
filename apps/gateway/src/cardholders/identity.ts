import type { reapplyCardholderSchema } from '@card-gateway/contract';
import { type ApplicationKind, type CardholdersFacet, type Identity, Secret } from '@card-gateway/core';
import type { z } from 'zod';
import { invalidRequest } from '../problem.ts';

/** The body member that each kind of application requires. */
const members: Readonly<Record<ApplicationKind, string>> = { sumsub: 'sumsubShareToken', person: 'person' };

/**
 * The identity in an application, from the one member present. @throws ProblemError 400 for a kind that the account does not
 * accept
 */
export function identityOf(
  { applications }: CardholdersFacet,
  { sumsubShareToken, person }: z.output<typeof reapplyCardholderSchema>,
): Identity {
  const identity: Identity | null =
    person !== undefined
      ? { kind: 'person', person }
      : sumsubShareToken !== undefined
        ? { kind: 'sumsub', shareToken: new Secret(sumsubShareToken) }
        : null;
  if (identity === null) throw new Error('The body of an application has one of its members.');
  if (applications.includes(identity.kind)) return identity;
  const taken = applications.map((kind) => members[kind]).join(' or ');
  const detail = `expected none: this account takes ${taken}`;
  throw invalidRequest({ pointer: `/${members[identity.kind]}`, detail });
}
