import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { Pool } from 'undici';
import type { RivalSettings } from './settings.ts';

export interface Yixin {
  /** Has an SMS code sent. @returns the provider's id of the challenge */
  bindCard(order: {
    readonly reference: string;
    readonly user: string;
    readonly cardNumber: string;
    readonly phone: string;
    readonly userIp: string;
  }): Promise<string>;
}

const padding = constants.RSA_PKCS1_PADDING;

export function openYixin(settings: RivalSettings['yixin']): Yixin {
  const { origin, pathname } = new URL(settings.baseUrl);
  const pool = new Pool(origin, { connections: 64, headersTimeout: 20_000, bodyTimeout: 20_000 });
  const ours = createPrivateKey(settings.privateKey);
  const theirs = createPublicKey(settings.providerPublicKey);

  async function call(common: Readonly<Record<string, unknown>>, params: unknown): Promise<Record<string, unknown>> {
    const aesKey = randomBytes(16);
    const cipher = createCipheriv('aes-128-ecb', aesKey, null);
    const envelope = {
      ...common,
      key: publicEncrypt({ key: theirs, padding }, Buffer.from(aesKey.toString('base64'))).toString('base64'),
      params: Buffer.concat([cipher.update(JSON.stringify(params)), cipher.final()]).toString('base64'),
    };
    const signature = sign('sha256', Buffer.from(signedText(envelope)), ours).toString('base64');
    const answer = await pool.request({
      method: 'POST',
      path: pathname,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...envelope, sign: signature }),
    });
    const { sign: theirSignature, ...reply } = (await answer.body.json()) as Record<string, string>;
    if (!verify('sha256', Buffer.from(signedText(reply)), theirs, Buffer.from(theirSignature ?? '', 'base64'))) {
      throw new Error('The signature of Yixin does not fit.');
    }
    if (String(reply['code']) !== '0') throw new Error(`Yixin says ${reply['code']}: ${reply['msg']}`);
    const theirKey = privateDecrypt({ key: ours, padding }, Buffer.from(reply['key'] ?? '', 'base64'));
    const decipher = createDecipheriv('aes-128-ecb', Buffer.from(theirKey.toString('latin1'), 'base64'), null);
    const text = Buffer.concat([decipher.update(reply['params'] ?? '', 'base64'), decipher.final()]);
    return JSON.parse(text.toString()) as Record<string, unknown>;
  }

  return {
    bindCard: async ({ reference, user, cardNumber, phone, userIp }) => {
      const common = {
        appId: settings.appId,
        requestNo: reference,
        method: 'bindCard',
        version: '1.0',
        timestamp: new Date().getTime(),
        ip: userIp,
      };
      const reply = await call(common, { outerUserNo: user, cardNo: cardNumber, phone, bizType: 'loan' });
      if (reply['status'] !== '0') throw new Error(`Yixin answers with status ${String(reply['status'])}.`);
      return String(reply['bizId']);
    },
  };
}

function signedText(values: Readonly<Record<string, unknown>>): string {
  return Object.keys(values)
    .sort()
    .map((name) => `${name}=${String(values[name])}`)
    .join('&');
}
