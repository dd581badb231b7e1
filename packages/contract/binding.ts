import type { BindingKind, BindingStatus } from '@card-gateway/core';
import { z } from 'zod';
import {
  accountName,
  cardNumber,
  cardType,
  isNoCardNumber,
  network,
  operationReference,
  pageOf,
  pageQuery,
  printableText,
  providerFacts,
  publicId,
  refreshQuery,
  resourceTimes,
  timestamp,
  userIp,
  userReference,
  words,
} from './common.ts';

const bank = z
  .object({
    code: z.string().meta({ description: "The provider's code of the bank." }),
    name: z.string().meta({ description: 'Its name, as the provider writes it.' }),
  })
  .meta({ id: 'Bank', description: 'A card-issuing bank.' });

const user = z.string().meta({ description: "The end user, by the company's own id." });
const maskedNumber = z.string().meta({ description: 'First six and last four digits.' });
const provider = z.string().meta({ description: 'The provider behind the account.' });

export const bindingStatus = words<BindingStatus>(
  'BindingStatus',
  'Where a binding stands. The usual way is `starting` → `awaiting_code` → `verifying` → `bound`.',
  {
    starting: 'The provider is asked to send the SMS. Then `awaiting_code`, `not_required`, `bound` or `refused`.',
    awaiting_code: 'The user was sent a code. Then `verifying`, or `expired`.',
    verifying:
      'A code was handed to the provider. Then `bound`, `expired`, or `awaiting_code` again where it was wrong.',
    bound: 'The card can be used. Then `removed` at most.',
    not_required: 'The provider says that this card needs no binding, or no further one. Final.',
    expired: 'No code is taken any more. Final; start another binding.',
    refused: 'The provider did not start it; nothing was sent. Final.',
    removed: 'It is no longer at the provider. Final, unless a list of the provider shows it again.',
  },
);

export const bindingKind = words<BindingKind>('BindingKind', 'What is bound.', {
  bank_card: 'A bank card, bound by SMS.',
  token: 'A token of a card.',
  subscription: 'A token of a subscription.',
});

const bindingPurpose = z.string().meta({
  id: 'BindingPurpose',
  description:
    'What a bank card is bound for, e.g. `loan` (a loan is paid out to it) or `repayment` (a loan is paid back from it). `requirements.purposes` of the account lists those it knows.',
});

const challenge = z
  .object({
    expiresAt: timestamp.meta({
      description: 'When the SMS code is expected to stop working; the provider decides.',
    }),
    attemptsLeft: z
      .int()
      .meta({ description: 'Wrong codes that are still allowed. One whose answer was lost counts as wrong.' }),
    resendAfter: timestamp.meta({ description: 'When another SMS may be asked for, by a new binding.' }),
  })
  .meta({ id: 'BindingChallenge', description: 'The SMS code that is waited for.' });

export const bindingSchema = z
  .object({
    id: publicId('binding'),
    ...providerFacts,
    user,
    kind: bindingKind,
    status: bindingStatus,
    maskedNumber,
    last4: z.string().meta({ description: 'Last four digits.' }),
    network: network.nullable().meta({ description: 'Null where the provider names none.' }),
    cardType: cardType.nullable().meta({ description: 'Null where the provider does not say.' }),
    bank: bank.nullable().meta({ description: 'The bank that issued the card; null where the provider names none.' }),
    expiry: z.string().nullable().meta({ description: 'Last valid month, `YYYY-MM`.' }),
    binCountry: z
      .string()
      .nullable()
      .meta({ description: 'Country of the issuer, as the provider writes it; null where it does not.' }),
    challenge: challenge.nullable().meta({ description: 'Null where no code is waited for.' }),
    ...resourceTimes,
    operation: operationReference
      .nullable()
      .meta({ description: 'The last write on it; null where it came from a list and nothing was written since.' }),
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
      .regex(/^[+]?[0-9]{5,20}$/, 'expected a phone number of 5 to 20 digits')
      .meta({
        description: 'The mobile number that the bank knows. Passed on, never kept in clear.',
        format: 'password',
      }),
    purpose: bindingPurpose.optional().meta({ description: 'What for; where the account knows purposes.' }),
    loanOrder: printableText(1, 64)
      .optional()
      .meta({ description: `Loan order number, for a purpose that needs it, as \`repayment\`. ${isNoCardNumber}` }),
    userIp: userIp.optional(),
  })
  .meta({
    id: 'StartBinding',
    description:
      'Asks the provider to send the user an SMS code for this card. `requirements.purposes` of the account says what for, and what else that needs.',
  });

export const verifyBindingSchema = z
  .strictObject({
    code: z
      .string()
      .regex(/^[0-9]{4,10}$/, 'expected a code of 4 to 10 digits')
      .meta({ description: 'The code from the SMS, as text. Passed on, never kept.', format: 'password' }),
    userIp: userIp.optional(),
  })
  .meta({ id: 'VerifyBinding', description: 'The SMS code that the user typed.' });

export const bindingQuerySchema = z
  .strictObject({
    account: accountName.optional().meta({ description: 'Only bindings of this account; needed to refresh.' }),
    user: userReference.optional().meta({ description: 'Only bindings of this user; needed to refresh.' }),
    kind: bindingKind.optional().meta({ description: 'Only bindings of this kind.' }),
    status: bindingStatus.optional().meta({ description: 'Only bindings in this status.' }),
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
    provider,
    account: accountName,
    user,
    maskedNumber,
    bindingRequired: z.boolean().meta({ description: 'The user must still bind this card.' }),
  })
  .meta({ id: 'BindingCheck', description: "The provider's answer to whether a binding is needed." });

export const bankQuerySchema = z.strictObject({
  account: accountName,
  user: userReference,
  userIp: userIp.optional(),
});

const limitUnit = words<'yuan' | 'fen'>('LimitUnit', 'What the limits of a bank count.', {
  yuan: 'Major units.',
  fen: 'Hundredths.',
});

const supportedBank = z
  .object({
    code: z.string().meta({ description: "The provider's code of the bank." }),
    name: z.string().meta({ description: 'Its name, as the provider writes it.' }),
    perTransaction: z.string().nullable().meta({ description: 'Limit of one payment, decimal text in `unit`.' }),
    perDay: z.string().nullable().meta({ description: 'Limit of a day, decimal text in `unit`.' }),
    unit: limitUnit.nullable().meta({
      description: 'Null while the provider has not confirmed it: then nothing may be computed with them.',
    }),
  })
  .meta({ id: 'SupportedBank', description: 'A bank whose cards can be bound, with its limits.' });

export const bankListSchema = z
  .object({ data: z.array(supportedBank).meta({ description: 'The banks, in the order of the provider.' }) })
  .meta({ id: 'BankList', description: 'Banks whose cards this user can bind.' });

export const lookUpIssuerSchema = z
  .strictObject({ account: accountName, cardNumber, userIp: userIp.optional() })
  .meta({ id: 'LookUpIssuer', description: 'A card number whose bank is asked for.' });

export const issuerSchema = z
  .object({
    provider,
    account: accountName,
    maskedNumber,
    bank: bank.nullable().meta({ description: 'Null when the provider names none.' }),
  })
  .meta({ id: 'Issuer', description: 'The bank that issued a card.' });

export const revealedBindingSchema = z
  .object({
    binding: publicId('binding'),
    token: z.string().meta({
      description: 'The payment token: whoever has it can pay with it.',
      format: 'password',
    }),
  })
  .meta({ id: 'RevealedBinding', description: 'The payment token of a binding. Never hand it to a browser.' });
