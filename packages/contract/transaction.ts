import { movementStatuses, transactionTypes } from '@card-gateway/core';
import { z } from 'zod';
import { money, pageOf, pageQuery, providerFacts, publicId, refreshQuery, resourceTimes, timestamp } from './common.ts';

export const transactionSchema = z
  .object({
    id: publicId('transaction'),
    ...providerFacts,
    card: publicId('card'),
    type: z.enum(transactionTypes),
    providerType: z.string().meta({ description: "The provider's own word for the type." }),
    status: z.enum(movementStatuses),
    providerStatus: z.string().meta({ description: "The provider's own word for the status." }),
    amount: money.meta({ description: 'In the currency of the card, which the provider leaves open.' }),
    localAmount: money.nullable().meta({ description: 'In the currency of the merchant.' }),
    fee: money.nullable().meta({ description: 'All fees together.' }),
    fees: z
      .array(z.object({ type: z.string(), amount: z.string() }))
      .meta({ description: 'Each fee by the provider’s word; empty where it names none.' }),
    merchant: z
      .object({
        name: z.string().nullable(),
        categoryCode: z.string().nullable().meta({ description: 'ISO 18245.' }),
        city: z.string().nullable(),
        country: z.string().nullable(),
      })
      .nullable(),
    related: z.string().nullable().meta({ description: "The provider's id of the transaction this one belongs to." }),
    modifiedAt: timestamp.nullable().meta({ description: 'When the provider last changed its record.' }),
    ...resourceTimes,
  })
  .meta({ id: 'Transaction', description: 'A payment, withdrawal, fee, reversal or refund on a card.' });

export const transactionPageSchema = pageOf(transactionSchema, 'TransactionPage');

const instant = z.iso.datetime({
  offset: true,
  error: 'expected an RFC 3339 date-time, e.g. 2026-11-22T10:00:00Z',
});

export const transactionQuerySchema = z
  .strictObject({
    status: z.enum(movementStatuses).optional(),
    type: z.enum(transactionTypes).optional(),
    refresh: refreshQuery,
    from: instant
      .optional()
      .meta({ description: 'With `refresh=true`: ask for what happened since; default 30 days ago.' }),
    to: instant.optional().meta({ description: 'With `refresh=true`: ask for what happened until; default now.' }),
    ...pageQuery,
  })
  .superRefine((query, context) => {
    // What is no instant is told of by itself.
    if (context.issues.length > 0) return;
    const { from, to } = query;
    if (query.refresh !== true && (from !== undefined || to !== undefined)) {
      context.addIssue({
        code: 'custom',
        path: [from === undefined ? 'to' : 'from'],
        message: 'expected refresh=true, because it bounds what the provider is asked for',
      });
    }
    if (from !== undefined && to !== undefined && Date.parse(from) >= Date.parse(to)) {
      context.addIssue({ code: 'custom', path: ['to'], message: 'expected an instant after from' });
    }
  });
