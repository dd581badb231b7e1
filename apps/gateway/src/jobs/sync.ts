import type { Page, ProviderCard } from '@card-gateway/core';
import { refreshBindings } from '../bindings/read-bindings.ts';
import { ingestPage } from '../cards/ingest-page.ts';
import { askProvider, type ProviderAnswer } from '../ask-provider.ts';
import { refreshProducts } from '../catalog/products.ts';
import type { OpenAccount } from '../accounts/accounts.ts';
import { ProblemError } from '../problem.ts';
import { isEndless } from '../list-reading.ts';
import type { Services } from '../services.ts';
import { jobWork, workWithin } from '../work.ts';
import { advanceSync, beginSync, completeSync, failSync, getSync, queueSync, type SyncRow } from '../syncs/store.ts';

/** A longer sync continues in a new job, so a job held much longer than this belongs to a dead process. */
const longestRunMs = 60_000;
/** A product list has no further run to continue in. */
const longestProductsMs = 30_000;

export interface SyncRun {
  /** No retry follows. */
  readonly isLastAttempt: boolean;
  /** Aborted when this process shuts down: the sync then continues elsewhere from its last page. */
  readonly signal: AbortSignal;
}

/**
 * Runs a sync from where it stopped. A transient failure is thrown, so the queue retries later; a certain refusal, and the last
 * failure, end the sync as failed.
 */
export async function runSync(services: Services, syncId: string, run: SyncRun): Promise<void> {
  const sync = await getSync(services.pool, syncId);
  if (sync === null || sync.state === 'succeeded' || sync.state === 'failed') return;
  const account = services.accounts.byName(sync.account);
  if (account === undefined) {
    await failSync(
      services.pool,
      syncId,
      `The account "${sync.account}" is no longer configured.`,
      new Date(services.now()),
    );
    return;
  }
  await beginSync(services.pool, syncId, new Date(services.now()));
  try {
    await (sync.kind === 'cards' ? pullCards(services, account, sync, run) : pullBindings(services, account, sync));
  } catch (error) {
    if (error instanceof ProblemError && error.kind === 'rejected') {
      // The provider was not asked: this uses up no attempt, and the sync resumes as soon as possible.
      const { retryAfterSeconds = 1 } = error.details;
      await queueSync(services.pool, syncId, { runAt: new Date(services.now() + retryAfterSeconds * 1000) });
      return;
    }
    const isOver = run.isLastAttempt || (error instanceof ProblemError && error.kind !== 'transient');
    if (isOver) await failSync(services.pool, syncId, failureOf(error), new Date(services.now()));
    if (!isOver || !(error instanceof ProblemError)) throw error;
  }
}

async function pullCards(services: Services, account: OpenAccount, sync: SyncRow, run: SyncRun): Promise<void> {
  const { cards, products } = account.adapter;
  if (cards === undefined) throw new ProblemError('not-supported', 'This account can no longer list cards.');
  // Where cards lack currency and network, their product supplies them; without products the cards are stored all the same.
  if (products !== undefined && sync.reading === null) {
    await refreshProducts(services, account, workWithin(longestProductsMs)).catch((error: unknown) => {
      if (!(error instanceof ProblemError)) throw error;
    });
  }
  const goesOnUntil = services.now() + longestRunMs;
  /** Null if this run is over, so that every requested page is also stored. */
  const request = (position: string | null): Promise<ProviderAnswer<Page<ProviderCard>>> | null => {
    if (run.signal.aborted || services.now() >= goesOnUntil) return null;
    const known = services.knownPages.get(account.name, position)?.head;
    const answer = askProvider(services, account, 'cards', jobWork, (cards, call) => cards.page(position, call, known));
    // A failure ends the sync at its turn, after the page before has been stored.
    answer.catch(() => {});
    return answer;
  };
  let reading = sync.reading;
  let answer = request(reading?.position ?? null);
  while (answer !== null) {
    if (reading !== null && isEndless(reading)) {
      throw new ProblemError('provider-error', 'The list of cards does not end.', { kind: 'final' });
    }
    const { value: page, askedAt } = await answer;
    // The provider answers while this page is stored.
    const following = page.next === null ? null : request(page.next);
    const stored = await ingestPage(services, account, reading?.position ?? null, page, askedAt);
    reading = await advanceSync(services.pool, { id: sync.id, reading }, stored, new Date(services.now()));
    if (reading === null) return;
    const isFollowing = page.next !== null && reading.position === page.next;
    answer = isFollowing ? following : request(reading.position);
  }
  await queueSync(services.pool, sync.id);
}

async function pullBindings(services: Services, account: OpenAccount, sync: SyncRow): Promise<void> {
  const { kind, userRef: user, userIp } = sync;
  if (kind === 'cards' || user === null) return;
  const rows = await refreshBindings(services, account, { user, kind, userIp }, jobWork);
  await completeSync(services.pool, sync.id, rows, new Date(services.now()));
}

function failureOf(error: unknown): string {
  if (!(error instanceof ProblemError)) return 'The gateway failed; its log has the cause.';
  const { provider } = error.details;
  return provider?.code ? `${error.message} Its code: ${provider.code}.` : error.message;
}
