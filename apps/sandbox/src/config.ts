import { generateKeyPair } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const duration = z.int().min(0);

/** Every setting has a default, so that a test writes down only what it is about. */
export const configSchema = z.strictObject({
  host: z.string().default('127.0.0.1'),
  /** 0 takes any free port. */
  port: z.int().min(0).max(65_535).default(0),
  /** Delay before each answer, after the work. */
  latencyMs: duration.default(0),
  /** Keeps the state over a restart; relative to the configuration file, as key files are. Absent: memory only. */
  stateFile: z.string().min(1).optional(),
  /**
   * Makes what is made up (Access-Tokens, SMS codes, order numbers) the same at each start and after each reset. Absent:
   * different ones, so that no number is given out twice.
   */
  seed: z.int().optional(),
  callbacks: z
    .strictObject({
      /**
       * Where callbacks are sent, by provider, or by `provider/merchant` (KeySecure: the Api-Key), which wins. None is
       * sent where there is no entry, or an empty one.
       */
      targets: z
        .record(z.string().regex(/^(?:keysecure|open-api|onerway)(?:\/.+)?$/), z.union([z.url(), z.literal('')]))
        .default({}),
      /**
       * [ASSUMED] how often one that is not acknowledged is sent in all, and the pause before the next time, which grows by
       * itself. Only Onerway documents a schedule, three in an hour (onerway.md §6); no test waits that long.
       */
      attempts: z.int().min(1).default(3),
      pauseMs: duration.default(200),
      /** Onerway wants its answer within 5 s (§6); the others say nothing. KeySecure's Auth has its own. */
      timeoutMs: duration.default(5000),
    })
    .prefault({}),
  openApi: z
    .strictObject({
      customerId: z.int().default(20_000_021),
      appId: z.int().default(200_031),
      key: z.string().default('5a6e64b0c1d24e7f8a9b0c1d2e3f4051'),
      version: z.string().default('v1'),
      /** cardList echoes page_no and page_size swapped, as the published sample does (open-api-issuer.md §1.2). */
      swapPageEcho: z.boolean().default(true),
      /** Undocumented at the provider; this is the sandbox's own limit. */
      maxPageSize: z.int().min(1).default(100),
      /** Each page begins so many rows too early, as where rows are added while pages are read (open-api-issuer.md §1.2). */
      repeatedRows: z.int().min(0).default(0),
      cards: z.int().min(0).default(25),
      /** The path of wallet transaction detail is not published (§3.1): this one is the sandbox's own. */
      transactionDetailPath: z.string().startsWith('/').default('/v1/openApi/wallet/sandboxTransactionDetail'),
      /**
       * Where a callback carries its eventTag, which the published sample lacks (§5.1): beside `data`, among the members, or
       * in a header.
       */
      eventTag: z.enum(['beside-data', 'among-members', 'header']).default('beside-data'),
      eventTagHeader: z.string().default('X-Event-Tag'),
      /** What acknowledges a callback; not documented (§5.3). */
      acknowledgement: z.string().default('{"code":0,"message":"success"}'),
    })
    .prefault({}),
  keysecure: z
    .strictObject({
      apiKeys: z
        .array(
          z.strictObject({
            apiKey: z.string(),
            /** AES key of private/info, cvv and pin: 16, 24 or 32 UTF-8 bytes, the rule assumed in keysecure.md §4.1. */
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
      /** A card stays Pending this long. */
      cardDelayMs: duration.default(2000),
      /** A cardholder becomes In_progress after the first, Approved or Rejected after the second. */
      cardholderInProgressMs: duration.default(1000),
      cardholderDecisionMs: duration.default(2000),
      /** Each page of a list begins so many rows too early: no order of rows is stated (§7). */
      repeatedRows: z.int().min(0).default(0),
      /** How long a payment waits for the answer to its Auth callback (§11.1). */
      authDeadlineMs: duration.default(800),
      /** Order of members inside a nested object as it is signed; not stated, three are possible (§4.2). */
      nestedOrder: z.enum(['document', 'hash-map', 'sorted']).default('document'),
    })
    .prefault({}),
  onerway: z
    .strictObject({
      merchantNo: z.string().default('900217'),
      appId: z.string().default('1900000000000000001'),
      secretKey: z.string().default('0f1e2d3c4b5a69788796a5b4c3d2e1f0'),
      /** The path of token delete is not published (onerway.md §3.2): this one is the sandbox's own. */
      deleteTokenPath: z.string().startsWith('/').default('/v1/txn/sandboxDeleteToken'),
    })
    .prefault({}),
  yixin: z
    .strictObject({
      appId: z.string().default('sandbox-partner'),
      partnerPublicKey: z.string().optional(),
      partnerPublicKeyFile: z.string().optional(),
      privateKey: z.string().optional(),
      privateKeyFile: z.string().optional(),
      /** `code` of the envelope: a number in the samples, a string in the table (yixin.md §2.2). */
      codeType: z.enum(['number', 'string']).default('number'),
      smsCodeLifetimeMs: duration.default(5 * 60 * 1000),
      /** cardList rows without bindCardId, as in the published sample (yixin.md §4.3): for all users, or for these. */
      omitBindCardId: z.union([z.boolean(), z.array(z.string())]).default(false),
    })
    .prefault({}),
});

export type SandboxConfig = z.input<typeof configSchema>;
export type YixinKeys = { partnerPublicKey: string; partnerPrivateKey: string | null; privateKey: string };
export type Config = z.output<typeof configSchema> & { yixinKeys: YixinKeys };

/** Paths of files are read relative to `folder`. */
export async function readConfig(input: unknown, folder: string): Promise<Config> {
  const config = configSchema.parse(input);
  const { yixin } = config;
  const pem = async (text: string | undefined, file: string | undefined) =>
    text ?? (file === undefined ? undefined : await readFile(resolve(folder, file), 'utf8'));
  const partnerPublicKey = await pem(yixin.partnerPublicKey, yixin.partnerPublicKeyFile);
  const privateKey = await pem(yixin.privateKey, yixin.privateKeyFile);
  const made = partnerPublicKey === undefined || privateKey === undefined ? await generatedKeys() : null;
  const yixinKeys = {
    partnerPublicKey: partnerPublicKey ?? made?.partner.publicKey ?? '',
    // Known only when it was made here; a caller who brings its own public key keeps its private key to itself.
    partnerPrivateKey: partnerPublicKey === undefined ? (made?.partner.privateKey ?? null) : null,
    privateKey: privateKey ?? made?.yixin.privateKey ?? '',
  };
  const stateFile = config.stateFile === undefined ? undefined : resolve(folder, config.stateFile);
  return { ...config, stateFile, yixinKeys };
}

const generatePair = promisify(generateKeyPair);
let generated: Promise<{ partner: KeyPair; yixin: KeyPair }> | undefined;
interface KeyPair {
  publicKey: string;
  privateKey: string;
}

/** Once per process: two RSA pairs cost a second of CPU, and a test file starts many sandboxes. */
function generatedKeys(): Promise<{ partner: KeyPair; yixin: KeyPair }> {
  const pair = () =>
    generatePair('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
  generated ??= Promise.all([pair(), pair()]).then(([partner, yixin]) => ({ partner, yixin }));
  return generated;
}
