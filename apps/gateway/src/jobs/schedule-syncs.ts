import { newUuid } from '@card-gateway/core';
import type { OpenAccount } from '../accounts/accounts.ts';
import { ProblemError } from '../problem.ts';
import type { Services } from '../services.ts';
import { startSync } from '../syncs/start-sync.ts';
import { isCardSyncRecent, isPulledSince } from '../syncs/store.ts';

/**
 * It is looked each minute, at times a little late: what began a little late an interval ago is due all the same, else each
 * pull would wait for the minute after.
 */
const lateMs = 30_000;

/** The caller of what the gateway starts by itself. */
const caller = 'schedule';

/**
 * Starts pulling the cards of each account whose interval has passed since the last pull began, and that has none running or
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
  if (await isCardSyncRecent(services.pool, account.name, new Date(now - everyMs + lateMs), everyMs)) return false;
  // One key for each interval: of two processes that find it due at once, one starts it.
  return startPull(services, account, `sync:${account.name}:${everyMs}:${Math.floor(now / everyMs)}`);
}

/** What only a list can show is pulled at most this often, whatever a provider, or a stranger, tells of. */
const pullForHintEveryMs = 5 * 60_000;

/**
 * Sees to it that the account's cards are pulled from now on, because one has changed that can be read by no other call.
 *
 * @param since when that was told
 * @throws ProblemError while they were pulled a moment ago: it is to be tried again
 */
export async function pullForHint(services: Services, account: OpenAccount, since: Date): Promise<void> {
  if (await isPulledSince(services.pool, account.name, since)) return;
  const turn = Math.floor(services.now() / pullForHintEveryMs);
  if (await startPull(services, account, `hint:${account.name}:${turn}`)) return;
  throw new ProblemError('account-busy', 'The cards of this account were pulled a moment ago; they will be again.');
}

/** @returns false when this key has started one before, or is starting one in another process */
async function startPull(services: Services, account: OpenAccount, idempotencyKey: string): Promise<boolean> {
  const begun = startSync(
    services,
    {
      caller: { tenant: account.tenant, caller, keyId: caller, scopes: ['cards:write'] },
      idempotencyKey,
      resource: null,
      text: account.name,
      isPartial: false,
      requestId: newUuid(services.now()),
      traceparent: undefined,
    },
    { account: account.name },
  );
  return begun.then(({ replayed }) => !replayed, wasBegunElsewhere);
}

/** @returns false when another process is just beginning it. @throws any other failure */
function wasBegunElsewhere(error: unknown): false {
  if (error instanceof ProblemError && error.kind === 'under-way') return false;
  throw error;
}
