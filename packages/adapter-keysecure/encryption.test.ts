import { Secret } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { fieldCipher, type KeyDerivation, keyOf } from './encryption.ts';

const key = Buffer.from('0123456789abcdef');
/** Vectors of keysecure.md §4.1, made under the assumed key rule. */
const vectors = [
  ['123', 'zNkSeANebsT6uK05MK4mkA=='],
  ['258036', 'UuIadr1JQpxw4miKUSg/2w=='],
] as const;

test.each(vectors)('%s is encrypted as in the document, and read again', (text, ciphertext) => {
  expect(fieldCipher([key]).encrypt(text)).toBe(ciphertext);
  expect(fieldCipher([key]).decryptions(ciphertext)).toEqual([text]);
});

test.each<[KeyDerivation, string, string]>([
  ['utf8', '0123456789abcdef', '30313233343536373839616263646566'],
  ['base64', 'MDEyMzQ1Njc4OWFiY2RlZg==', '30313233343536373839616263646566'],
  ['hex', '30313233343536373839616263646566', '30313233343536373839616263646566'],
  ['md5', 'abc', '900150983cd24fb0d6963f7d28e17f72'],
  ['sha256', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
])('%s makes a key', (derivation, secret, expected) => {
  expect(keyOf(new Secret(secret), derivation)?.toString('hex')).toBe(expected);
});

test.each<[KeyDerivation, string]>([
  ['utf8', '0123456789abcde'],
  ['base64', '0123456789abcdef'],
  ['base64', 'no base64!'],
  ['hex', '0123456789abcdef'],
  ['hex', 'zz'],
])('%s makes no key of "%s"', (derivation, secret) => {
  expect(keyOf(new Secret(secret), derivation)).toBeNull();
});

test.each([16, 24, 32])('a key of %d bytes', (length) => {
  const cipher = fieldCipher([Buffer.alloc(length, 7)]);
  expect(cipher.decryptions(cipher.encrypt('naïve 卡'))).toEqual(['naïve 卡']);
});

describe('two secrets', () => {
  const former = Buffer.from('fedcba9876543210');

  test('the current one encrypts, both decrypt', () => {
    const both = fieldCipher([key, former]);
    expect(both.encrypt('123')).toBe(vectors[0][1]);
    expect(both.decryptions(fieldCipher([former]).encrypt('{"a":1}'))).toContain('{"a":1}');
  });

  test.each(['', 'AAAA', 'not base64', 'zNkSeANebsT6uK05MK4mkA'.repeat(3)])('"%s" says nothing', (ciphertext) => {
    expect(fieldCipher([key]).decryptions(ciphertext)).toEqual([]);
  });
});
