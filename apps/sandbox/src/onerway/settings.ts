import { z } from 'zod';

export const settings = z
  .strictObject({
    merchantNo: z.string().default('900217'),
    appId: z.string().default('1900000000000000001'),
    secretKey: z.string().default('0f1e2d3c4b5a69788796a5b4c3d2e1f0'),
    /** The path of token delete is not published (onerway.md §3.2): this one is the sandbox's own. */
    deleteTokenPath: z.string().startsWith('/').default('/v1/txn/sandboxDeleteToken'),
  })
  .prefault({});

export type Config = z.output<typeof settings>;
