import { within } from '@card-gateway/adapter-kit';
import type { AuthorizationRequest } from '@card-gateway/core';
import type { OpenAccount } from '../accounts/accounts.ts';
import { decisionReserve } from '../accounts/callback-settings.ts';
import { isDatabaseFailure } from '../database-failure.ts';
import type { Services } from '../services.ts';
import { askService, type ServiceAnswer } from './decision-service.ts';
import { knownPayment, storeDecision } from './decision-store.ts';
import type { Decision, NewCallback } from './store.ts';

/**
 * Decides about a payment within its time limit. The decision is stored before it is answered, and the first stored one answers
 * every repeat. Anything late or failing is a decline; while the database is down or slow it is not stored, so a repeat may get
 * another answer.
 *
 * @param startedAt when the request began, by `performance.now()`
 */
export type Authorize = (
  account: OpenAccount,
  request: AuthorizationRequest,
  callback: NewCallback,
  startedAt: number,
) => Promise<Decision>;

/** Concurrent equal pushes are decided one after another, so that later ones find the first one's decision. */
export function authorizer(services: Services): Authorize {
  /** The last pending decision, by account and signed content. */
  const underWay = new Map<string, Promise<unknown>>();

  return async (account, request, callback, startedAt) => {
    const longestMs = (account.adapter.callbacks?.decisionTimeMs ?? 0) - decisionReserve.wayMs;
    const leftMs = (): number => longestMs - (performance.now() - startedAt);
    const key = JSON.stringify([account.name, callback.deduplicationKey]);
    const before = underWay.get(key);
    const decided = afterwards(before, () => decide(services, account, request, callback, leftMs)).catch(
      (error: unknown) => {
        if (error instanceof TooLate || (error instanceof Error && isDatabaseFailure(error))) return 'decline' as const;
        throw error;
      },
    );
    const over = Promise.allSettled([decided]);
    underWay.set(key, over);
    void over.then(() => underWay.get(key) === over && underWay.delete(key));

    return within(leftMs(), decided, 'decline');
  };
}

async function afterwards<T>(before: Promise<unknown> | undefined, work: () => Promise<T>): Promise<T> {
  await before;
  return work();
}

class TooLate extends Error {}

async function decide(
  services: Services,
  account: OpenAccount,
  request: AuthorizationRequest,
  callback: NewCallback,
  leftMs: () => number,
): Promise<Decision> {
  const known = await knownPayment(services.pool, account.name, request);
  const answer = known.decision === null ? await ask(account, request, callback, known.cardId, leftMs) : decidedBefore;
  return storeDecision(services.pool, callback, { ...request, ...answer }, Math.max(1, Math.floor(leftMs())), () => {
    // The answer must match the stored decision: one that is too late to be answered is rolled back.
    if (leftMs() <= 0) throw new TooLate();
  });
}

/** The first decision stands, and this one is not stored. */
const decidedBefore: ServiceAnswer = { decision: 'decline', because: 'no_setting' };

async function ask(
  account: OpenAccount,
  request: AuthorizationRequest,
  callback: NewCallback,
  cardId: string | null,
  leftMs: () => number,
): Promise<ServiceAnswer> {
  const { authorization } = account;
  if (authorization === null) return { decision: 'decline', because: 'no_setting' };
  if ('decide' in authorization) return { decision: authorization.decide, because: 'setting' };
  const timeoutMs = Math.floor(Math.min(authorization.timeoutMs, leftMs() - decisionReserve.storingMs));
  if (timeoutMs <= 0) return { decision: 'decline', because: 'service_late' };
  return askService(authorization, account, request, { cardId, at: callback.receivedAt, timeoutMs });
}
