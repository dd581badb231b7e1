import { doneIf } from '@card-gateway/adapter-kit';
import {
  type CardChange,
  type CardControlsFacet,
  type CardReference,
  type ChangeReconciliation,
  type Gap,
  type Outcome,
  type ProviderCall,
  refused,
  type Secret,
} from '@card-gateway/core';
import type { Ask, KeySecureRequest } from './client.ts';
import { secretMissing } from './documented-calls.ts';
import type { FieldCipher } from './encryption.ts';
import { pinRefusals, statusRefusals } from './refusals.ts';
import type { KeySecureSettings } from './settings.ts';
import { changeResult } from './wire.ts';

/** What activation and setting a PIN need in addition to the other settings. */
const gap: Gap = { state: 'needs-settings', reason: secretMissing };

function reconciliationOf({
  changesTakeMs: visibleAfterMs,
}: Pick<KeySecureSettings, 'changesTakeMs'>): Readonly<Record<CardChange['kind'], ChangeReconciliation>> {
  const by = 'target-state';
  return {
    activate: { by, states: ['active'], visibleAfterMs },
    freeze: { by, states: ['frozen'], visibleAfterMs },
    unfreeze: { by, states: ['active'], visibleAfterMs },
    cancel: { by, states: ['cancelled', 'cancelling'], visibleAfterMs },
    setPin: {
      by: 'person',
      why: 'No call of KeySecure shows a PIN. The holder tries it, or sets it again: the last one counts (keysecure.md §8).',
    },
  };
}

/**
 * Activates, freezes and cancels a card and sets its PIN (keysecure.md §6.9–6.11). Done means that the provider accepted the
 * change: whether the card changes at once is not documented.
 */
export function cardControlsFacet(
  ask: Ask,
  settings: Pick<KeySecureSettings, 'changesTakeMs'>,
  cipher: FieldCipher | null,
): CardControlsFacet {
  async function send(
    request: Pick<KeySecureRequest, 'path' | 'body' | 'refusals'> & { readonly hide?: readonly string[] },
    providerStatus: string | null,
    call: ProviderCall,
  ): Promise<Outcome<{ readonly providerStatus: string | null }>> {
    return await ask(
      {
        ...request,
        method: 'POST',
        effect: 'write',
        data: changeResult,
        // "Success" with `false` is neither a documented success nor a documented refusal, so it is unknown what was done.
        interpret: ({ result }, evidence) => doneIf(result, { providerStatus }, evidence),
      },
      call,
    );
  }

  /** `Activated` unfreezes here; the first activation is a separate call (keysecure.md §12, trap 15). */
  function setStatus(card: CardReference, status: 'Frozen' | 'Activated' | 'Delete', call: ProviderCall) {
    return send(
      { path: 'card/status/update', body: { card_no: card.providerRef, status }, refusals: statusRefusals },
      status,
      call,
    );
  }

  async function activate(card: CardReference, cvv: Secret, last4: string, call: ProviderCall) {
    const digits = cvv.reveal();
    if (cipher === null) return refused('unsupported', { message: secretMissing });
    if (card.cardholderRef === null) return holderMissing();
    if (!/^\d{3}$/.test(digits)) return refused('invalid_request', { message: 'the CVV is not exactly 3 digits' });
    if (!/^\d{4}$/.test(last4)) return refused('invalid_request', { message: 'the last four are not 4 digits' });
    const ciphertext = cipher.encrypt(digits);
    return await send(
      {
        path: 'card/active',
        body: {
          cardholder_no: card.cardholderRef,
          card_no: card.providerRef,
          cvv: ciphertext,
          card_last_no: last4,
        },
        hide: [digits, ciphertext],
        refusals: statusRefusals,
      },
      // The documented resulting state (§6.9).
      'Activated',
      call,
    );
  }

  async function setPin(card: CardReference, pin: Secret, call: ProviderCall) {
    if (cipher === null) return refused('unsupported', { message: secretMissing });
    if (card.cardholderRef === null) return holderMissing();
    const fault = pinFault(pin);
    if (fault !== null) return refused('invalid_request', { message: fault });
    const digits = pin.reveal();
    const ciphertext = cipher.encrypt(digits);
    return await send(
      {
        path: 'card/pin/set',
        body: { card_no: card.providerRef, cardholder_no: card.cardholderRef, pin: ciphertext },
        hide: [digits, ciphertext],
        refusals: pinRefusals,
      },
      null,
      call,
    );
  }

  return {
    reconciliation: reconciliationOf(settings),
    pinRule: 'exactly 6 digits, without three or more in a row that are alike or consecutive',
    pinFault,
    ...(cipher === null ? { gaps: { activate: gap, setPin: gap } } : {}),
    async change(card, change, call) {
      switch (change.kind) {
        case 'freeze':
          return await setStatus(card, 'Frozen', call);
        case 'unfreeze':
          return await setStatus(card, 'Activated', call);
        case 'cancel':
          return await setStatus(card, 'Delete', call);
        case 'activate':
          return await activate(card, change.cvv, change.last4, call);
        case 'setPin':
          return await setPin(card, change.pin, call);
      }
    },
  };
}

function holderMissing(): Outcome<never> {
  return refused('invalid_request', {
    message: 'KeySecure wants the cardholder named, and none is known for this card: sync the cards first',
  });
}

/**
 * The provider's rule (keysecure.md §6.11): 6 digits, without three or more in a row that are equal or ascending; descending
 * ones are assumed to be forbidden as well.
 */
function pinFault(pin: Secret): string | null {
  const text = pin.reveal();
  if (!/^\d{6}$/.test(text)) return 'expected exactly 6 digits';
  const digits = Array.from(text, Number);
  const steps = digits.slice(1).map((digit, index) => digit - (digits[index] ?? 0));
  const isRun = steps.some((step, index) => Math.abs(step) <= 1 && step === steps[index + 1]);
  return isRun ? 'three or more digits in a row are alike or consecutive' : null;
}
