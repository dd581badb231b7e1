import type { frameTokenSchema, revealedCardSchema } from '@card-gateway/contract';
import { uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { facetOf, type OpenAccount } from '../accounts/accounts.ts';
import { askProvider } from '../ask-provider.ts';
import { type RevealRequest, auditReveal } from '../audit/audit-reveal.ts';
import { ProblemError } from '../problem.ts';
import type { Services } from '../services.ts';
import { sealedPan } from './sealed-pan.ts';
import { type CardRow, getCard } from './store.ts';

/** A card's number, expiry and security code, directly from the provider; never stored or logged. */
export async function revealCard(
  services: Services,
  request: RevealRequest,
): Promise<z.output<typeof revealedCardSchema>> {
  const { row, account, providerRef } = await shownCard(services, request);
  facetOf(account, 'reveal');
  const pan = sealedPan(services, row);
  await auditReveal(services, request, 'card.reveal');
  const { value: card } = await askProvider(services, account, 'reveal', request.work, (reveal, call) =>
    reveal.card({ providerRef, pan }, call),
  );
  return { card: request.id, number: card.pan.reveal(), expiry: card.expiry, cvv: card.cvv?.reveal() ?? null };
}

/** A token with which the provider's own frame shows the card to its holder. */
export async function createFrameToken(
  services: Services,
  request: RevealRequest,
): Promise<z.output<typeof frameTokenSchema>> {
  const { account, providerRef } = await shownCard(services, request);
  facetOf(account, 'frameTokens');
  await auditReveal(services, request, 'card.frame_token');
  const { value, askedAt } = await askProvider(services, account, 'frameTokens', request.work, (frameTokens, call) =>
    frameTokens.issue({ providerRef }, call),
  );
  const { token, expiresInSeconds } = value;
  const expiresAt = new Date(askedAt.getTime() + expiresInSeconds * 1000).toISOString();
  return { card: request.id, token: token.reveal(), expiresAt };
}

/** The card, if it can be shown. @throws ProblemError 404 or 409 */
async function shownCard(
  services: Services,
  { caller, id }: RevealRequest,
): Promise<{ readonly row: CardRow; readonly account: OpenAccount; readonly providerRef: string }> {
  const row = await getCard(services.pool, caller.tenant, uuidOf('card', id));
  if (row === null) throw new ProblemError('not-found', 'There is no such card.');
  const { providerRef } = row;
  if (providerRef === null || row.status === 'pending' || row.status === 'failed') {
    throw new ProblemError('illegal-state', `The card is "${row.status}": there is nothing to show.`, {
      errors: [{ pointer: 'path/id', detail: 'expected the id of a card that was made' }],
    });
  }
  return { row, account: services.accounts.ofResource(caller, row), providerRef };
}
