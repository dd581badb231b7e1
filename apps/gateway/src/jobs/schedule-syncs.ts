import { newUuid } from '@card-gateway/core';
import type { OpenAccount } from '../accounts/accounts.ts';
import { ProblemError } from '../http/problem.ts';
import type { Services } from '../services.ts';
import { startSync } from '../syncs/start-sync.ts';
import { isCardSyncRecent } from '../syncs/store.ts';

/** The caller of what the gateway starts by itself. */
const caller = 'schedule';

/**
 * Starts pulling the cards of each account whose interval has passed since the last pull, and that has none running or
 * waiting. Gives the accounts it began with.
 */
export async function scheduleSyncs(services: Services): Promise<readonly string[]> {
  const started: string[] = [];
  for (const account of services.accounts.all) {
    if (account.syncEveryMs === null || account.adapter.cards === undefined) continue;
    if (await startIfDue(services, account, account.syncEveryMs)) started.push(account.name);
  }
  return started;
}

async function startIfDue(services: Services, account: OpenAccount, everyMs: number): Promise<boolean> {
  const now = services.now();
  if (await isCardSyncRecent(services.pool, account.name, new Date(now - everyMs))) return false;
  const begun = startSync(
    services,
    {
      caller: { tenant: account.tenant, caller, keyId: caller, scopes: ['cards:write'] },
      // One key for each interval: of two processes that find it due at once, one starts it.
      idempotencyKey: `sync:${account.name}:${everyMs}:${Math.floor(now / everyMs)}`,
      resource: null,
      text: account.name,
      isPartial: false,
      requestId: newUuid(now),
      traceparent: undefined,
    },
    { account: account.name },
  );
  return begun.then(({ replayed }) => !replayed, wasBegunElsewhere);
}

/** @returns false when another process is just beginning it. @throws any other failure */
function wasBegunElsewhere(error: unknown): false {
  if (error instanceof ProblemError && error.code === 'request-in-progress') return false;
  throw error;
}
