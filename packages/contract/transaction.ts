import type { MovementStatus, TransactionType } from '@card-gateway/core';
import { z } from 'zod';
import {
  instant,
  money,
  pageOf,
  pageQuery,
  providerFacts,
  publicId,
  refreshQuery,
  resourceTimes,
  timestamp,
  words,
} from './common.ts';

export const transactionType = words<TransactionType>('TransactionType', 'What a transaction is.', {
  card_opening: 'What the card itself costs.',
  purchase: 'A payment.',
  atm_withdrawal: 'Cash from a machine.',
  management_fee: 'A fee of the provider.',
  reversal: 'Takes back the transaction that `related` names.',
  refund: 'A merchant pays back; `related` names the payment where the provider knows it.',
  unrecognized: 'The provider names a type that no document lists: see `providerType`.',
});

export const transactionStatus = words<MovementStatus>('TransactionStatus', 'Where a transaction stands.', {
  pending: 'Authorised or under way. Then `succeeded` or `failed`.',
  succeeded: 'It was booked. Final; what is taken back is a transaction of its own.',
  failed: 'It was declined or came to nothing. Final.',
  unrecognized: 'The provider names a status that no document lists: see `providerStatus`. Anything may follow.',
});

const transactionFee = z
  .object({
    type: z.string().meta({ description: "The provider's word for the fee, e.g. `Exchange_fee`." }),
    amount: z.string().meta({ description: 'Decimal text in the currency of the card.' }),
  })
  .meta({ id: 'TransactionFee', description: 'One fee of a transaction.' });

export const merchant = z
  .object({
    name: z.string().nullable().meta({ description: 'Its name.' }),
    categoryCode: z.string().nullable().meta({ description: 'ISO 18245.' }),
    city: z.string().nullable().meta({ description: 'Where it is.' }),
    country: z.string().nullable().meta({ description: 'Its country, as the provider writes it.' }),
  })
  .meta({ id: 'Merchant', description: 'Who is paid; null is what the provider does not say.' });

export const transactionSchema = z
  .object({
    id: publicId('transaction'),
    ...providerFacts,
    card: publicId('card'),
    type: transactionType,
    providerType: z.string().meta({ description: "The provider's own word for the type." }),
    status: transactionStatus,
    providerStatus: z.string().meta({ description: "The provider's own word for the status." }),
    amount: money.meta({ description: 'In the currency of the card, which the provider leaves open.' }),
    localAmount: money.nullable().meta({ description: 'In the currency of the merchant.' }),
    fee: money.nullable().meta({ description: 'All fees together.' }),
    fees: z.array(transactionFee).meta({ description: 'Each fee by the provider’s word; empty where it names none.' }),
    merchant: merchant.nullable().meta({ description: 'Null where there is none.' }),
    related: z.string().nullable().meta({ description: "The provider's id of the transaction this one belongs to." }),
    modifiedAt: timestamp.nullable().meta({ description: 'When the provider last changed its record.' }),
    ...resourceTimes,
  })
  .meta({ id: 'Transaction', description: 'A payment, withdrawal, fee, reversal or refund on a card.' });

export const transactionPageSchema = pageOf(transactionSchema, 'TransactionPage');

export const transactionQuerySchema = z
  .strictObject({
    status: transactionStatus.optional().meta({ description: 'Only transactions in this status.' }),
    type: transactionType.optional().meta({ description: 'Only transactions of this type.' }),
    refresh: refreshQuery,
    from: instant.optional().meta({
      description:
        'Only what happened at this instant or later, by the provider’s first word of it. With `refresh=true` the provider is asked for what happened since; for the last 30 days without it.',
    }),
    to: instant.optional().meta({
      description:
        'Only what happened before this instant, by the provider’s first word of it. With `refresh=true` the provider is asked for what happened until then; until now without it.',
    }),
    ...pageQuery,
  })
  .superRefine((query, context) => {
    // An invalid instant is reported separately.
    if (context.issues.length > 0) return;
    const { from, to } = query;
    if (from !== undefined && to !== undefined && Date.parse(from) >= Date.parse(to)) {
      context.addIssue({ code: 'custom', path: ['to'], message: 'expected an instant after from' });
    }
  });
