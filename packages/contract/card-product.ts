import type { ProductStatus } from '@card-gateway/core';
import { z } from 'zod';
import { cardForm } from './card.ts';
import {
  accountName,
  cardType,
  network,
  pageOf,
  pageQuery,
  providerFacts,
  providerStatus,
  publicId,
  refreshQuery,
  timestamp,
  words,
} from './common.ts';

export const productStatus = words<ProductStatus>(
  'ProductStatus',
  'What can be ordered of a product now. `issuable` says it in one word.',
  {
    available: 'It can be ordered.',
    maintenance_planned: 'It can be ordered until a maintenance that is announced.',
    maintenance: 'It cannot be ordered for the time of a maintenance.',
    delisted: 'It is no longer offered.',
    listing_planned: 'It will be offered later.',
    unrecognized: 'The provider names a status that no document lists: see `providerStatus`.',
  },
);

const limit = (what: string) =>
  z
    .string()
    .nullable()
    .meta({ description: `${what}, decimal text in major units; null where there is none.` });
const productLimits = z
  .object({
    balance: limit('Highest balance'),
    weekly: limit('Spending in a week'),
    atmDaily: limit('Withdrawals in a day'),
    atmMonthly: limit('Withdrawals in a month'),
  })
  .meta({ id: 'ProductLimits', description: 'What the provider limits the cards of a product to.' });

export const cardProductSchema = z
  .object({
    id: publicId('product'),
    ...providerFacts,
    name: z.string().nullable().meta({ description: "The provider's name of it." }),
    bin: z
      .string()
      .nullable()
      .meta({ description: 'Leading digits of its card numbers, as the provider states them.' }),
    network: network.nullable().meta({ description: 'Null where the provider names none.' }),
    category: cardType.nullable().meta({ description: 'Null where the provider does not say.' }),
    forms: z.array(cardForm).nullable().meta({ description: 'Forms to order; null if the provider does not say.' }),
    currencies: z.array(z.string()).meta({ description: 'Currencies that it pays in; empty where none are named.' }),
    balanceCurrency: z
      .string()
      .nullable()
      .meta({ description: 'Currency of its balance; null where the provider leaves it open.' }),
    region: z.string().nullable().meta({ description: "The provider's word for where it is issued." }),
    bank: z.string().nullable().meta({ description: 'The issuing bank, where the provider names it.' }),
    status: productStatus,
    providerStatus,
    issuable: z.boolean().meta({ description: 'New cards of it can be ordered now.' }),
    limits: productLimits.nullable().meta({ description: 'Null where the provider states none.' }),
    seenAt: timestamp.meta({ description: 'When the provider last listed it.' }),
  })
  .meta({
    id: 'CardProduct',
    description: 'A card product: a BIN, a package or a programme of the provider, in one shape.',
  });

export const cardProductPageSchema = pageOf(cardProductSchema, 'CardProductPage');
export const cardProductQuerySchema = z.strictObject({
  account: accountName.optional().meta({ description: 'Only products of this account.' }),
  ...pageQuery,
  refresh: refreshQuery,
});
