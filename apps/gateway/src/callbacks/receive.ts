import {
  type Acknowledgement,
  type CallbacksFacet,
  type CallbackVerdict,
  newUuid,
  type ReceivedCallback,
} from '@card-gateway/core';
import type { OpenAccount } from '../accounts/accounts.ts';
import { isListed } from '../addresses.ts';
import { isSameSecret } from '../secrets.ts';
import type { Services } from '../services.ts';
import type { Authorize } from './authorize.ts';
import { datedChange } from './card-change.ts';
import { storeCallback } from './intake-store.ts';
import { openRecord, sealRecord } from './record.ts';
import type { FetchKeys } from './signing-keys.ts';
import type { NewCallback } from './store.ts';

/** The account that a callback is for, known before its body is read. */
export interface Intake {
  readonly account: OpenAccount;
  readonly facet: CallbacksFacet;
}

/** A URL that accepts no callbacks. The reason is only for the log: the sender cannot tell refusals apart. */
export interface ClosedIntake {
  /** Null if there is no such account; the name may then be anything. */
  readonly account: OpenAccount | null;
  readonly facet: null;
  readonly why: 'no_account' | 'takes_no_callbacks' | 'wrong_secret_path' | 'address_not_allowed';
}

/**
 * The account of a callback URL.
 *
 * @param secret the last segment of the URL; null if the URL ends with the account
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

/** The result of a callback. Nothing of a refused one is stored. */
export type Taken =
  | { readonly kind: 'accepted' | 'repeated'; readonly acknowledgement: Acknowledgement }
  /** It matches a stored callback but has different content: one of the two was altered. */
  | { readonly kind: 'repeated_differently'; readonly acknowledgement: Acknowledgement; readonly callbackId: string }
  | Extract<CallbackVerdict, { kind: 'refused' }>;

/** What the intake of this process shares between callbacks. */
export interface IntakeServices extends Services {
  readonly authorize: Authorize;
  readonly fetchKeys: FetchKeys;
}

/**
 * Accepts a callback: verifies it, stores it with its job or effect in one commit, then acknowledges it as the provider demands.
 * A repeat is counted and acknowledged alike.
 *
 * @param startedAt when the request began, by `performance.now()`
 */
export async function receiveCallback(
  services: IntakeServices,
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
    const decision = await services.authorize(account, event.request, row, startedAt);
    return { kind: 'accepted', acknowledgement: facet.acknowledge(record, decision) };
  }
  const acknowledgement = facet.acknowledge(record, null);
  const change = event.kind === 'card_changed' ? datedChange(account, event, row.receivedAt) : null;
  const hintEveryMs = services.config.CALLBACK_HINT_INTERVAL_MS;
  const stored = await storeCallback(services.pool, { ...row, change, hintEveryMs });
  if (stored.id === row.id) return { kind: 'accepted', acknowledgement };
  if (stored.before === null || openRecord(services.sealing, { ...row, recordSealed: stored.before }) === record) {
    return { kind: 'repeated', acknowledgement };
  }
  return { kind: 'repeated_differently', acknowledgement, callbackId: stored.id };
}

/** The provider may have changed its signing keys: fetches them and verifies the callback once more. */
async function verdictOf(
  services: IntakeServices,
  { account, facet }: Intake,
  callback: ReceivedCallback,
): Promise<CallbackVerdict> {
  const verdict = facet.receive(callback);
  if (verdict.kind !== 'refused' || verdict.why !== 'unknown_key' || facet.fetchKeys === undefined) return verdict;
  await services.fetchKeys(account);
  return facet.receive(callback);
}
