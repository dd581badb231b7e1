import { generateKeyPair } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { duration } from '../duration.ts';

export const settings = z
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
  .prefault({});

export interface Keys {
  partnerPublicKey: string;
  /** Known only if it was created here; a caller that supplies its own public key keeps its private key. */
  partnerPrivateKey: string | null;
  privateKey: string;
}

export type Config = z.output<typeof settings> & { keys: Keys };

/** Reads the keys, and creates the missing ones. */
export async function load(given: z.output<typeof settings>, folder: string): Promise<Config> {
  const pem = async (text: string | undefined, file: string | undefined) =>
    text ?? (file === undefined ? undefined : await readFile(resolve(folder, file), 'utf8'));
  const partnerPublicKey = await pem(given.partnerPublicKey, given.partnerPublicKeyFile);
  const privateKey = await pem(given.privateKey, given.privateKeyFile);
  const made = partnerPublicKey === undefined || privateKey === undefined ? await generatedKeys() : null;
  const keys = {
    partnerPublicKey: partnerPublicKey ?? made?.partner.publicKey ?? '',
    partnerPrivateKey: partnerPublicKey === undefined ? (made?.partner.privateKey ?? null) : null,
    privateKey: privateKey ?? made?.yixin.privateKey ?? '',
  };
  return { ...given, keys };
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
