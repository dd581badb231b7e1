import { bindingKinds, bindingPurposes, bindingStatuses, cardNetworks } from '@card-gateway/core';
import { z } from 'zod';
import {
  accountName,
  cardNumber,
  operationReference,
  pageOf,
  pageQuery,
  printable,
  printableRule,
  providerFacts,
  publicId,
  refreshQuery,
  resourceTimes,
  timestamp,
  userIp,
  userReference,
} from './common.ts';

const bank = z.object({ code: z.string(), name: z.string() }).meta({ id: 'Bank', description: 'A card-issuing bank.' });

export const bindingSchema = z
  .object({
    id: publicId('binding'),
    ...providerFacts,
    user: z.string().meta({ description: "The end user, by the company's own id." }),
    kind: z.enum(bindingKinds),
    status: z.enum(bindingStatuses),
    maskedNumber: z.string().meta({ description: 'First six and last four digits.' }),
    last4: z.string(),
    network: z.enum(cardNetworks).nullable(),
    cardType: z.enum(['debit', 'credit', 'unrecognized']).nullable(),
    bank: bank.nullable(),
    expiry: z.string().nullable().meta({ description: 'Last valid month, `YYYY-MM`.' }),
    binCountry: z.string().nullable(),
    challenge: z
      .object({
        expiresAt: timestamp.meta({
          description: 'When the SMS code is expected to stop working; the provider decides.',
        }),
        attemptsLeft: z.int().meta({ description: 'Wrong codes that are still allowed.' }),
        resendAfter: timestamp.meta({ description: 'When another SMS may be asked for, by a new binding.' }),
      })
      .nullable()
      .meta({ description: 'The SMS code that is waited for.' }),
    ...resourceTimes,
    operation: operationReference.nullable(),
  })
  .meta({ id: 'Binding', description: 'A bank card bound by SMS, or a card token, in one shape.' });

export const bindingPageSchema = pageOf(bindingSchema, 'BindingPage');

export const startBindingSchema = z
  .strictObject({
    account: accountName,
    user: userReference,
    cardNumber,
    phone: z
      .string()
      .regex(/^\+?\d{5,20}$/, 'expected a phone number of 5 to 20 digits')
      .meta({ description: 'The mobile number that the bank knows. Passed on, never kept in clear.' }),
    purpose: z.enum(bindingPurposes),
    loanOrder: z
      .string()
      .min(1)
      .max(64)
      .regex(printable, printableRule)
      .optional()
      .meta({ description: 'Loan order number; required for a repayment.' }),
    userIp: userIp.optional(),
  })
  .superRefine((order, context) => {
    if (order.purpose === 'repayment' && order.loanOrder === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['loanOrder'],
        message: 'expected a loan order, because the purpose is repayment',
      });
    }
  })
  .meta({ id: 'StartBinding', description: 'Asks the provider to send the user an SMS code for this card.' });

export const verifyBindingSchema = z
  .strictObject({
    code: z
      .string()
      .regex(/^\d{4,10}$/, 'expected a code of 4 to 10 digits')
      .meta({ description: 'The code from the SMS, as text. Passed on, never kept.' }),
    userIp: userIp.optional(),
  })
  .meta({ id: 'VerifyBinding', description: 'The SMS code that the user typed.' });

export const bindingQuerySchema = z
  .strictObject({
    account: accountName.optional(),
    user: userReference.optional(),
    kind: z.enum(bindingKinds).optional(),
    status: z.enum(bindingStatuses).optional(),
    refresh: refreshQuery,
    userIp: userIp.optional(),
    ...pageQuery,
  })
  .superRefine((query, context) => {
    if (query.refresh !== true) return;
    if (query.account === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['account'],
        message: 'expected an account, because refresh=true asks it',
      });
    }
    if (query.user === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['user'],
        message: 'expected a user, because refresh=true asks for theirs',
      });
    }
  });

export const checkBindingSchema = z
  .strictObject({ account: accountName, user: userReference, cardNumber, userIp: userIp.optional() })
  .meta({ id: 'CheckBinding', description: 'Must this user still bind this card?' });

export const bindingCheckSchema = z
  .object({
    provider: z.string(),
    account: accountName,
    user: z.string(),
    maskedNumber: z.string(),
    bindingRequired: z.boolean(),
  })
  .meta({ id: 'BindingCheck', description: "The provider's answer to whether a binding is needed." });

export const bankQuerySchema = z.strictObject({
  account: accountName,
  user: userReference,
  userIp: userIp.optional(),
});

export const bankListSchema = z
  .object({
    data: z.array(
      z.object({
        code: z.string().meta({ description: "The provider's code of the bank." }),
        name: z.string(),
        perTransaction: z.string().nullable().meta({ description: 'Limit of one payment, decimal text in `unit`.' }),
        perDay: z.string().nullable().meta({ description: 'Limit of a day, decimal text in `unit`.' }),
        unit: z.enum(['yuan', 'fen']).nullable().meta({
          description: 'Null while the provider has not confirmed it: then nothing may be computed with them.',
        }),
      }),
    ),
  })
  .meta({ id: 'BankList', description: 'Banks whose cards this user can bind.' });

export const lookUpIssuerSchema = z
  .strictObject({ account: accountName, cardNumber, userIp: userIp.optional() })
  .meta({ id: 'LookUpIssuer', description: 'A card number whose bank is asked for.' });

export const issuerSchema = z
  .object({
    provider: z.string(),
    account: accountName,
    maskedNumber: z.string(),
    bank: bank.nullable().meta({ description: 'Null when the provider names none.' }),
  })
  .meta({ id: 'Issuer', description: 'The bank that issued a card.' });

export const revealedBindingSchema = z
  .object({
    binding: publicId('binding'),
    token: z.string().meta({ description: 'The payment token (Onerway `tokenId`): whoever has it can pay with it.' }),
  })
  .meta({ id: 'RevealedBinding', description: 'The payment token of a binding. Never hand it to a browser.' });
