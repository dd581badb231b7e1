import type { CardForm, CardStatus } from '@card-gateway/core';
import { z } from 'zod';
import { cardAddressSchema } from './address.ts';
import {
  accountName,
  hasNoCardNumber,
  noCardNumberRule,
  instant,
  money,
  network,
  operationReference,
  pageOf,
  pageQuery,
  printableText,
  providerFacts,
  providerStatus,
  publicId,
  resourceTimes,
  timestamp,
  words,
} from './common.ts';

export const cardStatus = words<CardStatus>(
  'CardStatus',
  'Where a card stands. The usual way is `pending` → `inactive` (physical cards alone) → `active` ⇄ `frozen` → `cancelling` → `cancelled`.',
  {
    pending: 'Ordered; the provider has not made it yet. Then `inactive`, `active` or `failed`.',
    inactive: 'Made, and not usable before activateCard. Then `active`, or it is cancelled.',
    active: 'It pays. Then `frozen`, `cancelling`, `cancelled`, `lost` or `replaced`.',
    frozen: 'Payments are declined until unfreezeCard makes it `active` again; it can be cancelled.',
    cancelling: 'Its cancellation was asked for and has not come into effect. Then `cancelled`.',
    cancelled: 'It was cancelled for good. Final.',
    failed: 'The provider did not make it. Final.',
    lost: 'The provider has it as lost. Final here; the provider may replace it.',
    replaced: 'Another card has taken its place. Final.',
    unrecognized: 'The provider names a status that no document lists: see `providerStatus`. Anything may follow.',
  },
);

export const cardForm = words<CardForm>('CardForm', 'What a card is made as.', {
  virtual: 'A number without plastic.',
  physical: 'A card that is sent to an address and activated when it has arrived.',
});

export const cardSchema = z
  .object({
    id: publicId('card'),
    ...providerFacts,
    product: publicId('product').nullable().meta({ description: 'Its product; null where it is not known.' }),
    cardholder: publicId('cardholder').nullable().meta({ description: 'Whose it is; null where it is not known.' }),
    form: cardForm.nullable().meta({ description: 'Null where the provider does not say.' }),
    network: network.nullable().meta({ description: 'Null where the provider names none.' }),
    last4: z.string().nullable().meta({ description: 'Last four digits of its number; null until they are known.' }),
    expiry: z.string().nullable().meta({ description: 'Last valid month, `YYYY-MM`.' }),
    status: cardStatus,
    providerStatus,
    balance: money.nullable().meta({ description: 'What is on it, where the provider says so.' }),
    totalLoaded: money.nullable().meta({ description: 'All that was ever loaded onto the card.' }),
    activatedAt: timestamp.nullable().meta({ description: 'When it was activated, where the provider says so.' }),
    cancelRequestedAt: timestamp
      .nullable()
      .meta({ description: 'When its cancellation was asked for, where the provider says so.' }),
    cancelledAt: timestamp.nullable().meta({ description: 'When it was cancelled, where the provider says so.' }),
    ...resourceTimes,
    operation: operationReference
      .nullable()
      .meta({ description: 'The last write on it; null where it came by a sync and nothing was written since.' }),
  })
  .meta({ id: 'Card', description: 'A card, the same whichever provider issued it.' });

export const cardPageSchema = pageOf(cardSchema, 'CardPage');

export const issueCardSchema = z
  .strictObject({
    account: accountName,
    product: publicId('product').meta({ description: 'A product that is `issuable`, of the same account.' }),
    cardholder: publicId('cardholder').optional().meta({
      description:
        'A cardholder who is `approved`, of the same account; where `requirements.cardholder` of the account is `required`.',
    }),
    form: cardForm,
    address: cardAddressSchema.optional().meta({
      description:
        'Where `requirements.address` of the account says so of the form; some products want it where it is `optional`.',
    }),
  })
  .meta({
    id: 'IssueCard',
    description:
      'An order for a card. What it names besides account, product and form, GET /v1/providers says of each account.',
  });

export const cardQuerySchema = z.strictObject({
  account: accountName.optional().meta({ description: 'Only cards of this account.' }),
  status: cardStatus.optional().meta({ description: 'Only cards in this status.' }),
  cardholder: publicId('cardholder').optional().meta({ description: 'Only cards of this cardholder.' }),
  product: publicId('product').optional().meta({ description: 'Only cards of this product.' }),
  last4: z
    .string()
    .regex(/^[0-9]{4}$/, 'expected four digits')
    .optional()
    .meta({ description: 'Only cards whose number ends with these four digits.' }),
  createdAfter: instant.optional().meta({ description: 'Only cards whose `createdAt` is later, RFC 3339.' }),
  createdBefore: instant.optional().meta({ description: 'Only cards whose `createdAt` is earlier, RFC 3339.' }),
  ...pageQuery,
});

export const activateCardSchema = z
  .strictObject({
    cvv: z
      .string()
      .regex(/^[0-9]{3,4}$/, 'expected the security code, 3 or 4 digits')
      .meta({ description: 'Security code printed on the card. Passed on, never kept.', format: 'password' }),
    last4: z
      .string()
      .regex(/^[0-9]{4}$/, 'expected the last four digits of the card number')
      .meta({ description: 'Last four digits of the number printed on the card.' }),
  })
  .meta({ id: 'ActivateCard', description: 'What proves that the physical card has arrived.' });

export const setCardPinSchema = z
  .strictObject({
    pin: z
      .string()
      .regex(/^[0-9]{4,12}$/, 'expected 4 to 12 digits')
      .meta({
        description: 'The new PIN, by the rule in `requirements.pin` of the account. Passed on, never kept.',
        format: 'password',
      }),
  })
  .meta({ id: 'SetCardPin', description: 'A new PIN for a physical card.' });

/** The reason for a reveal, which the audit log records before the provider is asked. */
export const purposeSchema = z
  .strictObject({
    purpose: printableText(3, 200, 'expected why it is needed, 3 to 200 characters')
      .trim()
      .min(3, 'expected why it is needed, 3 to 200 characters')
      .refine(hasNoCardNumber, noCardNumberRule)
      .meta({
        description: 'Why it is needed, for the audit log. No personal data; one with a card number is refused.',
      }),
  })
  .meta({ id: 'Purpose', description: 'Why a secret is asked for.' });

export const revealedCardSchema = z
  .object({
    card: publicId('card'),
    number: z.string().meta({ description: 'Full card number.', format: 'password' }),
    expiry: z.string().nullable().meta({ description: 'Last valid month, `YYYY-MM`.' }),
    cvv: z
      .string()
      .meta({ format: 'password' })
      .nullable()
      .meta({ description: 'Security code; null where the provider gives none.' }),
  })
  .meta({ id: 'RevealedCard', description: 'The secrets of a card, straight from the provider. Never store them.' });

export const frameTokenSchema = z
  .object({
    card: publicId('card'),
    token: z.string().meta({ description: "One-time token for the provider's hosted frame.", format: 'password' }),
    expiresAt: timestamp.meta({ description: 'When the token ends, used or not.' }),
  })
  .meta({ id: 'FrameToken', description: "Lets the provider's own frame show a card to its holder." });
