import { done, type Finding, type Outcome, type ProviderCard, type ProviderEvent, Secret } from '@card-gateway/core';
import { facetOf, type OpenAccount } from '../accounts/accounts.ts';
import { wasAheadOfTime } from '../ahead-of-time.ts';
import { askProvider } from '../ask-provider.ts';
import { refreshBindings } from '../bindings/read-bindings.ts';
import { usersOfToken } from '../bindings/bound-cards-store.ts';
import { datedChange, exactlyMs } from '../callbacks/card-change.ts';
import { openRecord } from '../callbacks/record.ts';
import { type CallbackRow, findCallback, findCard, markAsked, markFailed, markProcessed } from '../callbacks/store.ts';
import { sealedPan } from '../cards/sealed-pan.ts';
import { ingestCards } from '../cards/ingest-cards.ts';
import { ProblemError } from '../problem.ts';
import { pullForHint } from './schedule-syncs.ts';
import type { Services } from '../services.ts';
import { storeProviderTransactions } from '../transactions/store.ts';
import { jobWork } from '../work.ts';

/**
 * Processes a stored callback. Running it again has no further effect. A failure is thrown, so the queue retries later; the
 * last failure is stored, for an operator to see and replay.
 *
 * @param isLastAttempt no retry follows
 */
export async function workCallback(services: Services, id: string, isLastAttempt: boolean): Promise<void> {
  const row = await findCallback(services.pool, id);
  // A failed callback may have been replayed while its last attempt was running: this job belongs to the replay.
  if (row === null || row.state === 'worked') return;
  try {
    await takeEffect(services, row);
  } catch (error) {
    if (!isLastAttempt) throw error;
    await markFailed(services.pool, id, failureOf(error));
    return;
  }
  await markProcessed(services.pool, row, new Date(services.now()));
}

function failureOf(error: unknown): string {
  return error instanceof ProblemError ? error.message : 'The gateway failed; its log has the cause.';
}

async function takeEffect(services: Services, row: CallbackRow): Promise<void> {
  const account = services.accounts.byName(row.account);
  if (account === undefined) throw new ProblemError('not-found', 'Its account is no longer configured.');
  const event = facetOf(account, 'callbacks').eventOf(openRecord(services.sealing, row));
  switch (event.kind) {
    case 'card_changed':
      return takeChange(services, account, event, row.receivedAt);
    case 'card_hint': {
      await markAsked(services.pool, row.id, new Date(services.now()));
      const known = await findCard(services.pool, account.name, event.cardRef);
      if ((await readAgain(services, account, event.cardRef, known)) !== 'unreadable') return;
      // Some providers look a card up only by its number: one with an unknown number is visible only in the list.
      return pullForHint(services, account, row.receivedAt);
    }
    case 'transaction_hint':
      await markAsked(services.pool, row.id, new Date(services.now()));
      return readTransaction(services, account, event.transactionRef);
    case 'transaction':
      return storeProviderTransactions(services.pool, account, [event.transaction], row.receivedAt);
    case 'bindings_hint':
      return refreshUsers(services, account, event);
    // The decision was made when the callback was received.
    case 'authorization':
    case 'other':
      return;
  }
}

/**
 * Applies a card's new status. Whatever the order of arrival, the latest description counts: the change's date by the
 * provider's clock is compared with the time of our last description by ours. The card is read instead if that comparison is
 * undecided, if the date is impossible, or if the card is unknown and may belong to an order with a lost answer.
 */
async function takeChange(
  services: Services,
  account: OpenAccount,
  event: Extract<ProviderEvent, { kind: 'card_changed' }>,
  receivedAt: Date,
): Promise<void> {
  const { cardRef, status, providerStatus } = event;
  const known = await findCard(services.pool, account.name, cardRef);
  const last = known?.syncedAt?.getTime() ?? -Infinity;
  const change = datedChange(account, event, receivedAt);
  const isNews = change !== null && change.earliest.getTime() > last;
  const isOld = change !== null && change.latest.getTime() + exactlyMs < last && !wasAheadOfTime(last, services.now());
  if (known !== null && isNews) {
    const card = { providerRef: cardRef, status, providerStatus };
    const { earliest, latest: askedAt } = change;
    await ingestCards(services, account, [card], { by: 'callback', askedAt, earliest });
  }
  const isDecided = isNews || isOld || known?.status === status;
  // A change contains only the status: a card of which little is known, e.g. just after its order, is read in full.
  if (isDecided && known !== null && known.last4 !== null) return;
  if ((await readAgain(services, account, cardRef, known)) === 'read') return;
  throw new ProblemError('provider-error', 'The provider does not show this card.');
}

/** Reads a card at its provider; `unreadable` if no call of the provider can find this card. */
async function readAgain(
  services: Services,
  account: OpenAccount,
  cardRef: string,
  known: Awaited<ReturnType<typeof findCard>>,
): Promise<'read' | 'not-shown' | 'unreadable'> {
  const panSealed = known?.panSealed ?? null;
  const pan = sealedPan(services, { panSealed, account: account.name, providerRef: cardRef });
  type Shown = Outcome<Finding<ProviderCard> | 'unreadable'>;
  const { value: finding, askedAt } = await askProvider(
    services,
    account,
    'cards',
    jobWork,
    async (cards, call): Promise<Shown> => {
      const outcome = await cards.read({ providerRef: cardRef, pan }, call);
      const isUnreadable =
        outcome.kind === 'refused' && outcome.evidence === null && outcome.refusal.reason === 'unsupported';
      return isUnreadable ? done('unreadable') : outcome;
    },
  );
  if (finding === 'unreadable') return finding;
  if (!finding.found) return 'not-shown';
  await ingestCards(services, account, [finding.value], { by: 'list', askedAt });
  return 'read';
}

async function readTransaction(services: Services, account: OpenAccount, transactionRef: string): Promise<void> {
  const { value: finding, askedAt } = await askProvider(
    services,
    account,
    'transactions',
    jobWork,
    (transactions, call) => transactions.read(transactionRef, call),
  );
  if (!finding.found) throw new ProblemError('provider-error', 'The provider does not show this transaction.');
  return storeProviderTransactions(services.pool, account, [finding.value], askedAt);
}

/**
 * Lists the bindings of the users that a notification concerns. If its token is unknown here, the change comes with that user's
 * next list.
 */
async function refreshUsers(
  services: Services,
  account: OpenAccount,
  { user, token }: Extract<ProviderEvent, { kind: 'bindings_hint' }>,
): Promise<void> {
  const { boundCards } = account.adapter;
  if (boundCards === undefined || boundCards.needsUserIp) return;
  const fingerprints = token === null ? [] : services.sealing.fingerprints(new Secret(token));
  const users = user === null ? await usersOfToken(services.pool, account.name, fingerprints) : [user];
  const failures: unknown[] = [];
  for (const each of users) {
    for (const kind of boundCards.kinds) {
      const refreshed = refreshBindings(services, account, { user: each, kind, userIp: null }, jobWork);
      await refreshed.catch((error: unknown) => failures.push(error));
    }
  }
  // One user's failure affects no other's list; an id that cannot be a user's can never be asked about.
  const failure = failures.find((error) => !(error instanceof ProblemError && error.kind === 'invalid'));
  if (failure !== undefined) throw failure;
}
