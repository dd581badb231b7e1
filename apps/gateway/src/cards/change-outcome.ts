import { done } from '@card-gateway/core';
import { closeGuess, pinChanges, securityCodeOf, securityCodes, toldNothing } from '../guesses/limits.ts';
import { forgetGuesses, type GuessLimit, refusedUncounted } from '../guesses/store.ts';
import { laterOf } from '../instants.ts';
import type { AtOnce, LookUp, ShownRefused, Superseded, WriteKind } from '../ledger/kind.ts';
import { refusedAlone } from '../ledger/resolve-store.ts';
import { supersedeEarlier } from '../ledger/store.ts';
import type { Services } from '../services.ts';
import {
  type ChangedCard,
  type ChangeName,
  changeNames,
  changeTypes,
  shownBy,
  targetOf,
  typesSupersededBy,
} from './change-reconciliation.ts';
import { activatedAtOnce, changedAtOnce, endChange } from './change-store.ts';
import { readAndStore } from './read-and-store.ts';
import { type CardRow, getCard } from './store.ts';
import { cardOfWrite, cardView } from './view.ts';

/** A change that contains a code. */
export interface SecretChange {
  readonly action: 'card.activate' | 'card.set_pin';
  readonly limits: (services: Services, card: string) => readonly GuessLimit[];
  /** The limited thing, worded for the caller. */
  readonly what: string;
}

/** Changes that contain a code, and so could guess one or overwrite it: limited, and audited. */
export const secretChanges: Readonly<Partial<Record<ChangeName, SecretChange>>> = {
  activate: { action: 'card.activate', limits: securityCodes, what: 'security codes of this card' },
  setPin: { action: 'card.set_pin', limits: pinChanges, what: 'PINs of this card' },
};

/** How a change's outcome becomes the card's state, and how a lost answer is reconciled: by reading the card. */
function changeKind(change: ChangeName): WriteKind<ChangedCard> {
  return {
    type: changeTypes[change],
    successStatus: 200,
    apply: async (_services, client, operation, outcome, { at }) => {
      // Before the other locks of this transaction.
      if (outcome.kind === 'done') {
        const types = typesSupersededBy(change);
        await supersedeEarlier(client, operation, { resourceIds: [operation.resourceId], types }, at);
      }
      if (secretChanges[change] !== undefined) await closeGuess(client, operation.id, outcome);
      switch (outcome.kind) {
        case 'done': {
          // A person does not know whether the code was right.
          if (change === 'activate' && operation.resolvedBy !== 'person') {
            await forgetGuesses(client, securityCodeOf(operation.resourceId));
          }
          const { status, providerStatus = null } = outcome.value;
          if (status !== null) await endChange(client, operation, { status, providerStatus }, at);
          return;
        }
        // The card is unchanged, or unknown: it keeps its last certain state.
        case 'refused':
        case 'unknown':
          return;
      }
    },

    view: cardOfWrite,

    lookUp: async (
      services,
      account,
      operation,
      call,
    ): Promise<LookUp<ChangedCard> | ShownRefused | Superseded | null> => {
      const row = await getCard(services.pool, operation.tenant, operation.resourceId);
      if (targetOf(account, change) === null || row === null) return null;
      const reading = await readAndStore(services, account, row, call);
      if (reading === null) return null;
      const { outcome, askedAt } = reading;
      if (outcome.kind !== 'done') return outcome;
      if (!outcome.value.found) return { kind: 'absent' };
      const card = outcome.value.value;
      const shown = await shownBy(services, change, operation, card, { earliest: askedAt, latest: askedAt });
      return shown?.kind === 'refused' ? { kind: 'shown-refused', outcome: shown } : (shown ?? { kind: 'absent' });
    },

    // The code that received the card's description has stored it.
    shownBy: (services, operation, card, asOf) => shownBy(services, change, operation, card, asOf),

    // A person states the outcome of the change; only the provider states the card's state.
    resolved: async () => done({ status: null }),
  };
}

/** How the answer to a change changes the card as it was read before, if nothing else was known of it when the change began. */
export function changedFrom(row: CardRow, change: ChangeName): AtOnce<ChangedCard> {
  return (outcome, { at }, { createdAt }) => {
    if (outcome.kind === 'refused') {
      const isUncounted = secretChanges[change] !== undefined && toldNothing(outcome);
      return { resolve: isUncounted ? refusedUncounted : refusedAlone };
    }
    const { status, providerStatus = null } = outcome.value;
    const own = { seen_at: row.syncedAt, status, provider_status: providerStatus, guessed: securityCodeOf(row.id) };
    const resolve = change === 'activate' ? activatedAtOnce : changedAtOnce;
    if (status === null) return { resolve, own, view: cardView({ ...row, updatedAt: createdAt.toISOString() }) };
    const updatedAt = at.toISOString();
    const syncedAt = laterOf(row.syncedAt, updatedAt);
    return { resolve, own, view: cardView({ ...row, status, providerStatus, updatedAt, syncedAt }) };
  };
}

/** All changes of a card, for the job that reconciles them. */
export const changeKinds = Object.fromEntries(changeNames.map((change) => [change, changeKind(change)])) as Readonly<
  Record<ChangeName, WriteKind<ChangedCard>>
>;
