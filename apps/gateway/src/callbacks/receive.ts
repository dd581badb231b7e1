import {
  type Acknowledgement,
  type CallbacksFacet,
  type CallbackVerdict,
  newUuid,
  type ReceivedCallback,
} from '@card-gateway/core';
import type { OpenAccount } from '../accounts/accounts.ts';
import { isListed } from '../addresses.ts';
import { askProvider, noAnswer } from '../ask-provider.ts';
import { isSameSecret } from '../secrets.ts';
import type { Services } from '../services.ts';
import { jobWork } from '../work.ts';
import type { Authorize } from './authorize.ts';
import { openRecord, sealRecord } from './record.ts';
import { type NewCallback, storeCallback } from './store.ts';

/** The account that a callback came in for, known before anything of its body is read. */
export interface Intake {
  readonly account: OpenAccount;
  readonly facet: CallbacksFacet;
}

/** A URL at which nothing is taken. Why is for the log alone: to whoever sends, all that is not taken is the same. */
export interface ClosedIntake {
  /** Null where there is no account of this name, which then may be anything. */
  readonly account: OpenAccount | null;
  readonly facet: null;
  readonly why: 'no_account' | 'takes_no_callbacks' | 'wrong_secret_path' | 'address_not_allowed';
}

/**
 * The account that a callback URL belongs to.
 *
 * @param secret the last segment of the URL; null where the URL ends with the account
 */
export function intakeOf(
  services: Services,
  name: string,
  secret: string | null,
  address: string,
): Intake | ClosedIntake {
  const account = services.accounts.byName(name) ?? null;
  const closed = (why: ClosedIntake['why']): ClosedIntake => ({ account, facet: null, why });
  if (account === null) return closed('no_account');
  const { callbacks: facet } = account.adapter;
  if (facet === undefined) return closed('takes_no_callbacks');
  const { secretPath, allowFrom } = account.callbacks;
  const isOpen =
    secretPath === undefined
      ? !facet.isUnsigned && secret === null
      : secret !== null && isSameSecret(secretPath, secret);
  if (!isOpen) return closed('wrong_secret_path');
  if (allowFrom !== undefined && !isListed(allowFrom, address)) return closed('address_not_allowed');
  return { account, facet };
}

/** What became of a callback. Of one that is refused nothing was kept. */
export type Taken =
  | { readonly kind: 'accepted' | 'repeated'; readonly acknowledgement: Acknowledgement }
  /** It was taken for one that is stored, and says something else: one of the two was altered. */
  | { readonly kind: 'repeated_differently'; readonly acknowledgement: Acknowledgement; readonly callbackId: string }
  | Extract<CallbackVerdict, { kind: 'refused' }>;

/**
 * Takes a callback: verified, stored with its job in one commit, then acknowledged as the provider demands. One that came
 * before is counted and acknowledged alike.
 *
 * @param startedAt when the request began, on the clock of `performance.now()`
 */
export async function receiveCallback(
  services: Services,
  authorize: Authorize,
  { account, facet }: Intake,
  callback: ReceivedCallback,
  startedAt: number,
): Promise<Taken> {
  const verdict = await verdictOf(services, { account, facet }, callback);
  if (verdict.kind === 'refused') return verdict;
  const { record, deduplicationKey } = verdict;
  const event = facet.eventOf(record);
  const row: NewCallback = {
    id: newUuid(callback.receivedAt),
    tenant: account.tenant,
    provider: account.provider,
    account: account.name,
    deduplicationKey,
    kind: event.kind,
    recordSealed: sealRecord(services.sealing, { account: account.name, deduplicationKey }, record),
    receivedAt: new Date(callback.receivedAt),
  };
  if (event.kind === 'authorization') {
    const decision = await authorize(account, event.request, row, startedAt);
    return { kind: 'accepted', acknowledgement: facet.acknowledge(record, decision) };
  }
  const acknowledgement = facet.acknowledge(record, null);
  const stored = await storeCallback(services.pool, row, services.config.CALLBACK_HINT_INTERVAL_MS);
  if (stored.id === row.id) return { kind: 'accepted', acknowledgement };
  if (stored.before === null || openRecord(services.sealing, { ...row, recordSealed: stored.before }) === record) {
    return { kind: 'repeated', acknowledgement };
  }
  return { kind: 'repeated_differently', acknowledgement, callbackId: stored.id };
}

/** A provider may have changed the keys with which it signs: then they are fetched, and the callback is looked at once more. */
async function verdictOf(
  services: Services,
  { account, facet }: Intake,
  callback: ReceivedCallback,
): Promise<CallbackVerdict> {
  const verdict = facet.receive(callback);
  const { fetchKeys } = facet;
  if (verdict.kind !== 'refused' || verdict.why !== 'unknown_key' || fetchKeys === undefined) return verdict;
  await askProvider(services, account, 'callbacks', jobWork, (_callbacks, call) => fetchKeys.call(facet, call)).catch(
    noAnswer,
  );
  return facet.receive(callback);
}
