import { type BindingStarted, done } from '@card-gateway/core';
import type { PoolClient } from 'pg';
import { closeGuess } from '../guesses/limits.ts';
import type { WriteKind } from '../ledger/kind.ts';
import { notOurs } from '../ledger/word.ts';
import { awaitCode, boundRows, endStart, isChallengeOfAnother, markBound } from './challenge-store.ts';
import { lookUpBound, viewBinding } from './reconciliation.ts';

/** A start that the provider answered, or what it said of the card after the answer was lost. */
export type Started = BindingStarted | { readonly status: 'bound' } | { readonly status: 'found_not_required' };

/** How the outcome of a start changes the binding; a lost one resolves from the user's list, never by a second SMS. */
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
        // Whether it sent an SMS nobody knows, so that it counts as one.
        case 'found_not_required':
          return endStart(client, id, { status: 'not_required', sentNothing: false }, at);
      }
    }
  },
  view: viewBinding,
  lookUp: (services, account, operation, call) => lookUpBound(services, account, operation, call),
  // That it worked says that an SMS is on its way, whose id at the provider the code is handed in with; bound is what
  // the user's list shows.
  resolved: async ({ pool }, { operation, providerRef }) => {
    if (providerRef === null) return null;
    if (await isChallengeOfAnother(pool, operation, providerRef)) throw notOurs();
    return done({ status: 'awaiting_code', challenge: providerRef });
  },
};

/** A start whose card turns out to be bound: by an earlier binding, so that none was needed, or by this one. */
async function foundBound(client: PoolClient, id: string, at: Date): Promise<void> {
  // Whether it sent an SMS nobody knows, so that it counts as one.
  if ((await boundRows(client, id)).length > 0)
    await endStart(client, id, { status: 'not_required', sentNothing: false }, at);
  else await markBound(client, id, at);
}
