import { cardForms, cardNetworks, productStatuses } from '@card-gateway/core';
import { z } from 'zod';
import { accountName, pageOf, pageQuery, providerFacts, publicId, refreshQuery, timestamp } from './common.ts';

const limit = z.string().nullable();

export const cardProductSchema = z
  .object({
    id: publicId('product'),
    ...providerFacts,
    name: z.string().nullable(),
    bin: z
      .string()
      .nullable()
      .meta({ description: 'Leading digits of its card numbers, as the provider states them.' }),
    network: z.enum(cardNetworks).nullable(),
    category: z.enum(['credit', 'debit', 'unrecognized']).nullable(),
    forms: z
      .array(z.enum(cardForms))
      .nullable()
      .meta({ description: 'Forms to order; null if the provider does not say.' }),
    currencies: z.array(z.string()),
    balanceCurrency: z.string().nullable(),
    region: z.string().nullable(),
    bank: z.string().nullable(),
    status: z.enum(productStatuses),
    providerStatus: z.string().nullable(),
    issuable: z.boolean().meta({ description: 'New cards of it can be ordered now.' }),
    limits: z
      .object({ balance: limit, weekly: limit, atmDaily: limit, atmMonthly: limit })
      .nullable()
      .meta({ description: 'Limits in decimal text, where the provider states them.' }),
    seenAt: timestamp.meta({ description: 'When the provider last listed it.' }),
  })
  .meta({
    id: 'CardProduct',
    description: 'A card product: an OPEN-API BIN, a KeySecure package or BIN, in one shape.',
  });

export const cardProductPageSchema = pageOf(cardProductSchema, 'CardProductPage');
export const cardProductQuerySchema = z.strictObject({
  account: accountName.optional(),
  ...pageQuery,
  refresh: refreshQuery,
});
