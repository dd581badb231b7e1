import { baseUrlSetting, secretSetting } from '@card-gateway/adapter-kit';
import { z } from 'zod';
import { readPrivateKey, readPublicKey } from './keys.ts';
import { profileSetting } from './profile.ts';

export const settingsSchema = z.strictObject({
  // Yixin hands its addresses out offline (yixin.md §1).
  baseUrl: baseUrlSetting,
  methodInPath: z.boolean().default(false).meta({
    description:
      "Append the interface's address word to the base URL. Otherwise only the envelope's `method` names it.",
  }),
  appId: z.string().min(1).meta({ description: 'The application id given by Yixin.' }),
  version: z.string().min(1).default('1.0').meta({ description: 'The interface version of the envelope.' }),
  privateKey: secretSetting('Our RSA private key: PKCS#8 as PEM or bare Base64 DER.').refine(
    (key) => readPrivateKey(key.reveal()) !== null,
    'expected an RSA private key, PKCS#8 as PEM or bare Base64 DER',
  ),
  providerPublicKey: secretSetting("Yixin's RSA public key: SPKI as PEM or bare Base64 DER.").refine(
    (key) => readPublicKey(key.reveal()) !== null,
    'expected an RSA public key, SPKI as PEM or bare Base64 DER',
  ),
  userIp: z
    .union([z.ipv4(), z.ipv6()])
    .optional()
    .meta({ description: "The end user's IP address for calls that bring none; without it every call must." }),
  limitUnit: z.enum(['yuan', 'fen', 'unconfirmed']).default('unconfirmed').meta({
    description: "The unit of the banks' limits: documented as yuan, while the sample looks like fen.",
  }),
  profile: profileSetting.optional().meta({
    description:
      'The cryptographic profile as confirmed by Yixin. Without it the assumed defaults apply, in a sandbox only.',
  }),
});

/** The settings of one account at Yixin. */
export type YixinSettings = z.output<typeof settingsSchema>;
