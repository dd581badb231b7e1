import { cardForms, cardNetworks, cardStatuses } from '@card-gateway/core';
import { z } from 'zod';
import {
  accountName,
  money,
  operationReference,
  pageOf,
  pageQuery,
  printable,
  printableRule,
  providerFacts,
  publicId,
  resourceTimes,
  timestamp,
} from './common.ts';

export const cardSchema = z
  .object({
    id: publicId('card'),
    ...providerFacts,
    product: publicId('product').nullable(),
    cardholder: publicId('cardholder').nullable(),
    form: z.enum(cardForms).nullable(),
    network: z.enum(cardNetworks).nullable(),
    last4: z.string().nullable(),
    expiry: z.string().nullable().meta({ description: 'Last valid month, `YYYY-MM`.' }),
    status: z.enum(cardStatuses),
    providerStatus: z.string().nullable().meta({ description: "The provider's own word for the status." }),
    balance: money.nullable(),
    totalLoaded: money.nullable().meta({ description: 'All that was ever loaded onto the card.' }),
    activatedAt: timestamp.nullable(),
    cancelRequestedAt: timestamp.nullable(),
    cancelledAt: timestamp.nullable(),
    ...resourceTimes,
    operation: operationReference.nullable(),
  })
  .meta({ id: 'Card', description: 'A card, the same whichever provider issued it.' });

export const cardPageSchema = pageOf(cardSchema, 'CardPage');

const englishText = /^[\u0020-\u007e]*$/;
const line = (most: number) =>
  z.string().trim().min(1).max(most).regex(englishText, 'expected English letters, digits and punctuation');

export const cardAddressSchema = z
  .strictObject({
    firstName: line(64).regex(/^[A-Za-z][A-Za-z .'-]*$/, 'expected English letters'),
    lastName: line(64).regex(/^[A-Za-z][A-Za-z .'-]*$/, 'expected English letters'),
    phoneCode: z
      .string()
      .regex(/^\d{1,4}$/, 'expected a dialling code in digits, without "+"')
      .meta({ description: 'Dialling code without `+`, e.g. `44`.' }),
    phone: z.string().regex(/^\d{4,15}$/, 'expected 4 to 15 digits'),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'expected an ISO 3166-1 alpha-2 code')
      .meta({ description: 'ISO 3166-1 alpha-2.' }),
    state: line(64),
    city: line(64),
    line1: line(128),
    line2: z
      .string()
      .trim()
      .max(128)
      .regex(englishText, 'expected English letters, digits and punctuation')
      .default(''),
    postalCode: line(16),
  })
  .meta({ id: 'CardAddress', description: 'Where a physical card goes, in English letters.' });

export const issueCardSchema = z
  .strictObject({
    account: accountName,
    product: publicId('product'),
    cardholder: publicId('cardholder'),
    form: z.enum(cardForms),
    address: cardAddressSchema
      .optional()
      .meta({ description: 'Required for a physical card; some virtual products want it too.' }),
  })
  .superRefine((order, context) => {
    if (order.form === 'physical' && order.address === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['address'],
        message: 'expected an address, because the card is physical',
      });
    }
  })
  .meta({ id: 'IssueCard', description: 'An order for a card.' });

export const cardQuerySchema = z.strictObject({
  account: accountName.optional(),
  status: z.enum(cardStatuses).optional(),
  cardholder: publicId('cardholder').optional(),
  product: publicId('product').optional(),
  last4: z
    .string()
    .regex(/^\d{4}$/, 'expected four digits')
    .optional(),
  createdAfter: z.iso
    .datetime({ offset: true, error: 'expected an RFC 3339 date-time, e.g. 2026-11-22T10:00:00Z' })
    .optional(),
  createdBefore: z.iso
    .datetime({ offset: true, error: 'expected an RFC 3339 date-time, e.g. 2026-11-22T10:00:00Z' })
    .optional(),
  ...pageQuery,
});

export const activateCardSchema = z
  .strictObject({
    cvv: z
      .string()
      .regex(/^\d{3,4}$/, 'expected the security code, 3 or 4 digits')
      .meta({ description: 'Security code printed on the card. Passed on encrypted, never kept.' }),
    last4: z.string().regex(/^\d{4}$/, 'expected the last four digits of the card number'),
  })
  .meta({ id: 'ActivateCard', description: 'What proves that the physical card has arrived.' });

export const setCardPinSchema = z
  .strictObject({
    pin: z
      .string()
      .regex(/^\d{4,12}$/, 'expected 4 to 12 digits')
      .meta({
        description: 'The new PIN. Passed on encrypted, never kept. KeySecure wants six digits without runs of three.',
      }),
  })
  .meta({ id: 'SetCardPin', description: 'A new PIN for a physical card.' });

/** Why somebody looks at a secret: kept in the audit log before the provider is asked. */
export const purposeSchema = z
  .strictObject({
    purpose: z
      .string()
      .trim()
      .min(3, 'expected why it is needed, 3 to 200 characters')
      .max(200, 'expected why it is needed, 3 to 200 characters')
      .regex(printable, printableRule)
      .meta({ description: 'Why it is needed, for the audit log. No personal data.' }),
  })
  .meta({ id: 'Purpose', description: 'Why a secret is asked for.' });

export const revealedCardSchema = z
  .object({
    card: publicId('card'),
    number: z.string().meta({ description: 'Full card number.' }),
    expiry: z.string().nullable().meta({ description: 'Last valid month, `YYYY-MM`.' }),
    cvv: z.string().nullable().meta({ description: 'Security code; null where the provider gives none.' }),
  })
  .meta({ id: 'RevealedCard', description: 'The secrets of a card, straight from the provider. Never store them.' });

export const frameTokenSchema = z
  .object({
    card: publicId('card'),
    token: z.string().meta({ description: "One-time token for the provider's hosted frame." }),
    expiresAt: timestamp,
  })
  .meta({ id: 'FrameToken', description: "Lets the provider's own frame show a card to its holder." });
