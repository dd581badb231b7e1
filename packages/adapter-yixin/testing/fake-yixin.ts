import {
  constants,
  createCipheriv,
  createDecipheriv,
  createSign,
  createVerify,
  generateKeyPairSync,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { json, type Reply, type SeenRequest } from '@card-gateway/adapter-kit/testing';
import { Secret } from '@card-gateway/core';
import type { Profile } from '../profile.ts';

// Yixin's side of the envelope, written only from yixin.md §2 and §3. It shares no code with envelope.ts, so that a misreading
// cannot agree with itself.

/** A reply as in the document's samples, before it is sealed. */
export interface PlainReply {
  readonly code: string | number;
  readonly msg?: string;
  /** JSON text; absent with most failures. */
  readonly params?: string;
}

export interface OpenedRequest {
  readonly common: Readonly<Record<string, string | number>>;
  readonly business: Readonly<Record<string, string>>;
  readonly aesKey: Buffer;
}

const requestOrder = ['appId', 'ip', 'key', 'method', 'params', 'requestNo', 'timestamp', 'version'];
const responseOrder = ['code', 'key', 'msg', 'params'];
const digests = { sha256: 'RSA-SHA256', sha1: 'RSA-SHA1', md5: 'RSA-MD5' } as const;

const partner = generateKeyPairSync('rsa', { modulusLength: 2048 });
const own = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The partner's key material as exchanged with Yixin. */
export const keyTexts = {
  privatePem: partner.privateKey.export({ type: 'pkcs8', format: 'pem' }),
  privateDer: partner.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
  yixinPublicPem: own.publicKey.export({ type: 'spki', format: 'pem' }),
  yixinPublicDer: own.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
} as const;

export function settingsInput(baseUrl: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    baseUrl,
    appId: 'app-1',
    privateKey: new Secret(keyTexts.privatePem),
    providerPublicKey: new Secret(keyTexts.yixinPublicPem),
    userIp: '203.0.113.7',
    ...more,
  };
}

/** Verifies and decrypts what the partner sent. Throws on a wrong signature. */
export function openRequest(body: string, profile: Profile): OpenedRequest {
  const { sign, ...common } = JSON.parse(body) as Record<string, string>;
  const verifier = createVerify(digests[profile.digest]).update(signedText(common, requestOrder, profile));
  if (!verifier.verify(partner.publicKey, sign ?? '', profile.encoding)) {
    throw new Error('wrong signature');
  }
  const key = privateDecrypt({ key: own.privateKey, ...padding(profile) }, decode(common['key'], profile));
  const aesKey = profile.rsaEncrypts === 'base64' ? Buffer.from(key.toString(), 'base64') : key;
  if (aesKey.length * 8 !== profile.aesKeyBits) throw new Error('wrong key size');
  const decipher = createDecipheriv(cipher(profile), aesKey, profile.aesIv ?? null);
  const text = decipher.update(decode(common['params'], profile), undefined, 'utf8') + decipher.final('utf8');
  return { common, business: JSON.parse(text) as Record<string, string>, aesKey };
}

/** Encrypts and signs a reply. `requestKey` replaces its own key if the profile says so. */
export function sealReply(reply: PlainReply, profile: Profile, requestKey: Buffer | null = null): string {
  const envelope: Record<string, string | number> = { ...reply };
  if (reply.params !== undefined) {
    const aesKey =
      requestKey ??
      Buffer.from(
        randomBytes(32)
          .toString('hex')
          .slice(0, profile.aesKeyBits / 8),
      );
    if (requestKey === null) {
      const plain = profile.rsaEncrypts === 'base64' ? Buffer.from(aesKey.toString('base64')) : aesKey;
      const sealedKey = publicEncrypt({ key: partner.publicKey, ...padding(profile) }, plain);
      envelope['key'] = sealedKey.toString(profile.encoding);
    }
    const encipher = createCipheriv(cipher(profile), aesKey, profile.aesIv ?? null);
    const sealed = [encipher.update(reply.params, 'utf8'), encipher.final()];
    envelope['params'] = Buffer.concat(sealed).toString(profile.encoding);
  }
  return signReply(envelope, profile);
}

/** Signs an envelope unchanged. */
export function signReply(envelope: Record<string, string | number>, profile: Profile): string {
  const signer = createSign(digests[profile.digest]).update(signedText(envelope, responseOrder, profile));
  return JSON.stringify({ ...envelope, sign: signer.sign(own.privateKey, profile.encoding) });
}

/** A sealed answer over HTTP. */
export function answer(reply: PlainReply, profile: Profile): Reply {
  return json(sealReply(reply, profile));
}

/** The business data of a received request. */
export function businessOf(request: SeenRequest | undefined, profile: Profile): Readonly<Record<string, string>> {
  return openRequest(request?.body ?? '', profile).business;
}

function decode(text: string | undefined, profile: Profile): Buffer {
  return Buffer.from(text ?? '', profile.encoding);
}

function cipher(profile: Profile): string {
  return `AES-${profile.aesKeyBits}-${profile.aesMode.toUpperCase()}`;
}

function padding(profile: Profile): { padding: number; oaepHash?: string } {
  if (profile.rsaPadding === 'pkcs1') return { padding: constants.RSA_PKCS1_PADDING };
  return { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: profile.rsaPadding.replace('oaep-', '') };
}

/** The fields that are present, in an order written out by hand. */
function signedText(fields: Record<string, string | number>, order: readonly string[], profile: Profile): string {
  const parts: string[] = [];
  for (const name of order) {
    const value = fields[name];
    if (value === undefined || (value === '' && profile.emptyValues === 'skipped')) continue;
    parts.push(
      profile.stringToSign === 'json' ? `${JSON.stringify(name)}:${JSON.stringify(value)}` : `${name}=${value}`,
    );
  }
  const text = profile.stringToSign === 'json' ? `{${parts.join(',')}}` : parts.join('&');
  return `${text}${profile.trailingSecret?.reveal() ?? ''}`;
}
