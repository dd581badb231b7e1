import { type ListedCall, listedCalls } from '@card-gateway/adapter-kit';
import type { OnerwaySettings } from './settings.ts';

export const deletePathMissing =
  'Its request and answer are published, its path is not: set deleteTokenPath once the provider has told it.';

const payment = 'A payment call; the gateway binds cards and takes no payments.';
const otherProduct = 'It belongs to another Onerway product, with its own keys and addresses.';
const cardData = "It needs the customer's card number and security code, which tokens make unnecessary.";

const { used, unused } = listedCalls<OnerwaySettings>();

/** The calls that onerway.md names, in its order. */
export const documentedCalls: readonly ListedCall<OnerwaySettings>[] = [
  used('/v1/txn/queryTokenList', 'List tokens', '§3.1'),
  used('Token Removal', 'Delete a token', '§3.2', { setting: 'deleteTokenPath', reason: deletePathMissing }),
  unused('/v1/txn/bindCard', 'Bind a card directly', '§3.3', cardData),
  unused('/v1/txn/doTransaction', 'Pay with a token or a card', '§3.4', payment),
  unused('/v1/sdkTxn/doTransaction', 'Start a payment for the browser SDK', '§3.5', payment),
  unused('/txn/payment', 'Hosted checkout', '§3.5', payment),
  unused('/v1/sdkTxn/updateOrder', 'Update an SDK order', '§3.5', payment),
  unused('/v1/txn/list', 'Query transactions', '§4.1', payment),
  unused('/v1/txn/queryPayments', 'Query payments', '§4.2', payment),
  unused('/v1/txn/sub/detail', 'Query a subscription', '§5', payment),
  unused('/v1/txn/sub/cancel', 'Cancel a subscription', '§5', payment),
  unused('Subscription reactivation', 'Reactivate a subscription', '§5', 'Only its title is published.'),
  unused('/v1/txn/onlineRefund', 'Refund', '§9', payment),
  unused('/v1/txn/cancelTxn', 'Cancel a payment', '§9', payment),
  unused('/v1/txn/authPayment', 'Capture or void', '§9', payment),
  unused('/v1/txn/consultInstallment', 'Consult instalments', '§9', payment),
  unused('/v1/txn/consultPaymentMethod', 'Consult payment methods', '§9', payment),
  unused('/v1/txn/getCustomsResult', 'Customs result', '§9', payment),
  unused('/v1/chargeback/list', 'List chargebacks', '§9', payment),
  unused('/v1/settlementFile/download', 'Download a settlement file', '§9', payment),
  unused('/api/v1/merchant/…', 'Issuing API', '§11', otherProduct),
  unused('Tax and payout', 'Tax and payout APIs', '§12', otherProduct),
];
