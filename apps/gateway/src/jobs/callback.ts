import { type ProviderEvent, Secret } from '@card-gateway/core';
import { facetOf, type OpenAccount } from '../accounts/accounts.ts';
import { askProvider } from '../ask-provider.ts';
import { refreshBindings } from '../bindings/read-bindings.ts';
import { usersOfToken } from '../bindings/bound-cards-store.ts';
import { openRecord } from '../callbacks/record.ts';
import {
  type CallbackRow,
  failLost,
  findCallback,
  findCard,
  forgetBefore,
  markAsked,
  markFailed,
  markProcessed,
} from '../callbacks/store.ts';
import { sealedPan } from '../cards/sealed-pan.ts';
import { ingestCards } from '../cards/ingest-cards.ts';
import { ProblemError } from '../problem.ts';
import { momentOf } from '../provider-date.ts';
import { valueOf } from '../provider-read.ts';
import { pullForHint } from './schedule-syncs.ts';
import { readCall, type Services } from '../services.ts';
import { storeProviderTransactions } from '../transactions/store.ts';

/**
 * Works a stored callback: what it says takes effect, however often this runs. A failure is thrown, so that the queue tries
 * again later; the last one is kept, for an operator to see and to replay.
 *
 * @param isLastAttempt no further attempt follows this one
 */
export async function workCallback(services: Services, id: string, isLastAttempt: boolean): Promise<void> {
  const row = await findCallback(services.pool, id);
  // One that failed may have been replayed while its last attempt still ran: the job is there for that replay.
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

const dayMs = 24 * 3_600_000;

/** Shows what lost its job, and deletes what was worked long ago. @returns how many rows were deleted */
export async function tidyCallbacks(services: Services): Promise<number> {
  const now = services.now();
  await failLost(services.pool, new Date(now));
  return forgetBefore(services.pool, new Date(now - services.config.CALLBACKS_KEPT_DAYS * dayMs));
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
    case 'card_hint':
      await markAsked(services.pool, row.id, new Date(services.now()));
      if ((await readAgain(services, account, event.cardRef)) !== 'unreadable') return;
      // OPEN-API looks up by number alone (open-api-issuer.md §2.2): of a card whose number is not known only the list tells.
      return pullForHint(services, account, row.receivedAt);
    case 'transaction_hint':
      await markAsked(services.pool, row.id, new Date(services.now()));
      return readTransaction(services, account, event.transactionRef);
    case 'transaction':
      return storeProviderTransactions(services.pool, account, [event.transaction], row.receivedAt);
    case 'bindings_hint':
      return refreshUsers(services, account, event);
    // It was decided while it was received.
    case 'authorization':
    case 'other':
      return;
  }
}

/** A change that is told of later than this is read: its date may be a fault, and one call more costs little. */
const longestAgoMs = dayMs;

/**
 * As exactly must a change be known in time to count by its date, and so long before our last description of the card must
 * it have happened to be old: that one may itself be a change, known no better.
 */
const exactlyMs = 5000;

/**
 * A card's new status. The latest description counts, in whatever order they come: the provider's date of the change, by
 * its own clock, against the time of our last description, by ours. Where they do not tell which came later, where the
 * date cannot be, and where the card is not known and may be the one of an order whose answer was lost, the card is read.
 */
async function takeChange(
  services: Services,
  account: OpenAccount,
  { cardRef, status, providerStatus, at }: Extract<ProviderEvent, { kind: 'card_changed' }>,
  receivedAt: Date,
): Promise<void> {
  const known = await findCard(services.pool, account.name, cardRef);
  const last = known?.syncedAt?.getTime() ?? -Infinity;
  const moment = at === null ? null : momentOf(account.clock, at, receivedAt, longestAgoMs);
  const isExact = moment !== null && moment.latest.getTime() - moment.earliest.getTime() <= exactlyMs;
  const isNews = isExact && moment.earliest.getTime() > last;
  const isOld = isExact && moment.latest.getTime() + exactlyMs < last;
  if (known !== null && isNews) {
    const card = { providerRef: cardRef, status, providerStatus };
    const { earliest, latest: askedAt } = moment;
    await ingestCards(services, account, [card], { by: 'callback', askedAt, earliest });
  }
  const isDecided = isNews || isOld || known?.status === status;
  // A change tells the status alone: a card that is hardly known, as after its order, is read whole.
  if (isDecided && known !== null && known.last4 !== null) return;
  if ((await readAgain(services, account, cardRef)) === 'read') return;
  throw new ProblemError('provider-error', 'The provider does not show this card.');
}

/** Reads a card at its provider; `unreadable` where the provider has no call that finds this card. */
async function readAgain(
  services: Services,
  account: OpenAccount,
  cardRef: string,
): Promise<'read' | 'not-shown' | 'unreadable'> {
  const known = await findCard(services.pool, account.name, cardRef);
  const panSealed = known?.panSealed ?? null;
  const pan = sealedPan(services, { panSealed, account: account.name, providerRef: cardRef });
  const askedAt = new Date(services.now());
  const answer = await facetOf(account, 'cards').read({ providerRef: cardRef, pan }, readCall(services, undefined));
  if (answer.kind === 'refused' && answer.evidence === null && answer.refusal.reason === 'unsupported')
    return 'unreadable';
  const finding = valueOf(account, answer);
  if (!finding.found) return 'not-shown';
  await ingestCards(services, account, [finding.value], { by: 'list', askedAt });
  return 'read';
}

/** Reads a transaction at its provider. */
async function readTransaction(services: Services, account: OpenAccount, transactionRef: string): Promise<void> {
  const { value: finding, askedAt } = await askProvider(
    services,
    account,
    'transactions',
    undefined,
    (transactions, call) => transactions.read(transactionRef, call),
  );
  if (!finding.found) throw new ProblemError('provider-error', 'The provider does not show this transaction.');
  return storeProviderTransactions(services.pool, account, [finding.value], askedAt);
}

/** Lists anew what is bound by those whom a notification is about. Whose token nobody knows waits for its user's next list. */
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
      const refreshed = refreshBindings(services, account, { user: each, kind, userIp: null }, undefined);
      await refreshed.catch((error: unknown) => failures.push(error));
    }
  }
  // One user's list costs no other's; about an id that cannot be a user's, nobody can be asked, now or later.
  const failure = failures.find((error) => !(error instanceof ProblemError && error.kind === 'invalid'));
  if (failure !== undefined) throw failure;
}
