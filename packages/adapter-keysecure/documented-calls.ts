import { type ListedCall, listedCalls, type Need } from '@card-gateway/adapter-kit';
import type { KeySecureSettings } from './settings.ts';

/** Reason for calls that are unavailable without an apiSecret, which encrypts and signs them. */
export const secretMissing =
  'KeySecure encrypts CVV, PIN and card numbers and signs its callbacks with the apiSecret: set `apiSecret` and `keyDerivation`.';

/** Reason for calls of the other integration mode, which are refused with 1012 (keysecure.md §1). */
export const creditReason = 'A call of credit mode: in authorization mode the merchant keeps the balance.';
const authorizationReason =
  'A call of authorization mode: in credit mode KeySecure decides, and cards are ordered by package.';

/** Needs of an account, which documented-callbacks.ts has too. */
export const withSecret: Need<KeySecureSettings> = { setting: 'apiSecret', reason: secretMissing };
export const authorizationOnly: Need<KeySecureSettings> = {
  setting: 'mode',
  is: 'authorization',
  reason: authorizationReason,
};
const creditOnly: Need<KeySecureSettings> = { setting: 'mode', is: 'credit', reason: creditReason };

const { used } = listedCalls<KeySecureSettings>();

/** All 19 endpoints (keysecure.md §5). */
export const documentedCalls: readonly ListedCall<KeySecureSettings>[] = [
  used('merchant/token', 'Get the access token', '§6.1'),
  used('cardholder/apply', 'Create or update an identity check', '§6.2'),
  used('cardholder/list', 'List cardholders', '§6.3'),
  used('cardholder/{cardholder_no}/info', 'Cardholder detail', '§6.4'),
  used('card/apply', 'Order a card', '§6.5'),
  used('card/list', 'List cards', '§6.6'),
  used('card/{card_no}/detail', 'Card detail', '§6.7'),
  used('card/{card_no}/private/info', 'Card number, expiry and CVV', '§6.8', withSecret),
  used('card/active', 'Activate a physical card', '§6.9', withSecret),
  used('card/status/update', 'Freeze, unfreeze or cancel a card', '§6.10'),
  used('card/pin/set', 'Set the PIN of a physical card', '§6.11', withSecret),
  used('card/consume/{consume_no}/info', 'Transaction detail', '§6.12'),
  used('card/consume/list', 'List transactions', '§6.13'),
  used('merchant/client/{card_no}/token', 'One-time token for the card frame', '§6.14'),
  used('account/transfer', 'Move value to or from a cardholder', '§6.15', creditOnly),
  used('account/{cardholder_no}/info', 'Accounts of a cardholder', '§6.16', creditOnly),
  used('account/transfer/list', 'List transfers', '§6.17', creditOnly),
  used('card/package/list', 'List card packages', '§6.18', creditOnly),
  used('card/support/bins', 'List supported BINs', '§6.19', authorizationOnly),
];
