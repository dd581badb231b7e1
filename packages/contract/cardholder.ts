import { cardholderStatuses } from '@card-gateway/core';
import { z } from 'zod';
import {
  accountName,
  operationReference,
  pageOf,
  pageQuery,
  providerFacts,
  publicId,
  resourceTimes,
  userReference,
} from './common.ts';

export const cardholderSchema = z
  .object({
    id: publicId('cardholder'),
    ...providerFacts,
    reference: z.string().meta({ description: "The caller's own id of this person." }),
    status: z.enum(cardholderStatuses),
    providerStatus: z.string().nullable(),
    failReason: z.string().nullable().meta({ description: "The provider's reason for a rejection, redacted." }),
    ...resourceTimes,
    operation: operationReference.nullable(),
  })
  .meta({
    id: 'Cardholder',
    description: 'A person in whose name cards are issued, and the state of the identity check.',
  });

export const cardholderPageSchema = pageOf(cardholderSchema, 'CardholderPage');

const sumsubShareToken = z
  .string()
  .min(1)
  .max(4096)
  .meta({ description: 'Share token of the identity check done at Sumsub. Passed on once, never kept.' });

export const createCardholderSchema = z
  .strictObject({ account: accountName, reference: userReference, sumsubShareToken })
  .meta({ id: 'CreateCardholder', description: 'An application for a cardholder (KeySecure).' });

export const reapplyCardholderSchema = z
  .strictObject({ sumsubShareToken })
  .meta({ id: 'ReapplyCardholder', description: 'Another application for a cardholder who was rejected.' });

export const cardholderQuerySchema = z.strictObject({
  account: accountName.optional(),
  reference: userReference.optional(),
  status: z.enum(cardholderStatuses).optional(),
  ...pageQuery,
});
