import { z } from 'zod';
import { accountName, timestamp } from './common.ts';

export const providerAccountSchema = z
  .object({
    account: accountName,
    provider: z.string().meta({ description: 'Provider id: `open-api`, `keysecure`, `onerway`, `yixin`.' }),
    title: z.string().meta({ description: "The provider's name for people." }),
    sandbox: z.boolean().meta({ description: 'The account is marked as a test account.' }),
    operations: z
      .array(
        z.object({
          operation: z.string().meta({ description: 'Operation id of this API.' }),
          state: z.enum(['documented', 'needs-settings', 'absent']),
          reason: z.string().nullable().meta({ description: 'Why it cannot be used.' }),
        }),
      )
      .meta({ description: 'What this account can do.' }),
    calls: z
      .array(
        z.object({
          name: z
            .string()
            .meta({ description: 'Path or action of the provider; the title where no path is published.' }),
          title: z.string(),
          source: z.string().meta({ description: 'Where the contract in `docs/providers/contracts/` tells of it.' }),
          state: z.enum(['documented', 'needs-settings', 'absent']),
          reason: z.string().nullable().meta({ description: 'Why it is not used.' }),
        }),
      )
      .meta({
        description: "Every call and notification of the provider's documents, and whether the gateway uses it.",
      }),
    notes: z.array(z.string()).meta({ description: 'What rests on an unconfirmed assumption.' }),
    health: z
      .object({
        status: z
          .enum(['up', 'down', 'unknown'])
          .meta({ description: 'By the last call; `unknown` before the first.' }),
        lastAnswerAt: timestamp.nullable(),
        lastFailureAt: timestamp.nullable(),
        lastFailure: z.string().nullable().meta({ description: "The connection's error code." }),
        circuit: z.enum(['closed', 'open', 'half-open']).meta({
          description:
            'Whether the provider is asked: `open` after many failures in a row, `half-open` while one call tries it again.',
        }),
      })
      .meta({ description: 'What the calls of this process since its start showed.' }),
  })
  .meta({ id: 'ProviderAccount', description: 'A configured account at a provider and what it can do.' });

export const providerListSchema = z
  .object({ data: z.array(providerAccountSchema) })
  .meta({ id: 'ProviderAccountList', description: "The caller's accounts." });
