import type { WalletEntryStatus } from '@card-gateway/core';
import { z } from 'zod';
import { accountName, isNoCardNumber, money, timestamp, words } from './common.ts';

export const walletTransactionQuerySchema = z.strictObject({
  account: accountName,
  transaction: z
    .string()
    .regex(/^[!-~]{1,128}$/, 'expected the id of a transaction: up to 128 characters, no spaces')
    .meta({ description: `The provider's id of the wallet transaction. ${isNoCardNumber}` }),
});

const walletDirection = words<'in' | 'out' | 'unrecognized'>('WalletDirection', 'Which way value moved.', {
  in: 'Into the wallet.',
  out: 'Out of the wallet.',
  unrecognized: "The provider's word for it is one that no document lists.",
});

const walletEntryStatus = words<WalletEntryStatus>('WalletEntryStatus', 'Where an entry of the wallet stands.', {
  awaiting_approval: 'The provider has not decided. Then `approved` or `rejected`.',
  approved: 'It was booked. Final.',
  rejected: 'It was not booked; `rejectReason` says why. Final.',
  unrecognized: 'The provider names a status that no document lists: see `providerStatus`.',
});

const text = (description: string) => z.string().nullable().meta({ description });

const walletEntry = z
  .object({
    providerRef: z.string().meta({ description: "The provider's id of the transaction." }),
    record: text('The business record behind the entry.'),
    external: text("Another system's id of it, where the provider names one."),
    direction: walletDirection,
    providerType: z
      .string()
      .meta({ description: 'The provider’s number of the type; its meanings are not published.' }),
    description: text("The provider's words for it."),
    amount: money,
    balanceBefore: money.nullable().meta({ description: 'What was in the wallet before.' }),
    balanceAfter: money.nullable().meta({ description: 'What was in it then.' }),
    status: walletEntryStatus,
    providerStatus: z.string().meta({ description: "The provider's own word for the status." }),
    rejectReason: text('Why it was rejected.'),
    remark: text('A remark of the provider.'),
    at: timestamp.nullable().meta({ description: 'When it was made, by the provider.' }),
  })
  .meta({ id: 'WalletEntry', description: 'One movement in one currency of the company’s wallet.' });

export const walletTransactionSchema = z
  .object({ data: z.array(walletEntry).meta({ description: 'Its entries; empty where the provider knows none.' }) })
  .meta({
    id: 'WalletTransaction',
    description: 'The entries of one transaction of the company’s wallet: one, or two for a currency exchange.',
  });
