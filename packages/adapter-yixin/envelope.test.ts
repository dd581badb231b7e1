import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  createVerify,
  generateKeyPairSync,
  privateDecrypt,
  constants,
  publicEncrypt,
  sign,
} from 'node:crypto';
import { inspect } from 'node:util';
import { Secret } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { openResponse, sealRequest } from './envelope.ts';
import type { EnvelopeKeys } from './keys.ts';
import { type Profile, profileSetting, unconfirmedProfile } from './profile.ts';
import { keyTexts, openRequest, type PlainReply, sealReply, signReply } from './testing/fake-yixin.ts';

const keys: EnvelopeKeys = {
  ours: createPrivateKey(keyTexts.privatePem),
  theirs: createPublicKey(keyTexts.yixinPublicPem),
};
const common = {
  appId: 'app-1',
  requestNo: 'op_1',
  method: 'cardBank',
  version: '1.0',
  timestamp: 1_763_812_800_123,
  ip: '203.0.113.7',
};
const business = { cardNo: '6217000000000001234' };
const success: PlainReply = { code: 0, msg: 'success', params: '{"bankName":"农业银行","bankCode":"ABC"}' };
const requestKey = new Secret(Buffer.alloc(16, 7));

function open(body: string, profile: Profile = unconfirmedProfile): ReturnType<typeof openResponse> {
  return openResponse(body, requestKey, profile, keys);
}

describe('the proposed default, step by step with node:crypto', () => {
  const yixinKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const partnerKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pair: EnvelopeKeys = { ours: partnerKeys.privateKey, theirs: yixinKeys.publicKey };

  test('a request', () => {
    const envelope = JSON.parse(sealRequest(common, business, unconfirmedProfile, pair).body) as Record<string, string>;
    expect(Object.keys(envelope).sort()).toEqual([
      'appId',
      'ip',
      'key',
      'method',
      'params',
      'requestNo',
      'sign',
      'timestamp',
      'version',
    ]);
    expect(envelope['timestamp']).toBe(1_763_812_800_123);

    const text = `appId=app-1&ip=203.0.113.7&key=${envelope['key']}&method=cardBank&params=${envelope['params']}&requestNo=op_1&timestamp=1763812800123&version=1.0`;
    const verifier = createVerify('RSA-SHA256').update(text);
    expect(verifier.verify(partnerKeys.publicKey, envelope['sign'] ?? '', 'base64')).toBe(true);

    const padded = Buffer.from(envelope['key'] ?? '', 'base64');
    const keyText = privateDecrypt({ key: yixinKeys.privateKey, padding: constants.RSA_PKCS1_PADDING }, padded);
    const aesKey = Buffer.from(keyText.toString('ascii'), 'base64');
    expect(aesKey).toHaveLength(16);

    const decipher = createDecipheriv('aes-128-ecb', aesKey, null);
    const plain = decipher.update(envelope['params'] ?? '', 'base64', 'utf8') + decipher.final('utf8');
    expect(plain).toBe('{"cardNo":"6217000000000001234"}');
  });

  test('a response', () => {
    const aesKey = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    const cipher = createCipheriv('aes-128-ecb', aesKey, null);
    const params = Buffer.concat([cipher.update('{"status":"1"}', 'utf8'), cipher.final()]).toString('base64');
    const key = publicEncrypt(
      { key: partnerKeys.publicKey, padding: constants.RSA_PKCS1_PADDING },
      Buffer.from(aesKey.toString('base64')),
    ).toString('base64');
    const text = `code=0&key=${key}&msg=success&params=${params}`;
    const signature = sign('RSA-SHA256', Buffer.from(text), yixinKeys.privateKey).toString('base64');
    const body = JSON.stringify({ msg: 'success', code: 0, params, key, sign: signature });
    expect(openResponse(body, requestKey, unconfirmedProfile, pair)).toEqual({
      code: '0',
      msg: 'success',
      params: { status: '1' },
    });
  });
});

describe.each<[string, Record<string, unknown>]>([
  ['every default', {}],
  ['AES-128-CBC with an agreed IV', { aesMode: 'cbc', aesIv: '0102030405060708' }],
  ['AES-256', { aesKeyBits: 256 }],
  ['AES-256-CBC', { aesMode: 'cbc', aesIv: 'abcdefghijklmnop', aesKeyBits: 256 }],
  ['an AES key of 16 characters', { aesKeyForm: 'text', rsaEncrypts: 'key' }],
  ['an AES key of 32 characters, as Base64', { aesKeyForm: 'text', aesKeyBits: 256 }],
  ['RSA over the raw key', { rsaEncrypts: 'key' }],
  ['OAEP with SHA-1', { rsaPadding: 'oaep-sha1' }],
  ['OAEP with SHA-256', { rsaPadding: 'oaep-sha256' }],
  ['hex', { encoding: 'hex' }],
  ['SHA1withRSA', { digest: 'sha1' }],
  ['MD5withRSA', { digest: 'md5' }],
  ['the JSON text signed', { stringToSign: 'json' }],
  ['empty values not signed', { emptyValues: 'skipped' }],
  ['empty values not signed in JSON', { emptyValues: 'skipped', stringToSign: 'json' }],
  ['a trailing secret', { trailingSecret: new Secret('&key=s3cret') }],
])('%s', (_name, choice) => {
  const profile = profileSetting.parse(choice);

  test('Yixin reads the request', () => {
    const sealed = sealRequest({ ...common, ip: '' }, business, profile, keys);
    const opened = openRequest(sealed.body, profile);
    expect(opened.business).toEqual(business);
    expect(opened.common).toMatchObject({ ...common, ip: '' });
    expect(profile.aesKeyForm === 'bytes' || /^[\w-]+$/.test(opened.aesKey.toString())).toBe(true);
  });

  test('the response is read, with a key of its own or with that of the request', () => {
    const read = { code: '0', msg: '', params: { bankName: '农业银行', bankCode: 'ABC' } };
    expect(open(sealReply({ ...success, msg: '' }, profile), profile)).toEqual(read);
    const sealed = sealRequest(common, business, profile, keys);
    const { aesKey } = openRequest(sealed.body, profile);
    const body = sealReply({ ...success, msg: '' }, profile, aesKey);
    for (const responseKey of ['own', 'request'] as const) {
      expect(openResponse(body, sealed.aesKey, { ...profile, responseKey }, keys)).toEqual(read);
    }
  });
});

describe('what is signed', () => {
  test('a signature over other choices is refused', () => {
    const body = sealReply(success, unconfirmedProfile);
    for (const choice of [{ digest: 'sha1' }, { stringToSign: 'json' }, { trailingSecret: new Secret('x') }]) {
      expect(() => open(body, profileSetting.parse(choice))).toThrow('could not be opened');
    }
  });

  test('the list of signed response fields is a setting', () => {
    const profile = profileSetting.parse({ responseSigned: ['params'] });
    const { sign: _replaced, ...envelope } = JSON.parse(sealReply(success, profile)) as Record<string, string>;
    const { sign: signature } = JSON.parse(signReply({ params: envelope['params'] ?? '' }, profile)) as {
      sign: string;
    };
    expect(open(JSON.stringify({ ...envelope, sign: signature }), profile).code).toBe('0');
    expect(() => open(JSON.stringify({ ...envelope, sign: signature }))).toThrow('could not be opened');
  });

  test('a field of the response that is null or absent does not count', () => {
    const body = JSON.parse(signReply({ code: 0, params: '' }, unconfirmedProfile)) as Record<string, unknown>;
    expect(() => open(JSON.stringify({ ...body, msg: null, key: null }))).toThrow('could not be opened');
    const failure = JSON.parse(signReply({ code: '9', msg: 'no' }, unconfirmedProfile)) as Record<string, unknown>;
    const opened = open(JSON.stringify({ ...failure, params: null, key: null }));
    expect(opened).toEqual({ code: '9', msg: 'no', params: null });
  });

  test('a failure is opened without decrypting anything', () => {
    const body = signReply({ code: 1001, msg: 'no', params: 'not a ciphertext', key: 'neither' }, unconfirmedProfile);
    expect(open(body)).toEqual({ code: '1001', msg: 'no', params: null });
  });
});

describe('what cannot be opened', () => {
  const sealed = JSON.parse(sealReply(success, unconfirmedProfile)) as Record<string, string>;
  const { sign: _sign, ...unsigned } = sealed;
  const resigned = (change: Record<string, string>): string =>
    signReply({ ...unsigned, ...change }, unconfirmedProfile);
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });

  function altered(text = ''): string {
    return `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;
  }

  function messageOf(body: string): string {
    try {
      open(body);
    } catch (error) {
      return inspect(error instanceof Error ? [error.message, error.cause] : error);
    }
    return 'opened';
  }

  const faults: readonly (readonly [string, string])[] = [
    ['no signature', JSON.stringify(unsigned)],
    ['an empty signature', JSON.stringify({ ...unsigned, sign: '' })],
    ['a signature of something else', JSON.stringify({ ...sealed, msg: 'failure' })],
    ['one altered character of params', JSON.stringify({ ...sealed, params: altered(sealed['params']) })],
    ['a signature with another key', signedBy(foreign.privateKey)],
    ['a key that RSA cannot decrypt', resigned({ key: 'AAAA' })],
    ['a key with a wrong padding', resigned({ key: Buffer.alloc(256, 1).toString('base64') })],
    ['params that AES cannot decrypt', resigned({ params: Buffer.alloc(17).toString('base64') })],
    ['params with a wrong padding', resigned({ params: Buffer.alloc(32, 9).toString('base64') })],
    ['truncated JSON', sealReply(success, unconfirmedProfile).slice(0, -2)],
    ['decrypted text that is no JSON', sealReply({ ...success, params: 'bank=6217' }, unconfirmedProfile)],
    ['no params with code 0', signReply({ code: 0, msg: 'success' }, unconfirmedProfile)],
    ['no JSON', '<html>'],
  ];

  function signedBy(key: typeof foreign.privateKey): string {
    const text = `code=0&key=${unsigned['key']}&msg=success&params=${unsigned['params']}`;
    return JSON.stringify({ ...unsigned, sign: sign('sha256', Buffer.from(text), key).toString('base64') });
  }

  test.each(faults)('%s: one and the same error', (_name, body) => {
    expect(messageOf(body)).toBe(inspect(['The response could not be opened.', undefined]));
  });
});

test('each request has an AES key of its own, which does not show', () => {
  const one = sealRequest(common, business, unconfirmedProfile, keys);
  const other = sealRequest(common, business, unconfirmedProfile, keys);
  const keyOf = (body: string) => openRequest(body, unconfirmedProfile).aesKey.toString('hex');
  expect(keyOf(one.body)).not.toBe(keyOf(other.body));
  for (const form of [keyOf(one.body), Buffer.from(keyOf(one.body), 'hex').toString('base64')]) {
    expect(inspect(one, { depth: 9 }) + JSON.stringify(one)).not.toContain(form);
  }
});
