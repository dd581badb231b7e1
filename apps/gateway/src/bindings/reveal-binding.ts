import type { revealedBindingSchema } from '@card-gateway/contract';
import { uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { type RevealRequest, auditReveal } from '../audit/audit-reveal.ts';
import { ProblemError } from '../problem.ts';
import type { Services } from '../services.ts';
import { tokenPlace } from './bound-cards-store.ts';
import { getSealedToken } from './store.ts';

/** A binding's payment token, opened after auditing who sees it and why. */
export async function revealBinding(
  services: Services,
  request: RevealRequest,
): Promise<z.output<typeof revealedBindingSchema>> {
  const row = await getSealedToken(services.pool, request.caller.tenant, uuidOf('binding', request.id));
  if (row === null) throw new ProblemError('not-found', 'There is no such binding.');
  // Its account may have moved to another tenant since.
  services.accounts.ofResource(request.caller, row);
  const { tokenSealed, providerRef } = row;
  if (tokenSealed === null || providerRef === null) {
    throw new ProblemError('illegal-state', `The binding is "${row.status}" and has no payment token.`, {
      errors: [{ pointer: 'path/id', detail: 'expected the id of a bound token' }],
    });
  }
  await auditReveal(services, request, 'binding.reveal');
  const token = services.sealing.open(tokenSealed, tokenPlace({ ...row, providerRef }));
  return { binding: request.id, token: token.reveal() };
}
