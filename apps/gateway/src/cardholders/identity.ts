import type { reapplyCardholderSchema } from '@card-gateway/contract';
import { type ApplicationKind, type CardholdersFacet, type Identity, Secret } from '@card-gateway/core';
import type { z } from 'zod';
import { invalidRequest } from '../problem.ts';

/** The member of a body that an application of each kind rests on. */
const members: Readonly<Record<ApplicationKind, string>> = { sumsub: 'sumsubShareToken', person: 'person' };

/** What an application rests on, by the one member that is there. @throws ProblemError 400 for what the account does not take */
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
