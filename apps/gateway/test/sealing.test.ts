import { randomBytes } from 'node:crypto';
import { Pan, Secret } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { createSealing, type SealedPlace, type Sealing } from '../src/sealing.ts';

const number = '6217001234567890123';
const pan = Pan.parse(number) as Pan;
const place: SealedPlace = { table: 'cards', column: 'pan', row: ['open-api', '10001'] };
const keyOf = (id: string) => ({ id, key: randomBytes(32) });
const [s1, s2, f1, f2] = [keyOf('s1'), keyOf('s2'), keyOf('f1'), keyOf('f2')];
const old: Sealing = createSealing({ sealing: [s1], fingerprint: [f1] });
const rotated: Sealing = createSealing({ sealing: [s2, s1], fingerprint: [f2, f1] });
const retired: Sealing = createSealing({ sealing: [s2], fingerprint: [f2] });

describe('a sealed number', () => {
  test('opens in its place', () => {
    expect(old.openPan(old.seal(pan, place), place).reveal()).toBe(number);
  });

  test('is another text each time, and never holds the number', () => {
    const [one, other] = [old.seal(pan, place), old.seal(pan, place)];
    expect(one.equals(other)).toBe(false);
    for (const encoding of ['latin1', 'hex', 'base64'] as const) {
      expect(one.toString(encoding)).not.toContain(number);
      expect(one.toString(encoding)).not.toContain(Buffer.from(number).toString(encoding));
    }
  });

  test('uses no initialization vector twice', () => {
    const vectors = Array.from({ length: 1000 }, () => old.seal(pan, place).toString('hex', 4, 16));
    expect(new Set(vectors).size).toBe(vectors.length);
  });

  test('opens with no bit changed, whichever it is', () => {
    const sealed = old.seal(pan, place);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const flipped = Buffer.from(sealed);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => old.openPan(flipped, place), `bit ${bit}`).toThrow(Error);
    }
  });

  test('opens neither shortened nor lengthened', () => {
    const sealed = old.seal(pan, place);
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => old.openPan(sealed.subarray(0, length), place), `${length} bytes`).toThrow(Error);
    }
    expect(() => old.openPan(Buffer.concat([sealed, Buffer.alloc(1)]), place)).toThrow(Error);
  });

  test.each<[string, SealedPlace]>([
    ['row', { ...place, row: ['open-api', '10002'] }],
    ['account', { ...place, row: ['open-api-2', '10001'] }],
    ['column', { ...place, column: 'token' }],
    ['table', { ...place, table: 'bindings' }],
    ['row whose parts only join to the same', { ...place, row: ['open-api","10001', ''] }],
    ['row with its parts swapped', { ...place, row: ['10001', 'open-api'] }],
  ])('opens in no other %s', (_what, elsewhere) => {
    expect(() => old.openPan(old.seal(pan, place), elsewhere)).toThrow(Error);
  });

  test('opens under no other key of the same id', () => {
    const impostor = createSealing({ sealing: [{ ...keyOf('s1') }], fingerprint: [f1] });
    expect(() => impostor.openPan(old.seal(pan, place), place)).toThrow(Error);
  });

  test('is no number when it is sealed text that is none', () => {
    expect(() => old.openPan(old.seal(new Secret('a token'), place), place)).toThrow('no card number');
  });

  test('of any kind opens as the text it was, in its own place alone', () => {
    const record: SealedPlace = { table: 'callbacks', column: 'record', row: ['onerway', 'T1'] };
    const text = '{"notifyType":"TXN","卡":"€"}';
    const sealed = old.seal(new Secret(text), record);
    expect(old.open(sealed, record).reveal()).toBe(text);
    expect(JSON.stringify(old.open(sealed, record))).toBe('"[secret]"');
    expect(() => old.open(sealed, { ...record, row: ['onerway', 'T2'] })).toThrow(Error);
    expect(() => old.open(sealed, place)).toThrow(Error);
    expect(() => retired.open(sealed, record)).toThrow('No sealing key "s1" is configured.');
  });

  test('names the key that is missing, and not what is sealed', () => {
    expect(() => retired.openPan(old.seal(pan, place), place)).toThrow('No sealing key "s1" is configured.');
  });
});

describe('after a rotation', () => {
  test('what an older key sealed still opens, and new seals are under the new key', () => {
    expect(rotated.openPan(old.seal(pan, place), place).reveal()).toBe(number);
    const sealed = rotated.seal(pan, place);
    expect(retired.openPan(sealed, place).reveal()).toBe(number);
    expect(() => old.openPan(sealed, place)).toThrow('No sealing key "s2" is configured.');
  });

  test('a number is found under every key, newest first', () => {
    expect(rotated.fingerprints(pan)).toEqual([retired.fingerprint(pan), old.fingerprint(pan)]);
    expect(rotated.fingerprint(pan)).toBe(retired.fingerprint(pan));
    expect(rotated.fingerprint(pan)).toMatch(/^f2:[0-9a-f]{64}$/);
  });

  test('the hash of a request is still known', () => {
    const request = (text: string, isPartial = false) => ({ text, isPartial });
    const hash = old.hashRequest(request('["issueCard",{}]'));
    expect(rotated.isHashOf(hash, request('["issueCard",{}]'))).toBe(true);
    expect(rotated.isHashOf(hash, request('["issueCard",{ }]'))).toBe(false);
    expect(rotated.isHashOf(rotated.hashRequest(request('x')), request('x'))).toBe(true);
    expect(retired.isHashOf(hash, request('["issueCard",{}]'))).toBe(false);
  });

  test('the hash of a request without its code shows that, and is known again', () => {
    const request = { text: '["setCardPin",{}]', isPartial: true };
    expect(old.hashRequest(request)).toMatch(/^f1:partial:[0-9a-f]{64}$/);
    expect(rotated.isHashOf(old.hashRequest(request), request)).toBe(true);
    expect(rotated.isHashOf(old.hashRequest(request), { ...request, isPartial: false })).toBe(false);
  });
});

describe('fingerprints', () => {
  const x = { text: 'x', isPartial: false };

  test('are equal for equal numbers, however they were grouped', () => {
    expect(old.fingerprint(Pan.parse('6217 0012 3456 7890 123') as Pan)).toBe(old.fingerprint(pan));
    expect(old.fingerprint(Pan.parse('6217001234567890124') as Pan)).not.toBe(old.fingerprint(pan));
  });

  test('are no hash of a request: the purposes differ', () => {
    expect(old.hashRequest({ text: number, isPartial: false })).not.toBe(old.fingerprint(pan));
  });

  test('do not confuse keys whose ids begin alike', () => {
    const [f, longer] = [keyOf('f'), keyOf('f-1')];
    const one = createSealing({ sealing: [s1], fingerprint: [longer] });
    const both = createSealing({ sealing: [s1], fingerprint: [f, longer] });
    expect(both.isHashOf(one.hashRequest(x), x)).toBe(true);
  });

  test.each(['', 'f1', 'f1:', 'f1:00', 'nonsense'])('are not %j', (hash) => {
    expect(old.isHashOf(hash, x)).toBe(false);
  });
});

test('the ids of the keys are known, newest first, and the keys are not', () => {
  expect(rotated.keyIds).toEqual({ sealing: ['s2', 's1'], fingerprint: ['f2', 'f1'] });
});

test('there is a key at least', () => {
  expect(() => createSealing({ sealing: [], fingerprint: [f1] })).toThrow('At least one key');
  expect(() => createSealing({ sealing: [s1], fingerprint: [] })).toThrow('At least one key');
});
