import type { activateCardSchema, setCardPinSchema } from '@card-gateway/contract';
import { type CardChange, type CardStatus, mapOutcome, Secret, toPublicId, uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { facetOf, type OpenAccount } from '../accounts/accounts.ts';
import { guessProblem } from '../guesses/limits.ts';
import { waitForGuess } from '../guesses/store.ts';
import { invalidRequest, ProblemError } from '../problem.ts';
import type { RecordWrite } from '../ledger/record-store.ts';
import { type WriteAnswer, writeOnce, type WriteRequest } from '../ledger/write.ts';
import type { Services } from '../services.ts';
import { changedFrom, changeKinds, type SecretChange, secretChanges } from './change-outcome.ts';
import { type ChangeName, targetOf } from './change-reconciliation.ts';
import { recordChange, recordSecretChange } from './change-store.ts';
import { readAndStore } from './read-and-store.ts';
import { type CardRow, getCard } from './store.ts';
import type { Work } from '../work.ts';

interface Rule {
  /** The states in which the change is possible; in any other the provider is not asked. */
  readonly from: readonly CardStatus[];
  readonly isForPhysicalOnly: boolean;
}

/** The changes that each state allows. */
export const changeRules: Readonly<Record<ChangeName, Rule>> = {
  activate: { from: ['inactive'], isForPhysicalOnly: true },
  // The meaning of an undocumented provider state is unknown, and a card in it must still be stoppable: the provider decides.
  freeze: { from: ['active', 'unrecognized'], isForPhysicalOnly: false },
  unfreeze: { from: ['frozen'], isForPhysicalOnly: false },
  cancel: { from: ['inactive', 'active', 'frozen', 'unrecognized'], isForPhysicalOnly: false },
  setPin: { from: ['active'], isForPhysicalOnly: true },
};

export function activateCard(
  services: Services,
  write: WriteRequest,
  id: string,
  { cvv, last4 }: z.output<typeof activateCardSchema>,
): Promise<WriteAnswer> {
  return changeCard(services, write, id, { kind: 'activate', cvv: new Secret(cvv), last4 });
}

/** Sets a card's PIN, which is passed on and never stored. */
export function setCardPin(
  services: Services,
  write: WriteRequest,
  id: string,
  { pin }: z.output<typeof setCardPinSchema>,
): Promise<WriteAnswer> {
  return changeCard(services, write, id, { kind: 'setPin', pin: new Secret(pin) });
}

/**
 * Changes a card at its provider, once per Idempotency-Key, if our records allow the change. If the provider refuses because of
 * the card's state, ours was stale: the card is read, so that the caller finds its true state.
 */
export async function changeCard(
  services: Services,
  write: WriteRequest,
  publicId: string,
  change: CardChange,
): Promise<WriteAnswer> {
  let inOtherState: { readonly account: OpenAccount; readonly row: CardRow } | null = null;
  const answer = await writeOnce(services, changeKinds[change.kind], write, async () => {
    const id = uuidOf('card', publicId);
    const row = await getCard(services.pool, write.caller.tenant, id);
    if (row === null) throw new ProblemError('not-found', 'There is no such card.');
    const account = services.accounts.ofResource(write.caller, row);
    const controls = facetOf(account, 'cardControls');
    const gap = controls.gaps?.[change.kind];
    if (gap !== undefined)
      throw new ProblemError('not-supported', `The account "${account.name}" cannot do this: ${gap.reason}`);
    const pinFault = change.kind === 'setPin' ? controls.pinFault(change.pin) : null;
    if (pinFault !== null) {
      throw invalidRequest({ pointer: '/pin', detail: pinFault });
    }
    const card = changeable(row, change.kind);
    const target = targetOf(account, change.kind);
    const secret = secretChanges[change.kind];
    let refusal: ProblemError | null = null;
    const recordGuess = ({ limits, action, what }: SecretChange): RecordWrite => {
      const own = limits(services, id);
      const record = recordSecretChange(row, own, { keyId: write.caller.keyId, action, resource: publicId });
      return async (to, operation) => {
        const recorded = await record(to, operation);
        const waitMs = recorded === null ? await waitForGuess(to, own) : null;
        refusal = waitMs === null ? null : guessProblem(what, waitMs);
        return recorded;
      };
    };
    return {
      account,
      resourceId: id,
      resolvesBy: target === null ? 'person' : 'look-up',
      record: secret === undefined ? recordChange(row) : recordGuess(secret),
      atOnce: changedFrom(row, change.kind),
      unfit: () => refusal ?? changedMeanwhile(),
      send: async (call) => {
        const outcome = await controls.change(card, change, call);
        if (outcome.kind === 'refused' && outcome.refusal.reason === 'conflict') inOtherState = { account, row };
        return mapOutcome(outcome, ({ providerStatus }) => ({ status: target?.states[0] ?? null, providerStatus }));
      },
    };
  });
  if (inOtherState !== null) await readTrueState(services, inOtherState, write.work);
  return answer;
}

/** Whatever this read returns, the refusal is recorded and remains the answer. */
async function readTrueState(
  services: Services,
  { account, row }: { readonly account: OpenAccount; readonly row: CardRow },
  work: Work,
): Promise<void> {
  await account.read(work, (call) => readAndStore(services, account, row, call)).catch(() => null);
}

/** The card's ids at its provider. @throws ProblemError 409 if the change is not possible, or not now */
function changeable(row: CardRow, change: ChangeName): { providerRef: string; cardholderRef: string | null } {
  const { from, isForPhysicalOnly } = changeRules[change];
  if (row.providerRef === null) {
    throw illegal(
      `The provider has not said that it has this card; its order is "${row.status}".`,
      'a card with a providerRef',
    );
  }
  if (isForPhysicalOnly && row.form === 'virtual') {
    throw illegal('The card is virtual; this is for physical cards only.', 'a physical card');
  }
  if (!from.includes(row.status)) {
    const since = row.syncedAt === null ? '' : ` as of ${row.syncedAt}`;
    const hint = 'Should that be old, read it with refresh=true first.';
    throw illegal(`The card is "${row.status}"${since}. ${hint}`, `a card that is ${from.join(' or ')}`);
  }
  if (row.operationState === 'submitting' && row.operationId !== null) {
    throw new ProblemError('illegal-state', 'Another write on this card has no outcome yet.', {
      operation: toPublicId('operation', row.operationId),
      retryAfterSeconds: 1,
    });
  }
  return { providerRef: row.providerRef, cardholderRef: row.cardholderRef };
}

function changedMeanwhile(): ProblemError {
  return new ProblemError('illegal-state', 'The card was changed at this very moment. Read it, then try again.', {
    retryAfterSeconds: 1,
  });
}

function illegal(why: string, expected: string): ProblemError {
  return new ProblemError('illegal-state', why, {
    errors: [{ pointer: 'path/id', detail: `expected the id of ${expected}` }],
  });
}
