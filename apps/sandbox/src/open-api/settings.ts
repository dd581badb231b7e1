import { z } from 'zod';

export const settings = z
  .strictObject({
    customerId: z.int().default(20_000_021),
    appId: z.int().default(200_031),
    key: z.string().default('5a6e64b0c1d24e7f8a9b0c1d2e3f4051'),
    version: z.string().default('v1'),
    /** cardList echoes page_no and page_size swapped, as the published sample does (open-api-issuer.md §1.2). */
    swapPageEcho: z.boolean().default(true),
    /** Undocumented; this limit is the sandbox's own. */
    maxPageSize: z.int().min(1).default(100),
    /** Each page starts this many rows too early, as if rows were added while pages are read (open-api-issuer.md §1.2). */
    repeatedRows: z.int().min(0).default(0),
    cards: z.int().min(0).default(25),
    /** The path of wallet transaction detail is not published (§3.1): this one is the sandbox's own. */
    transactionDetailPath: z.string().startsWith('/').default('/v1/openApi/wallet/sandboxTransactionDetail'),
    /**
     * Where a callback contains its eventTag, which the published sample lacks (§5.1): beside `data`, among its members, or in
     * a header.
     */
    eventTag: z.enum(['beside-data', 'among-members', 'header']).default('beside-data'),
    eventTagHeader: z.string().default('X-Event-Tag'),
    /** The body that acknowledges a callback; not documented (§5.3). */
    acknowledgement: z.string().default('{"code":0,"message":"success"}'),
  })
  .prefault({});

export type Config = z.output<typeof settings>;
