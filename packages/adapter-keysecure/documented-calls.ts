import { callsOf } from '@card-gateway/adapter-kit';
import type { DocumentedCall } from '@card-gateway/core';
import type { KeySecureSettings } from './settings.ts';

/** What an account lacks for what KeySecure encrypts or signs with the apiSecret. */
export const secretMissing =
  'KeySecure encrypts CVV, PIN and card numbers and signs its callbacks with the apiSecret: set `apiSecret` and `keyDerivation`.';

/** Why a call of the other integration mode is refused, with 1012 (keysecure.md §1). */
export const creditOnly = 'A call of credit mode: in authorization mode the merchant keeps the balance.';
const authorizationOnly = 'Of authorization mode: in credit mode KeySecure decides and orders go by package.';

/** All 19 endpoints (keysecure.md §5) and the three callbacks (§11), as this account can use them. */
export function documentedCalls({ mode, apiSecret }: KeySecureSettings): readonly DocumentedCall[] {
  const { documented: call } = callsOf('keysecure.md');
  function withSecret(whole: DocumentedCall): DocumentedCall {
    if (apiSecret !== undefined || whole.state === 'absent') return whole;
    return { ...whole, state: 'needs-settings', reason: secretMissing };
  }
  function only(inMode: KeySecureSettings['mode'], whole: DocumentedCall): DocumentedCall {
    if (mode === inMode) return whole;
    return { ...whole, state: 'absent', reason: inMode === 'credit' ? creditOnly : authorizationOnly };
  }
  return [
    call('merchant/token', 'Get the access token', '§6.1'),
    call('cardholder/apply', 'Create or update an identity check', '§6.2'),
    call('cardholder/list', 'List cardholders', '§6.3'),
    call('cardholder/{cardholder_no}/info', 'Cardholder detail', '§6.4'),
    call('card/apply', 'Order a card', '§6.5'),
    call('card/list', 'List cards', '§6.6'),
    call('card/{card_no}/detail', 'Card detail', '§6.7'),
    withSecret(call('card/{card_no}/private/info', 'Card number, expiry and CVV', '§6.8')),
    withSecret(call('card/active', 'Activate a physical card', '§6.9')),
    call('card/status/update', 'Freeze, unfreeze or cancel a card', '§6.10'),
    withSecret(call('card/pin/set', 'Set the PIN of a physical card', '§6.11')),
    call('card/consume/{consume_no}/info', 'Transaction detail', '§6.12'),
    call('card/consume/list', 'List transactions', '§6.13'),
    call('merchant/client/{card_no}/token', 'One-time token for the card frame', '§6.14'),
    only('credit', call('account/transfer', 'Move value to or from a cardholder', '§6.15')),
    only('credit', call('account/{cardholder_no}/info', 'Accounts of a cardholder', '§6.16')),
    only('credit', call('account/transfer/list', 'List transfers', '§6.17')),
    only('credit', call('card/package/list', 'List card packages', '§6.18')),
    only('authorization', call('card/support/bins', 'List supported BINs', '§6.19')),
    withSecret(only('authorization', call('Auth', 'Callback: a payment waits for a decision', '§11.1'))),
    withSecret(call('Consumption', 'Callback: a transaction was made or changed', '§11.2')),
    withSecret(call('Card_update', 'Callback: a card changed its status', '§11.3')),
  ];
}
