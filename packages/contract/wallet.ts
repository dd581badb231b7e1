import { walletEntryStatuses } from '@card-gateway/core';
import { z } from 'zod';
import { accountName, money, timestamp } from './common.ts';

export const walletTransactionQuerySchema = z.strictObject({
  account: accountName,
  transaction: z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/, 'expected the id of a transaction: up to 128 characters, no spaces')
    .meta({ description: "The provider's id of the wallet transaction." }),
});

export const walletTransactionSchema = z
  .object({
    data: z.array(
      z.object({
        providerRef: z.string(),
        record: z.string().nullable().meta({ description: 'The business record behind the entry.' }),
        external: z.string().nullable(),
        direction: z.enum(['in', 'out', 'unrecognized']),
        providerType: z
          .string()
          .meta({ description: 'The provider’s number of the type; its meanings are not published.' }),
        description: z.string().nullable(),
        amount: money,
        balanceBefore: money.nullable(),
        balanceAfter: money.nullable(),
        status: z.enum(walletEntryStatuses),
        providerStatus: z.string(),
        rejectReason: z.string().nullable(),
        remark: z.string().nullable(),
        at: timestamp.nullable(),
      }),
    ),
  })
  .meta({
    id: 'WalletTransaction',
    description: 'The entries of one transaction of the company’s wallet: one, or two for a currency exchange.',
  });
