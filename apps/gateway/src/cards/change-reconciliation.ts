import type { CardChange, CardStatus, ChangeReconciliation, OperationType, ProviderCard } from '@card-gateway/core';
import type { OpenAccount } from '../accounts/accounts.ts';
import type { AsOf, ResolvingOutcome, Superseded } from '../ledger/kind.ts';
import { findOthers, type OperationRow } from '../ledger/store.ts';
import type { Services } from '../services.ts';
import { proofOf } from './change-evidence.ts';

export type ChangeName = CardChange['kind'];

/** The operation type of each change. */
export const changeTypes: Readonly<Record<ChangeName, OperationType>> = {
  activate: 'activateCard',
  freeze: 'freezeCard',
  unfreeze: 'unfreezeCard',
  cancel: 'cancelCard',
  setPin: 'setCardPin',
};
export const changeNames = Object.keys(changeTypes) as ChangeName[];

/** The changes that a new one supersedes: a PIN is what it was last set to, and a card is in the state it was last changed to. */
export function typesSupersededBy(change: ChangeName): readonly OperationType[] {
  return changeNames.filter((name) => (name === 'setPin') === (change === 'setPin')).map((name) => changeTypes[name]);
}

export interface ChangedCard {
  /** State the provider confirmed; null if the change does not affect state or is reported elsewhere. */
  readonly status: CardStatus | null;
  /** The provider's own name for that state. */
  readonly providerStatus?: string | null;
}

/** What a provider's description of the card proves about a change. */
export async function shownBy(
  { accounts, pool }: Services,
  change: ChangeName,
  operation: OperationRow,
  { status, providerStatus }: ProviderCard,
  asOf: AsOf,
): Promise<ResolvingOutcome<ChangedCard> | Superseded | null> {
  const account = accounts.byName(operation.account);
  const target = account === undefined ? null : targetOf(account, change);
  if (account === undefined || target === null || status === undefined) return null;
  // After reading the card: writes recorded since then cannot have affected it.
  const others = (await findOthers(pool, operation)).flatMap((other) => {
    const name = changeNames.find((one) => changeTypes[one] === other.type);
    const states = name === undefined ? undefined : targetOf(account, name)?.states;
    return states === undefined ? [] : [{ ...other, states }];
  });
  const sent = { ...operation, states: target.states, isGuess: change === 'activate' };
  const proof = proofOf(sent, { status, asOf }, others, target.visibleAfterMs);
  if (proof === 'done') return { kind: 'done', value: { status: null }, evidence: null };
  if (proof !== 'refused') return proof;
  const message = `the card is "${status}": the change can no longer come about`;
  return { kind: 'refused', refusal: { reason: 'conflict', code: providerStatus ?? null, message }, evidence: null };
}

/** How a card shows that the change was made; null if no call of the provider shows it. */
export function targetOf(
  { adapter }: OpenAccount,
  change: ChangeName,
): Extract<ChangeReconciliation, { by: 'target-state' }> | null {
  const reconciliation = adapter.cardControls?.reconciliation[change];
  return reconciliation?.by === 'target-state' && adapter.cards !== undefined ? reconciliation : null;
}
