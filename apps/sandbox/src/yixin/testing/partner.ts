import {
  constants,
  createCipheriv,
  createDecipheriv,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import type { Sandbox } from '../../index.ts';

type Fields = Record<string, unknown>;
export interface Opened {
  code: unknown;
  msg: string;
  /** The parsed contents of `params`; undefined if there were none. */
  params: Fields | undefined;
  signed: boolean;
  fields: Fields;
}

const toSign = (fields: Fields) =>
  Object.entries(fields)
    .filter(([name]) => name !== 'sign')
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${name}=${String(value)}`)
    .join('&');

/** The partner's side of the envelope, implemented separately so that the sandbox does not agree with itself. */
export function partner(sandbox: Sandbox, privateKey = sandbox.credentials.yixin.partnerPrivateKey ?? '') {
  const { baseUrl, appId, yixinPublicKey } = sandbox.credentials.yixin;

  function envelope(method: string, business: unknown, change: Fields = {}): Fields {
    const aesKey = randomBytes(16);
    const cipher = createCipheriv('aes-128-ecb', aesKey, null);
    const params = cipher.update(JSON.stringify(business), 'utf8', 'base64') + cipher.final('base64');
    const key = publicEncrypt(
      { key: yixinPublicKey, padding: constants.RSA_PKCS1_PADDING },
      Buffer.from(aesKey.toString('base64')),
    ).toString('base64');
    const common = { appId, requestNo: randomUUID(), method, version: '1.0', timestamp: Date.now(), ip: '203.0.113.7' };
    const fields = { ...common, key, params, ...change };
    return { ...fields, sign: sign('sha256', Buffer.from(toSign(fields)), privateKey).toString('base64') };
  }

  async function post(fields: Fields, { form = false, path = '' } = {}): Promise<Opened> {
    const body = form ? new URLSearchParams(fields as Record<string, string>).toString() : JSON.stringify(fields);
    const answer = await fetch(baseUrl + path, {
      method: 'POST',
      headers: { 'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json' },
      body,
    });
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`);
    return open((await answer.json()) as Fields);
  }

  function open(fields: Fields): Opened {
    const { code, msg, key, params, sign: signature } = fields as Record<string, string>;
    const signed = verify(
      'sha256',
      Buffer.from(toSign(fields)),
      yixinPublicKey,
      Buffer.from(signature ?? '', 'base64'),
    );
    if (key === undefined || params === undefined) return { code, msg: msg ?? '', params: undefined, signed, fields };
    const keyText = privateDecrypt(
      { key: privateKey, padding: constants.RSA_PKCS1_PADDING },
      Buffer.from(key, 'base64'),
    );
    const decipher = createDecipheriv('aes-128-ecb', Buffer.from(keyText.toString('ascii'), 'base64'), null);
    const plain = decipher.update(params, 'base64', 'utf8') + decipher.final('utf8');
    return { code, msg: msg ?? '', params: JSON.parse(plain) as Fields, signed, fields };
  }

  return {
    envelope,
    post,
    call: (method: string, business: unknown, change: Fields = {}) => post(envelope(method, business, change)),
  };
}
