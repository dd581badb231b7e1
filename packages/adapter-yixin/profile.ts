import { secretSetting } from '@card-gateway/adapter-kit';
import { z } from 'zod';

/**
 * The cryptographic profile of the envelope. Yixin's documents say only "AES, RSA, a signature" (yixin.md §3): every line here
 * is an assumption that Yixin's own demo has to confirm, and therefore a setting. The defaults are the most common choices.
 */
export const profileSetting = z
  .strictObject({
    aesMode: z.enum(['ecb', 'cbc']).default('ecb').meta({ description: 'Mode of AES; the padding is PKCS#5.' }),
    aesIv: z
      .string()
      .refine((text) => Buffer.byteLength(text) === 16, 'expected a text of 16 bytes in UTF-8')
      .optional()
      .meta({ description: 'The agreed initialisation vector as text, for `cbc` only.' }),
    aesKeyBits: z.literal([128, 256]).default(128),
    aesKeyForm: z.enum(['bytes', 'text']).default('bytes').meta({
      description: '`bytes`: random bytes. `text`: 16 or 32 ASCII characters, whose bytes are the key.',
    }),
    rsaEncrypts: z.enum(['base64', 'key']).default('base64').meta({
      description: 'What RSA encrypts in `key`: the Base64 text of the AES key, or the AES key itself.',
    }),
    rsaPadding: z.enum(['pkcs1', 'oaep-sha1', 'oaep-sha256']).default('pkcs1'),
    encoding: z
      .enum(['base64', 'hex'])
      .default('base64')
      .meta({ description: 'How `params`, `key` and `sign` are written.' }),
    digest: z
      .enum(['sha256', 'sha1', 'md5'])
      .default('sha256')
      .meta({ description: 'The digest of the RSA signature (PKCS#1 v1.5).' }),
    stringToSign: z.enum(['pairs', 'json']).default('pairs').meta({
      description: 'Of the parameters sorted by name: `name=value` joined by `&`, or the JSON text.',
    }),
    emptyValues: z
      .enum(['skipped', 'kept'])
      .default('kept')
      .meta({ description: 'Whether parameters with an empty value are signed.' }),
    trailingSecret: secretSetting('Appended as it stands to the string to sign, e.g. `&key=…`.').optional(),
    responseSigned: z
      .array(z.string())
      .refine((names) => names.includes('params'), 'must name `params`: unsigned business data cannot be trusted')
      .default(['code', 'msg', 'params', 'key'])
      .meta({ description: 'The fields of a response that its signature covers, as far as they are there.' }),
    responseKey: z.enum(['own', 'request']).default('own').meta({
      description:
        'A response is encrypted with the AES key in its `key` (without one: that of the request), or always with that of the request.',
    }),
  })
  .refine((profile) => (profile.aesMode === 'cbc') === (profile.aesIv !== undefined), {
    path: ['aesIv'],
    error: '`cbc` needs `aesIv`, `ecb` takes none',
    // Reported along with faults elsewhere, unless the mode itself is invalid.
    when: ({ value }) => ['ecb', 'cbc'].includes((value as { aesMode?: string } | null)?.aesMode ?? ''),
  });

/** Every choice of the envelope's cryptography (yixin.md §3). */
export type Profile = z.output<typeof profileSetting>;

/** The proposed defaults of yixin.md §3. They are not confirmed by Yixin. */
export const unconfirmedProfile: Profile = profileSetting.parse({});
