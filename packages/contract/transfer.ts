import type { MovementStatus, TransferDirection } from '@card-gateway/core';
import { z } from 'zod';
import {
  accountName,
  money,
  operationReference,
  pageOf,
  pageQuery,
  providerFacts,
  providerStatus,
  publicId,
  resourceTimes,
  words,
} from './common.ts';

export const transferDirection = words<TransferDirection>('TransferDirection', 'Which way value moves.', {
  in: 'From the reserve to the cardholder.',
  out: 'From the cardholder back to the reserve.',
});

export const transferStatus = words<MovementStatus>('TransferStatus', 'Where a transfer stands.', {
  pending: 'Sent, and not confirmed. Then `succeeded` or `failed`.',
  succeeded: 'The provider moved the value. Final.',
  failed: 'Nothing was moved. Final.',
  unrecognized: 'The provider names a status that no document lists: see `providerStatus`. Anything may follow.',
});

export const transferSchema = z
  .object({
    id: publicId('transfer'),
    ...providerFacts,
    cardholder: publicId('cardholder').nullable().meta({ description: 'With whom; null where it is not known here.' }),
    direction: transferDirection,
    amount: money,
    status: transferStatus,
    providerStatus,
    balanceBefore: money.nullable().meta({ description: "The cardholder's balance before." }),
    balanceAfter: money.nullable().meta({ description: "The cardholder's balance after." }),
    ...resourceTimes,
    operation: operationReference.nullable().meta({ description: 'The write that ordered it.' }),
  })
  .meta({ id: 'Transfer', description: 'Value moved between the company’s reserve and a cardholder.' });

export const transferPageSchema = pageOf(transferSchema, 'TransferPage');

/** Zero, and amounts with more decimals than this allows, are rejected as well. */
const decimal = /^([1-9][0-9]{0,14}([.][0-9]{1,8})?|0[.][0-9]{0,7}[1-9]0{0,7})$/;
const positive = 'expected a positive decimal, e.g. "100.00"';

const transferAmount = z
  .strictObject({
    amount: z
      .string()
      .regex(decimal, { error: positive, abort: true })
      .refine((text) => /[1-9]/.test(text) && !/[.][0-9]{9}/.test(text), positive)
      .meta({ description: 'Decimal text in major units: positive, 15 digits before and 8 behind the point at most.' }),
    currency: z
      .string()
      .regex(/^[A-Z0-9]{3,10}$/, 'expected a currency code in capitals, e.g. TUSDT')
      .meta({ description: 'Currency code in capitals, e.g. `TUSDT`.' }),
  })
  .meta({ id: 'TransferAmount', description: 'How much to move.' });

export const createTransferSchema = z
  .strictObject({
    account: accountName,
    cardholder: publicId('cardholder').meta({ description: 'With whom, of the same account.' }),
    direction: transferDirection,
    amount: transferAmount,
  })
  .meta({
    id: 'CreateTransfer',
    description: 'An order to move value to or from a cardholder.',
  });

export const transferQuerySchema = z.strictObject({
  account: accountName.optional().meta({ description: 'Only transfers of this account.' }),
  cardholder: publicId('cardholder').optional().meta({ description: 'Only transfers with this cardholder.' }),
  direction: transferDirection.optional().meta({ description: 'Only transfers this way.' }),
  status: transferStatus.optional().meta({ description: 'Only transfers in this status.' }),
  ...pageQuery,
});

const decimalOf = (what: string) =>
  z
    .string()
    .nullable()
    .meta({ description: `${what}, decimal text; null where the provider gives none.` });
const balance = z
  .object({
    currency: z.string().meta({ description: 'Currency code of the provider, e.g. `TUSDT`.' }),
    chain: z.string().nullable().meta({ description: 'The chain of a token currency, where the provider names one.' }),
    amount: z.string().meta({ description: 'Decimal text, as the provider wrote it.' }),
    usdValue: decimalOf('What it is worth in US dollars'),
    bonus: decimalOf('Bonus in this currency'),
    bonusUsdValue: decimalOf('What the bonus is worth in US dollars'),
  })
  .meta({ id: 'Balance', description: 'What a cardholder has in one currency.' });

export const balanceListSchema = z
  .object({ data: z.array(balance).meta({ description: 'One entry for each currency and chain.' }) })
  .meta({ id: 'BalanceList', description: "A cardholder's accounts, straight from the provider." });
