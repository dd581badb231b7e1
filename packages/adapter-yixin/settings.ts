import { createPublicKey } from 'node:crypto';
import { baseUrlSetting, secretSetting } from '@card-gateway/adapter-kit';
import { Secret } from '@card-gateway/core';
import { z } from 'zod';
import { readPrivateKey, readPublicKey, type WrongKey } from './keys.ts';
import { profileSetting } from './profile.ts';

const privateKeyRule = 'expected our own RSA private key, PKCS#8 as PEM or bare Base64 DER';
const publicKeyRule = "expected Yixin's RSA public key, SPKI as PEM or bare Base64 DER";
const instead: Readonly<Record<WrongKey, string>> = {
  private: 'this is a private key; ',
  public: 'this is a public key; ',
  encrypted: 'this key is encrypted: decrypt it with openssl pkey; ',
  none: '',
};

export const yixinSettings = z
  .strictObject({
    // Yixin supplies its addresses offline (yixin.md §1).
    baseUrl: baseUrlSetting,
    methodInPath: z.boolean().default(false).meta({
      description:
        "Append the interface's address word to the base URL. Otherwise only the envelope's `method` names it.",
    }),
    appId: z.string().min(1).meta({ description: 'The application id given by Yixin.' }),
    version: z.string().min(1).default('1.0').meta({ description: 'The interface version of the envelope.' }),
    privateKey: secretSetting('Our RSA private key: PKCS#8 as PEM or bare Base64 DER.').superRefine(
      (secret, context) => {
        const key = readPrivateKey(secret.reveal());
        if (typeof key === 'string') context.addIssue({ code: 'custom', message: `${instead[key]}${privateKeyRule}` });
      },
    ),
    providerPublicKey: secretSetting("Yixin's RSA public key: SPKI as PEM or bare Base64 DER.").superRefine(
      (secret, context) => {
        const key = readPublicKey(secret.reveal());
        if (typeof key === 'string') context.addIssue({ code: 'custom', message: `${instead[key]}${publicKeyRule}` });
      },
    ),
    userIp: z.union([z.ipv4(), z.ipv6()]).optional().meta({
      description: "The end user's IP address for calls without one; without this setting every call must supply it.",
    }),
    limitUnit: z.enum(['yuan', 'fen', 'unconfirmed']).default('unconfirmed').meta({
      description: "The unit of the banks' limits: documented as yuan, while the sample looks like fen.",
    }),
    profile: profileSetting.optional().meta({
      description:
        'The cryptographic profile as confirmed by Yixin. Without it the assumed defaults apply, in a sandbox only.',
    }),
  })
  .superRefine(
    ({ privateKey, providerPublicKey }, context) => {
      if (!isOneKeyPair(privateKey, providerPublicKey)) return;
      const message = 'this is the other half of privateKey; ' + publicKeyRule;
      context.addIssue({ code: 'custom', path: ['providerPublicKey'], message });
    },
    // Reported along with faults elsewhere.
    { when: () => true },
  );

/** Our own public key is for Yixin: configured here it would verify nothing that Yixin signs. */
function isOneKeyPair(ours: unknown, theirs: unknown): boolean {
  if (!(ours instanceof Secret) || !(theirs instanceof Secret)) return false;
  const [privateKey, publicKey] = [readPrivateKey(ours.reveal()), readPublicKey(theirs.reveal())];
  if (typeof privateKey === 'string' || typeof publicKey === 'string') return false;
  return createPublicKey(privateKey).equals(publicKey);
}

export type YixinSettings = z.output<typeof yixinSettings>;
