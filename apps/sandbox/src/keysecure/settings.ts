import { z } from 'zod';
import { duration } from '../duration.ts';

export const settings = z
  .strictObject({
    apiKeys: z
      .array(
        z.strictObject({
          apiKey: z.string(),
          /** AES key of private/info, cvv and pin: 16, 24 or 32 UTF-8 bytes, as assumed in keysecure.md §4.1. */
          apiSecret: z.string().default('sandbox-secret-1'),
          mode: z.enum(['CREDIT_EXTENSION', 'AUTHORIZATION']),
          /** PCI display enabled; otherwise private/info answers 1013. */
          pci: z.boolean().default(true),
        }),
      )
      .min(1)
      .default([
        { apiKey: 'sandbox-credit-key', apiSecret: 'sandbox-secret-1', mode: 'CREDIT_EXTENSION', pci: true },
        { apiKey: 'sandbox-authorization-key', apiSecret: 'sandbox-secret-2', mode: 'AUTHORIZATION', pci: true },
      ]),
    tokenLifetimeMs: duration.default(24 * 60 * 60 * 1000),
    /** Whether a new token revokes the older ones of its key; not stated in keysecure.md §2.2. */
    oneTokenPerKey: z.boolean().default(false),
    /** How long a card stays Pending. */
    cardDelayMs: duration.default(2000),
    /** A cardholder becomes In_progress after the first, Approved or Rejected after the second. */
    cardholderInProgressMs: duration.default(1000),
    cardholderDecisionMs: duration.default(2000),
    /** Each page of a list starts this many rows too early: no order of rows is stated (§7). */
    repeatedRows: z.int().min(0).default(0),
    /** How long a payment waits for the answer to its Auth callback (§11.1). */
    authDeadlineMs: duration.default(800),
    /** Order of members within a nested signed object; not stated, three are possible (§4.2). */
    nestedOrder: z.enum(['document', 'hash-map', 'sorted']).default('document'),
  })
  .prefault({});

export type Config = z.output<typeof settings>;
