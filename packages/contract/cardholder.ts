import type { CardholderStatus } from '@card-gateway/core';
import { z } from 'zod';
import {
  accountName,
  isNoCardNumber,
  operationReference,
  pageOf,
  pageQuery,
  providerFacts,
  providerStatus,
  publicId,
  resourceTimes,
  userReference,
  words,
} from './common.ts';

export const cardholderStatus = words<CardholderStatus>('CardholderStatus', 'Where the identity check stands.', {
  pending: 'The application was handed in. Then `in_review`, `approved`, `rejected` or `failed`.',
  in_review: 'The provider looks at it. Then `approved` or `rejected`.',
  approved: 'Cards can be issued. Final, unless the provider takes it back.',
  rejected: 'The provider said no; `failReason` says why. `pending` again after reapplyCardholder.',
  failed: 'The application was refused and nothing exists at the provider. Final; create another.',
  unrecognized: 'The provider names a status that no document lists: see `providerStatus`. Anything may follow.',
});

export const cardholderSchema = z
  .object({
    id: publicId('cardholder'),
    ...providerFacts,
    reference: z.string().meta({ description: "The caller's own id of this person." }),
    status: cardholderStatus,
    providerStatus,
    failReason: z.string().nullable().meta({ description: "The provider's reason for a rejection, redacted." }),
    ...resourceTimes,
    operation: operationReference.nullable().meta({ description: 'The last write on it; null where there was none.' }),
  })
  .meta({
    id: 'Cardholder',
    description: 'A person in whose name cards are issued, and the state of the identity check.',
  });

export const cardholderPageSchema = pageOf(cardholderSchema, 'CardholderPage');

const sumsubShareToken = z.string().min(1).max(4096).meta({
  description: 'Share token of the identity check done at Sumsub. Passed on once, never kept.',
  format: 'password',
});

export const createCardholderSchema = z
  .strictObject({
    account: accountName,
    reference: userReference.meta({
      description: `The company's own id of this person; one has one cardholder per account. ${isNoCardNumber}`,
    }),
    sumsubShareToken,
  })
  .meta({ id: 'CreateCardholder', description: 'An application for a cardholder (KeySecure).' });

export const reapplyCardholderSchema = z
  .strictObject({ sumsubShareToken })
  .meta({ id: 'ReapplyCardholder', description: 'Another application for a cardholder who was rejected.' });

export const cardholderQuerySchema = z.strictObject({
  account: accountName.optional().meta({ description: 'Only cardholders of this account.' }),
  reference: userReference.optional().meta({ description: 'Only the cardholder with this reference.' }),
  status: cardholderStatus.optional().meta({ description: 'Only cardholders in this status.' }),
  ...pageQuery,
});
