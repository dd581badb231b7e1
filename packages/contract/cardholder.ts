import type { ApplicationKind, CardholderStatus } from '@card-gateway/core';
import { z } from 'zod';
import { personSchema } from './address.ts';
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

export const applicationKind = words<ApplicationKind>('ApplicationKind', 'What a cardholder is applied for with.', {
  sumsub: 'The share token of an identity check done at Sumsub: `sumsubShareToken`.',
  person: "The person's own data, which the provider checks: `person`.",
});

/** The identity in an application: the member present determines its kind. */
const identity = {
  sumsubShareToken: z.string().min(1).max(4096).optional().meta({
    description: 'Share token of the identity check done at Sumsub. Passed on once, never kept.',
    format: 'password',
  }),
  person: personSchema.optional().meta({ description: 'Whom it is for. Passed on once, never kept.' }),
};
const oneIdentity =
  'Exactly one of `sumsubShareToken` and `person`, as `requirements.applications` of the account says.';

function requireOne({ sumsubShareToken, person }: IdentityBody, context: z.RefinementCtx): void {
  if ((sumsubShareToken === undefined) !== (person === undefined)) return;
  const isNone = person === undefined;
  context.addIssue({
    code: 'custom',
    path: [isNone ? 'sumsubShareToken' : 'person'],
    message: isNone ? 'expected this or person; it is missing' : 'expected either this or sumsubShareToken',
  });
}
type IdentityBody = Partial<Record<keyof typeof identity, unknown>>;

export const createCardholderSchema = z
  .strictObject({
    account: accountName,
    reference: userReference.meta({
      description: `The company's own id of this person; one has one cardholder per account. ${isNoCardNumber}`,
    }),
    ...identity,
  })
  .superRefine(requireOne)
  .meta({ id: 'CreateCardholder', description: `An application for a cardholder. ${oneIdentity}` });

export const reapplyCardholderSchema = z
  .strictObject(identity)
  .superRefine(requireOne)
  .meta({
    id: 'ReapplyCardholder',
    description: `Another application for a cardholder who was rejected. ${oneIdentity}`,
  });

export const cardholderQuerySchema = z.strictObject({
  account: accountName.optional().meta({ description: 'Only cardholders of this account.' }),
  reference: userReference.optional().meta({ description: 'Only the cardholder with this reference.' }),
  status: cardholderStatus.optional().meta({ description: 'Only cardholders in this status.' }),
  ...pageQuery,
});
