import type { activateCardSchema, setCardPinSchema } from '@card-gateway/contract';
import {
  type CardChange,
  type CardStatus,
  done,
  mapOutcome,
  type OperationType,
  type ProviderCard,
  Secret,
  toPublicId,
  uuidOf,
} from '@card-gateway/core';
import type { z } from 'zod';
import { facetOf, type OpenAccount } from '../accounts/accounts.ts';
import { recordAudit } from '../audit/store.ts';
import { pinChanges, requireGuess, securityCodeOf, securityCodes, settleGuess } from '../guesses/limits.ts';
import { forgetGuesses, type GuessLimit } from '../guesses/store.ts';
import { ProblemError } from '../http/problem.ts';
import type { LookUp, WriteKind } from '../ledger/kind.ts';
import { type WriteAnswer, writeOnce, type WriteRequest } from '../ledger/write.ts';
import type { Services } from '../services.ts';
import { beginChange, endChange } from './change-store.ts';
import { sealedPan } from './sealed-pan.ts';
import { describeProviderCards } from './provider-cards-store.ts';
import { type CardRow, getCard } from './store.ts';
import { cardView } from './view.ts';

type ChangeName = CardChange['kind'];

interface Rule {
  readonly type: OperationType;
  /** The states in which the change makes sense; nothing is asked of the provider in another. */
  readonly from: readonly CardStatus[];
  readonly isForPhysicalOnly: boolean;
}

const rules: Readonly<Record<ChangeName, Rule>> = {
  activate: { type: 'activateCard', from: ['inactive'], isForPhysicalOnly: true },
  // What a provider's new word for a state means nobody here knows; a card in it must still be stopped. The provider decides.
  freeze: { type: 'freezeCard', from: ['active', 'unrecognized'], isForPhysicalOnly: false },
  unfreeze: { type: 'unfreezeCard', from: ['frozen'], isForPhysicalOnly: false },
  cancel: { type: 'cancelCard', from: ['inactive', 'active', 'frozen', 'unrecognized'], isForPhysicalOnly: false },
  setPin: { type: 'setCardPin', from: ['active'], isForPhysicalOnly: true },
};

interface SecretChange {
  readonly action: 'card.activate' | 'card.set_pin';
  readonly limits: (services: Services, card: string) => readonly GuessLimit[];
  /** What is limited, for the caller. */
  readonly what: string;
}

/** Changes that carry a code, and so could be a guess or undo one: limited, and written down in the audit log. */
const secretChanges: Readonly<Partial<Record<ChangeName, SecretChange>>> = {
  activate: { action: 'card.activate', limits: securityCodes, what: 'security codes of this card' },
  setPin: { action: 'card.set_pin', limits: pinChanges, what: 'PINs of this card' },
};

/** A change that was made. */
interface ChangedCard {
  /** The state that the provider confirmed; null where the change is none of state, or something else says it. */
  readonly status: CardStatus | null;
  /** The provider's own word for that state. */
  readonly providerStatus?: string | null;
  readonly described?: ProviderCard;
}

/** All changes of a card, for the work that settles them. */
export function changeKinds(services: Services): WriteKind<ChangedCard>[] {
  return (Object.keys(rules) as ChangeName[]).map((change) => changeKind(services, change));
}

/** How the outcome of a change becomes the card's state, and how a lost answer is found out: by reading the card again. */
function changeKind(services: Services, change: ChangeName): WriteKind<ChangedCard> {
  return {
    type: rules[change].type,
    successStatus: 200,
    settlesBy: (account) => (targetStates(account, change) === null ? 'person' : 'look-up'),

    apply: async (client, operation, outcome, { at, askedAt }) => {
      if (secretChanges[change] !== undefined) await settleGuess(client, operation.id, outcome);
      switch (outcome.kind) {
        case 'done': {
          if (change === 'activate') await forgetGuesses(client, securityCodeOf(operation.resourceId));
          const { status, providerStatus = null, described } = outcome.value;
          const account = { tenant: operation.tenant, name: operation.account, provider: operation.provider };
          if (described !== undefined)
            await describeProviderCards(client, services.sealing, account, [described], askedAt);
          if (status !== null) await endChange(client, operation, { status, providerStatus }, at);
          return;
        }
        // The card is as it was, or nobody knows: its last certain state stays.
        case 'refused':
        case 'unknown':
          return;
      }
    },

    view: async (client, operation) => {
      const row = await getCard(client, operation.tenant, operation.resourceId);
      if (row === null) throw new Error('The card of this operation is gone.');
      return cardView(row);
    },

    lookUp: async (account, operation, call): Promise<LookUp<ChangedCard> | null> => {
      const states = targetStates(account, change);
      const row = await getCard(services.pool, operation.tenant, operation.resourceId);
      const { cards } = account.adapter;
      if (states === null || cards === undefined || row === null || row.providerRef === null) return null;
      const outcome = await cards.read({ providerRef: row.providerRef, pan: sealedPan(services, row) }, call);
      if (outcome.kind !== 'done') return outcome;
      const finding = outcome.value;
      if (!finding.found || !isIn(states, finding.value)) return { kind: 'absent' };
      return mapOutcome(outcome, () => ({ status: null, described: finding.value }));
    },

    shownBy: (operation, card) => {
      const account = services.accounts.byName(operation.account);
      const states = account === undefined ? null : targetStates(account, change);
      // Who shows the card stores all that it says.
      return states !== null && isIn(states, card) ? done({ status: null }) : null;
    },

    // A person says what became of the change; where the card stands now, only the provider does.
    resolved: async () => done({ status: null }),
  };
}

function isIn(states: readonly CardStatus[], { status }: ProviderCard): boolean {
  return status !== undefined && states.includes(status);
}

/** The states in which a card shows that the change was made; null where no call of the provider's shows it. */
function targetStates({ adapter }: OpenAccount, change: ChangeName): readonly CardStatus[] | null {
  const settlement = adapter.cardControls?.settlement[change];
  return settlement?.by === 'target-state' && adapter.cards !== undefined ? settlement.states : null;
}

/** Activates a physical card that has arrived. */
export function activateCard(
  services: Services,
  write: WriteRequest,
  id: string,
  { cvv, last4 }: z.output<typeof activateCardSchema>,
): Promise<WriteAnswer> {
  return changeCard(services, write, id, { kind: 'activate', cvv: new Secret(cvv), last4 });
}

/** Sets the PIN of a card; it is handed on and kept nowhere. */
export function setCardPin(
  services: Services,
  write: WriteRequest,
  id: string,
  { pin }: z.output<typeof setCardPinSchema>,
): Promise<WriteAnswer> {
  return changeCard(services, write, id, { kind: 'setPin', pin: new Secret(pin) });
}

/** Changes a card at its provider, once per Idempotency-Key, if our records say that it can be changed so. */
export function changeCard(
  services: Services,
  write: WriteRequest,
  publicId: string,
  change: CardChange,
): Promise<WriteAnswer> {
  return writeOnce<ChangedCard>(services, changeKind(services, change.kind), write, async () => {
    const id = uuidOf('card', publicId);
    const row = await getCard(services.pool, write.caller.tenant, id);
    if (row === null) throw new ProblemError('not-found', 'There is no such card.');
    const account = services.accounts.ofCaller(write.caller, row.account);
    const controls = facetOf(account, 'cardControls');
    const gap = controls.gaps?.[change.kind];
    if (gap !== undefined)
      throw new ProblemError('not-supported', `The account "${account.name}" cannot do this: ${gap.reason}`);
    const pinFault = change.kind === 'setPin' ? controls.pinFault(change.pin) : null;
    if (pinFault !== null) {
      throw new ProblemError('invalid-request', `/pin: ${pinFault}`, {
        errors: [{ pointer: '/pin', detail: pinFault }],
      });
    }
    const card = changeable(row, change.kind);
    const target = targetStates(account, change.kind)?.[0] ?? null;
    return {
      account,
      resourceId: id,
      insert: async (client, operationId, at) => {
        if (!(await beginChange(client, row, operationId, at))) {
          throw new ProblemError(
            'illegal-state',
            'The card was changed at this very moment. Read it, then try again.',
            {
              retryAfterSeconds: 1,
            },
          );
        }
        const secret = secretChanges[change.kind];
        if (secret === undefined) return;
        await requireGuess(client, secret.limits(services, id), operationId, secret.what);
        const { tenant, caller, keyId } = write.caller;
        const entry = { at, tenant, caller, keyId, action: secret.action, purpose: null, requestId: write.requestId };
        await recordAudit(client, { ...entry, resource: publicId });
      },
      send: async (call) =>
        mapOutcome(await controls.change(card, change, call), ({ providerStatus }) => ({
          status: target,
          providerStatus,
        })),
    };
  });
}

/** The card as its provider knows it. @throws ProblemError 409 when it cannot be changed so, or not now */
function changeable(row: CardRow, change: ChangeName): { providerRef: string; cardholderRef: string | null } {
  const { from, isForPhysicalOnly } = rules[change];
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
    const since = row.syncedAt === null ? '' : ` as of ${row.syncedAt.toISOString()}`;
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

function illegal(why: string, expected: string): ProblemError {
  return new ProblemError('illegal-state', why, {
    errors: [{ pointer: 'path/id', detail: `expected the id of ${expected}` }],
  });
}
