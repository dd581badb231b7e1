import { z } from 'zod';
import { accountName, publicId, timestamp, words } from './common.ts';
import { merchant } from './transaction.ts';

/** The answer to a payment that a provider asked about. */
export const decision = words<'approve' | 'decline'>('Decision', 'The answer to a payment.', {
  approve: 'The payment may be made.',
  decline: 'The payment is declined.',
});

/** Named separately, because webhooks share no schema with paths. */
const paymentMerchant = z.object(merchant.shape).meta({
  id: 'PaymentMerchant',
  description: 'Who is paid; null is what the provider does not say.',
});

const authorizationRequest = z
  .object({
    account: accountName,
    provider: z.string().meta({ description: 'The provider that asks.' }),
    card: publicId('card').nullable().meta({ description: 'The card; null where it is not known here (yet).' }),
    transactionRef: z.string().meta({
      description: "The provider's id of the payment, by which its transaction is found later (`providerRef`).",
    }),
    cardRef: z.string().meta({ description: "The provider's id of the card, which is no card number." }),
    cardholderRef: z.string().nullable().meta({ description: "The provider's id of the cardholder." }),
    providerType: z.string().meta({ description: "The provider's own word for the kind of payment." }),
    amount: z
      .string()
      .meta({ description: 'Decimal text in the currency of the card, which the provider leaves open.' }),
    localAmount: z.string().nullable().meta({ description: 'Decimal text in `localCurrency`.' }),
    localCurrency: z.string().nullable().meta({ description: 'The currency of the merchant.' }),
    merchant: paymentMerchant.nullable().meta({ description: 'Null where the provider names none.' }),
    paidAt: timestamp.nullable().meta({ description: 'When it was made, by the provider.' }),
  })
  .meta({ id: 'AuthorizationRequest', description: 'A payment that waits for a decision.' });

/** The gateway's question to a decision service. */
export const decisionRequestSchema = z
  .object({
    type: z.literal('authorization.requested').meta({ description: 'What it is: `authorization.requested`.' }),
    timestamp: timestamp.meta({ description: 'When it was asked.' }),
    data: authorizationRequest,
  })
  .meta({ id: 'DecisionRequest', description: 'Asks whether a payment may be made.' });

/** A decision service's answer. */
export const decisionAnswerSchema = z
  .object({ decision })
  .meta({ id: 'DecisionAnswer', description: 'Whether the payment may be made. Anything else declines it.' });

export const decisionRequestExample = {
  type: 'authorization.requested',
  timestamp: '2026-11-22T10:00:00.120Z',
  data: {
    account: 'acme',
    provider: 'acme',
    card: 'card_01kan3z7jhfe7v2eq8d4tqh1y2',
    transactionRef: 'X202605220001',
    cardRef: 'C202605220001',
    cardholderRef: 'U202605220001',
    providerType: 'Consumption',
    amount: '401.50',
    localAmount: '352.10',
    localCurrency: 'GBP',
    merchant: { name: 'Book Shop', categoryCode: '5942', city: 'London', country: 'GB' },
    paidAt: '2026-11-22T10:00:00.000Z',
  },
} as const;
