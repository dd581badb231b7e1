import { movementStatuses, transferDirections } from '@card-gateway/core';
import { z } from 'zod';
import {
  accountName,
  money,
  operationReference,
  pageOf,
  pageQuery,
  providerFacts,
  publicId,
  resourceTimes,
} from './common.ts';

const direction = z
  .enum(transferDirections)
  .meta({ description: '`in` moves value to the cardholder, `out` takes it back.' });

export const transferSchema = z
  .object({
    id: publicId('transfer'),
    ...providerFacts,
    cardholder: publicId('cardholder').nullable(),
    direction,
    amount: money,
    status: z.enum(movementStatuses),
    providerStatus: z.string().nullable().meta({ description: "The provider's own word for the status." }),
    balanceBefore: money.nullable().meta({ description: "The cardholder's balance before." }),
    balanceAfter: money.nullable().meta({ description: "The cardholder's balance after." }),
    ...resourceTimes,
    operation: operationReference.nullable(),
  })
  .meta({ id: 'Transfer', description: 'Value moved between the company’s reserve and a cardholder.' });

export const transferPageSchema = pageOf(transferSchema, 'TransferPage');

export const createTransferSchema = z
  .strictObject({
    account: accountName,
    cardholder: publicId('cardholder'),
    direction,
    amount: z.strictObject({
      amount: z
        .string()
        .regex(/^(?!0+(\.0+)?$)(0|[1-9]\d{0,14})(\.\d{1,8})?$/, 'expected a positive decimal, e.g. "100.00"')
        .meta({ description: 'Decimal text in major units.' }),
      currency: z.string().regex(/^[A-Z0-9]{3,10}$/, 'expected a currency code in capitals, e.g. TUSDT'),
    }),
  })
  .meta({
    id: 'CreateTransfer',
    description: 'An order to move value to or from a cardholder (KeySecure, credit mode).',
  });

export const transferQuerySchema = z.strictObject({
  account: accountName.optional(),
  cardholder: publicId('cardholder').optional(),
  direction: z.enum(transferDirections).optional(),
  status: z.enum(movementStatuses).optional(),
  ...pageQuery,
});

export const balanceListSchema = z
  .object({
    data: z.array(
      z.object({
        currency: z.string(),
        chain: z
          .string()
          .nullable()
          .meta({ description: 'The chain of a token currency, where the provider names one.' }),
        amount: z.string().meta({ description: 'Decimal text, as the provider wrote it.' }),
        usdValue: z.string().nullable(),
        bonus: z.string().nullable(),
        bonusUsdValue: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'BalanceList', description: "A cardholder's accounts, straight from the provider." });
