import { type BindingStarted, done } from '@card-gateway/core';
import type { PoolClient } from 'pg';
import { closeGuess, toldNothing } from '../guesses/limits.ts';
import type { ResolvingOutcome, ResourceChange, WriteKind } from '../ledger/kind.ts';
import { notOurs } from '../ledger/word.ts';
import {
  awaitCode,
  awaitedAtOnce,
  boundRows,
  endStart,
  isChallengeOfAnother,
  markBound,
  startEndedAtOnce,
} from './challenge-store.ts';
import type { Services } from '../services.ts';
import { lookUpBound, viewBinding } from './reconciliation.ts';
import type { BindingRow } from './store.ts';
import { bindingView } from './view.ts';

/** The provider's answer to a start, or what it said about the card after the answer was lost. */
export type Started = BindingStarted | { readonly status: 'bound' } | { readonly status: 'found_not_required' };

/** How a start's outcome changes the binding. A lost answer is reconciled from the user's list, never by a second SMS. */
export const startBindingKind: WriteKind<Started> = {
  type: 'startBinding',
  successStatus: 201,
  apply: async ({ config }, client, operation, outcome, { at }) => {
    const id = operation.resourceId;
    await closeGuess(client, operation.id, outcome);
    switch (outcome.kind) {
      case 'done':
        return started(outcome.value);
      case 'refused':
        return endStart(client, id, { status: 'refused', sentNothing: true }, at);
      case 'unknown':
        return;
    }

    function started(value: Started): Promise<void> {
      switch (value.status) {
        case 'awaiting_code': {
          const expiresAt = new Date(at.getTime() + config.SMS_CODE_LIFETIME_MS);
          return awaitCode(client, id, { ref: value.challenge, expiresAt, attempts: config.SMS_WRONG_CODES }, at);
        }
        case 'not_required':
          return endStart(client, id, { status: 'not_required', sentNothing: true }, at);
        case 'bound':
          return foundBound(client, id, at);
        // It may have sent an SMS, so it counts as one.
        case 'found_not_required':
          return endStart(client, id, { status: 'not_required', sentNothing: false }, at);
      }
    }
  },
  view: viewBinding,
  lookUp: lookUpBound,
  // Success means that an SMS is on its way; its id at the provider is submitted with the code. Only the user's list shows a
  // card as bound.
  resolved: async ({ pool }, { operation, providerRef }) => {
    if (providerRef === null) return null;
    if (await isChallengeOfAnother(pool, operation, providerRef)) throw notOurs();
    return done({ status: 'awaiting_code', challenge: providerRef });
  },
};

/** How the answer to a start changes the binding as it was recorded. */
export function startedFrom(
  binding: BindingRow,
  { config }: Services,
  outcome: ResolvingOutcome<Started>,
  at: Date,
): ResourceChange | null {
  const ended = { sent_nothing: true, told_nothing: toldNothing(outcome) };
  if (outcome.kind === 'refused') return { resolve: startEndedAtOnce, own: { status: 'refused', ...ended } };
  const { value } = outcome;
  switch (value.status) {
    case 'awaiting_code': {
      const challengeExpiresAt = new Date(at.getTime() + config.SMS_CODE_LIFETIME_MS);
      const attemptsLeft = config.SMS_WRONG_CODES;
      const own = {
        challenge_ref: value.challenge,
        challenge_expires_at: challengeExpiresAt,
        attempts_left: attemptsLeft,
      };
      const { status } = value;
      const view = bindingView({ ...binding, status, challengeExpiresAt, attemptsLeft, updatedAt: at });
      return { resolve: awaitedAtOnce, own, view };
    }
    case 'not_required': {
      const { status } = value;
      const view = bindingView({ ...binding, status, updatedAt: at });
      return { resolve: startEndedAtOnce, own: { status, ...ended }, view };
    }
    // Rare, and about other bindings of the user, too.
    case 'bound':
    case 'found_not_required':
      return null;
  }
}

/** A start whose card is already bound: by an earlier binding, so that none was needed, or by this one. */
async function foundBound(client: PoolClient, id: string, at: Date): Promise<void> {
  // It may have sent an SMS, so it counts as one.
  if ((await boundRows(client, id)).length > 0)
    await endStart(client, id, { status: 'not_required', sentNothing: false }, at);
  else await markBound(client, id, at);
}
