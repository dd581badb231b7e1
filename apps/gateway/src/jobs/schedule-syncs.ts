import { newUuid } from '@card-gateway/core';
import type { OpenAccount } from '../accounts/accounts.ts';
import { ProblemError } from '../problem.ts';
import type { Services } from '../services.ts';
import { startSync } from '../syncs/start-sync.ts';
import { isCardSyncRecent, isPulledSince } from '../syncs/store.ts';
import { jobWork } from '../work.ts';

/**
 * Tolerance of the check, which runs each minute, sometimes a little late: without it a sync that started late would postpone
 * the next by a minute.
 */
const lateMs = 30_000;

/** The caller recorded for operations that the gateway starts itself. */
const caller = 'schedule';

/**
 * Starts a card sync for each account whose interval has passed since its last one began, and that has none running or waiting.
 * Returns these accounts.
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
  const recent = { since: new Date(now - everyMs + lateMs), now: new Date(now), longMs: everyMs };
  if (await isCardSyncRecent(services.pool, account.name, recent)) return false;
  // One key per interval: if two processes find it due at once, one starts it.
  return startPull(services, account, `sync:${account.name}:${everyMs}:${Math.floor(now / everyMs)}`);
}

/** Minimum interval between syncs caused by hints, however many a provider, or a stranger, sends. */
const pullForHintEveryMs = 5 * 60_000;

/**
 * Ensures a sync of the account's cards from now on, because a changed card can be read only through the list.
 *
 * @param since when the hint was received
 * @throws ProblemError if a sync ran moments ago: retry later
 */
export async function pullForHint(services: Services, account: OpenAccount, since: Date): Promise<void> {
  if (await isPulledSince(services.pool, account.name, since, new Date(services.now()))) return;
  const turn = Math.floor(services.now() / pullForHintEveryMs);
  if (await startPull(services, account, `hint:${account.name}:${turn}`)) return;
  throw new ProblemError(
    'account-busy',
    'The cards of this account were synced a moment ago; another sync will follow.',
  );
}

/** @returns false if this key already started one, or is starting one in another process */
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
      work: jobWork,
    },
    { account: account.name },
  );
  return begun.then(({ replayed }) => !replayed, wasBegunElsewhere);
}

/** @returns false if another process is just starting it. @throws any other failure */
function wasBegunElsewhere(error: unknown): false {
  if (error instanceof ProblemError && error.kind === 'under-way') return false;
  throw error;
}
