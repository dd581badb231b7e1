import { setTimeout as wait } from 'node:timers/promises';
import type { AuthorizationRequest } from '@card-gateway/core';
import type { OpenAccount } from '../accounts/accounts.ts';
import { decisionReserve } from '../accounts/callback-settings.ts';
import { isDatabaseFailure } from '../database-failure.ts';
import type { Services } from '../services.ts';
import { askService, type ServiceAnswer } from './decision-service.ts';
import { knownPayment, storeDecision } from './decision-store.ts';
import type { Decision, NewCallback } from './store.ts';

/**
 * Decides about a payment within its time: the decision is stored before it is answered, and the first one stored is
 * answered to every repeat. Whatever is late or fails is a decline; where the database is away or slow it is not stored, and a
 * repeat may get another answer.
 *
 * @param startedAt when the request began, on the clock of `performance.now()`
 */
export type Authorize = (
  account: OpenAccount,
  request: AuthorizationRequest,
  callback: NewCallback,
  startedAt: number,
) => Promise<Decision>;

/** Equal pushes that come at once are decided one after another, so that those behind the first find its decision. */
export function authorizer(services: Services): Authorize {
  /** The last of those that are being decided, by account and signed content. */
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

    const answered = new AbortController();
    const late = wait(Math.max(0, leftMs()), 'decline' as const, { signal: answered.signal }).catch(
      () => 'decline' as const,
    );
    try {
      return await Promise.race([decided, late]);
    } finally {
      answered.abort();
    }
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
    // What is answered must be what is stored: a decision that comes too late to be answered is undone.
    if (leftMs() <= 0) throw new TooLate();
  });
}

/** The first decision stands: of this one nothing is stored. */
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
