import { expect, test } from 'vitest';
import { sign } from './signature.ts';
import { secretKey } from './testing/account.ts';

test('the published vector (§2.2): test2 is not signed, empty and null drop out, "0" stays', () => {
  const signed = { test3: 'test3value', test1: '0', test5: '', test4: 'test4value', test6: null };
  expect(sign(signed, secretKey)).toBe('836831ae68fce5e61d4a64363bb72c636efe6e94b62ecaa8d1c95fc58cc9cbed');
});

test.each([
  [
    'the SUBSCRIBE sample',
    {
      merchantNo: '800209',
      appId: '1831944691027152896',
      merchantCustId: 'custId_1640247522099',
      subProductType: 'SUBSCRIBE',
    },
    '76792b2c61c291dbc5d47c9524f0cd790c2ff3d8a152b7224ca140a30b58198b',
  ],
  [
    'the TOKEN sample',
    {
      merchantNo: '800209',
      appId: '1727880846378401792',
      merchantCustId: 'custId_1640247522000',
      subProductType: 'TOKEN',
    },
    '82f1e4c441a2c2b93ee25338f7d1a2a2014371009c47789a0a443480a5192534',
  ],
  [
    'the TOKEN sample without appId',
    { merchantNo: '800209', appId: undefined, merchantCustId: 'custId_1640247522000', subProductType: 'TOKEN' },
    '82fdcea937ed09e57aab9a1551d39fbda8747160e089082cb44fdc32d0884e6b',
  ],
  [
    'the delete sample',
    { merchantNo: '800209', id: '1919777298473115649' },
    '5d9126f04950cdb1435c84c3f94b55175a6701f44858cb76677b3685b16ff594',
  ],
])('%s (§2.3)', (_name, parameters, expected) => {
  expect(sign(parameters, secretKey)).toBe(expected);
});

test('"0" and "false" are values (trap 3)', () => {
  expect(sign({ a: '0', b: 'false' }, secretKey)).toBe(sign({ a: '0false' }, secretKey));
});

test('names sort in ASCII order, upper case first (trap 6)', () => {
  expect(sign({ a: '2', B: '1' }, secretKey)).toBe(sign({ x: '12' }, secretKey));
});

test('the hash is over UTF-8 bytes', () => {
  // printf %s 'şé3b5e10b65bff4172a5b9ca2d2ec00a6e' | sha256sum
  expect(sign({ name: 'şé' }, secretKey)).toBe('daf6713cd58dcc8828617f0d81facda0d4625a07b02adf7f6efc1eb2a66a75b1');
});
