import { expect, test } from 'vitest';
import { cardNetwork, expiryOf } from './card.ts';

test.each([
  ['VISA', 'visa'],
  ['MasterCard', 'mastercard'],
  ['Master Card', 'mastercard'],
  ['UnionPay', 'unionpay'],
  ['CUP', 'unionpay'],
  ['China UnionPay', 'unionpay'],
  ['American Express', 'amex'],
  ['Diners Club', 'diners'],
  ['JCB', 'jcb'],
  ['Mir', 'unrecognized'],
  ['卡', 'unrecognized'],
])('the network %s is %s', (name, network) => {
  expect(cardNetwork(name)).toBe(network);
});

test.each([null, undefined, '', '  '])('no network: %j', (name) => {
  expect(cardNetwork(name)).toBeNull();
});

test.each([
  ['1', '28', '2028-01'],
  ['01', '2028', '2028-01'],
  ['12', '99', '2099-12'],
])('month %s of year %s is %s', (month, year, expiry) => {
  expect(expiryOf(month, year)).toBe(expiry);
});

test.each([
  ['0', '28'],
  ['00', '28'],
  ['13', '28'],
  ['', '28'],
  ['1', ''],
  ['1', '8'],
  ['1', '028'],
  ['1', '20280'],
  ['Jan', '28'],
])('no expiry: month %j of year %j', (month, year) => {
  expect(expiryOf(month, year)).toBeNull();
});
