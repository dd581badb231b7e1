import { createHash } from 'node:crypto';
import { hasDoubledMember, type Transport } from '@card-gateway/adapter-kit';
import { decisionAnswerSchema, type decisionRequestSchema } from '@card-gateway/contract';
import { type AuthorizationRequest, toPublicId } from '@card-gateway/core';
import type { z } from 'zod';
import type { OpenAccount } from '../accounts/accounts.ts';
import type { DecisionService } from '../accounts/callback-settings.ts';
import { signWebhook, webhookKey } from '../secrets.ts';
import type { NewDecision } from './decision-store.ts';

/** A decision service's answer about a payment; anything but a clear answer is a decline. */
export type ServiceAnswer = Pick<NewDecision, 'decision' | 'because'>;

/**
 * Asks the operator's service about a payment: a POST signed by Standard Webhooks, answered with HTTP 2xx and `{"decision":
 * "approve"}` or `{"decision": "decline"}`. A payment always has the same `webhook-id`.
 */
export async function askService(
  service: DecisionService & { readonly send: Transport },
  account: OpenAccount,
  request: AuthorizationRequest,
  options: { readonly cardId: string | null; readonly at: Date; readonly timeoutMs: number },
): Promise<ServiceAnswer> {
  const { at: paidAt, ...payment } = request;
  const question: z.output<typeof decisionRequestSchema> = {
    type: 'authorization.requested',
    timestamp: options.at.toISOString(),
    data: {
      account: account.name,
      provider: account.provider,
      card: options.cardId && toPublicId('card', options.cardId),
      ...payment,
      paidAt: paidAt?.toISOString() ?? null,
    },
  };
  const body = JSON.stringify(question);
  const identity = createHash('sha256')
    .update(JSON.stringify([account.name, request.transactionRef]))
    .digest('hex');
  const exchange = await service.send({
    operation: 'authorization decision',
    method: 'POST',
    url: service.url,
    headers: {
      'content-type': 'application/json',
      ...signWebhook([webhookKey(service.secret)], {
        id: `auth_${identity.slice(0, 32)}`,
        at: options.at.getTime(),
        body,
      }),
    },
    body,
    timeoutMs: options.timeoutMs,
  });
  switch (exchange.kind) {
    case 'not_sent':
      return { decision: 'decline', because: 'service_unreachable' };
    case 'lost':
      return {
        decision: 'decline',
        because: exchange.cause === 'TimeoutError' ? 'service_late' : 'service_unreachable',
      };
    case 'answered':
      return exchange.status >= 200 && exchange.status <= 299 ? decisionIn(exchange.body) : unreadable;
  }
}

const unreadable: ServiceAnswer = { decision: 'decline', because: 'service_unreadable' };

function decisionIn(body: string): ServiceAnswer {
  try {
    const answer = decisionAnswerSchema.parse(JSON.parse(body));
    // With a duplicate member the answer is ambiguous.
    return hasDoubledMember(body) ? unreadable : { ...answer, because: 'service' };
  } catch {
    return unreadable;
  }
}
