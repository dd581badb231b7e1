import { parseJson } from '@card-gateway/adapter-kit';
import { Secret } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { hashMapOrder, verifiedContent } from './signature.ts';
import { apiSecret } from './testing/account.ts';
import { signatureOf, signing } from './testing/callback.ts';

function contentOf(data: string, signature: string, secrets: readonly string[] = [apiSecret]): string | null {
  return contentWith(data, signature, secrets)?.text ?? null;
}

function contentWith(data: string, signature: string, secrets: readonly string[] = [apiSecret]) {
  return verifiedContent({
    data: parseJson(data) as Record<string, unknown>,
    timestamp: signing.timestamp,
    signature,
    appId: new Secret(signing.appId),
    secrets: secrets.map((secret) => new Secret(secret)),
  });
}

const vector = {
  data: '{"card_no":"C202605220001","before_status":"Pending","after_status":"Activated","reason":"","time":1716307200000}',
  signature: '6b096f070afb2870df1f96c69ecd98ac4e76eb5b867c53b0ea73546767ce152f',
};

describe('what one of the two generations of the JSON library escapes', () => {
  const data = String.raw`{"merchant_info":{"merchant_name":"It\u0092s\u2028 a \u000b shop","country":"FR"},"amount":0.0000001}`;

  test.each([
    ['fastjson 1', '1E-7', String.raw`It\u0092s\u2028 a \u000B shop`],
    ['fastjson2', '0.0000001', 'It\u0092s\u2028 a \\u000b shop'],
  ])('is signed as %s writes it', (_name, amount, shop) => {
    for (const merchant of [
      `{"merchant_name":"${shop}","country":"FR"}`,
      `{"country":"FR","merchant_name":"${shop}"}`,
    ]) {
      const text = `amount=${amount}&appId=test_api_key&merchant_info=${merchant}&timestamp=1716307200000`;
      expect(contentOf(data, signatureOf(text))).not.toBeNull();
    }
  });

  test('and not mixed', () => {
    const merchant = '{"merchant_name":"It\u0092s\u2028 a \\u000B shop","country":"FR"}';
    const text = `amount=1E-7&appId=test_api_key&merchant_info=${merchant}&timestamp=1716307200000`;
    expect(contentOf(data, signatureOf(text))).toBeNull();
  });
});

describe('a signed text', () => {
  const isUnambiguous = (members: Readonly<Record<string, string>>): boolean | undefined => {
    const all = { ...members, appId: signing.appId, timestamp: signing.timestamp };
    const text = Object.entries(all)
      .map((pair) => pair.join('='))
      .sort()
      .join('&');
    return contentWith(JSON.stringify(members), signatureOf(text))?.isUnambiguous;
  };

  test.each<[string, Readonly<Record<string, string>>]>([
    ['a member inside a value', { detail: 'x&fee=1.50' }],
    ['another name than those of members', { 'a b': 'x' }],
    ['no name', { '': 'x' }],
  ])('can be cut in another way with %s', (_what, members) => {
    expect(isUnambiguous(members)).toBe(false);
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ['an ampersand alone', { merchant_name: 'H&M', detail: '&' }],
    ['an equals sign alone', { detail: 'a=b', remark: '=' }],
    ['both, but no name between', { detail: 'a & b = c', remark: '&=', x: '&a b=c' }],
  ])('can not with %s', (_what, members) => {
    expect(isUnambiguous(members)).toBe(true);
  });
});

test("the document's derived vector", () => {
  expect(contentOf(vector.data, vector.signature)).toBe(
    'after_status=Activated&before_status=Pending&card_no=C202605220001&reason=&time=1716307200000',
  );
});

test.each([
  ['capitals', vector.signature.toUpperCase()],
  ['a part', vector.signature.slice(0, -2)],
  ['more', `${vector.signature}00`],
  ['nothing', ''],
])('%s of the signature does not fit', (_name, signature) => {
  expect(contentOf(vector.data, signature)).toBeNull();
});

test.each([
  ['100.00', '100.00'],
  ['-0.0', '-0.0'],
  ['12345678901234567890.10', '12345678901234567890.10'],
  ['"100.00"', '100.00'],
  ['true', 'true'],
  ['"a b&c=d/é卡"', 'a b&c=d/é卡'],
  ['""', ''],
])('%s is signed as "%s"', (literal, text) => {
  const signature = signatureOf(`a=${text}&appId=test_api_key&timestamp=1716307200000`);
  expect(contentOf(`{"a":${literal}}`, signature)).toBe(`a=${text}`);
});

test('null takes no part, at the top and within', () => {
  const signature = signatureOf('appId=test_api_key&m={"x":[null,1.0]}&timestamp=1716307200000');
  expect(contentOf('{"z":null, "m": {"y": null, "x": [null, 1.0]}}', signature)).not.toBeNull();
});

test('names are sorted by code units, capitals first', () => {
  const signature = signatureOf('B=2&a=1&appId=test_api_key&timestamp=1716307200000&é=3');
  expect(contentOf('{"a":"1","é":"3","B":"2"}', signature)).not.toBeNull();
});

describe('nested members', () => {
  const data =
    '{"merchant_info": {"merchant_name": "Shop \\"A\\"", "merchant_mcc": "5411", "city": "Paris", "country": "FR"}, "fee_detail": [{"fee_type": "Atm_fee", "amount": 1.50}]}';
  const frame = (fees: string, merchant: string): string =>
    `appId=test_api_key&fee_detail=${fees}&merchant_info=${merchant}&timestamp=1716307200000`;

  test.each([
    [
      'in the order of the document',
      '[{"fee_type":"Atm_fee","amount":1.50}]',
      '{"merchant_name":"Shop \\"A\\"","merchant_mcc":"5411","city":"Paris","country":"FR"}',
    ],
    [
      "in the order of Java's HashMap",
      '[{"amount":1.50,"fee_type":"Atm_fee"}]',
      '{"country":"FR","merchant_mcc":"5411","city":"Paris","merchant_name":"Shop \\"A\\""}',
    ],
    [
      'sorted',
      '[{"amount":1.50,"fee_type":"Atm_fee"}]',
      '{"city":"Paris","country":"FR","merchant_mcc":"5411","merchant_name":"Shop \\"A\\""}',
    ],
  ])('%s', (_name, fees, merchant) => {
    expect(contentOf(data, signatureOf(frame(fees, merchant)))).toBe(`fee_detail=${fees}&merchant_info=${merchant}`);
  });

  test('in no other order', () => {
    const fees = '[{"fee_type":"Atm_fee","amount":1.50}]';
    const merchant = '{"country":"FR","city":"Paris","merchant_mcc":"5411","merchant_name":"Shop \\"A\\""}';
    expect(contentOf(data, signatureOf(frame(fees, merchant)))).toBeNull();
  });

  test("Java's orders as checked with a JDK", () => {
    expect(hashMapOrder(['merchant_name', 'merchant_mcc', 'city', 'country'])).toEqual([
      'country',
      'merchant_mcc',
      'city',
      'merchant_name',
    ]);
    expect(hashMapOrder(['fee_type', 'amount'])).toEqual(['amount', 'fee_type']);
  });
});

test('the secret before fits as well, another does not', () => {
  expect(contentOf(vector.data, vector.signature, ['fedcba9876543210', apiSecret])).not.toBeNull();
  expect(contentOf(vector.data, vector.signature, ['fedcba9876543210'])).toBeNull();
  expect(contentOf(vector.data, vector.signature, [])).toBeNull();
});

test.each(['appId', 'timestamp'])('a member "%s", which would replace ours, is not taken', (name) => {
  const entries = { appId: 'test_api_key', timestamp: '1716307200000', [name]: 'other' };
  const signature = signatureOf(`appId=${entries.appId}&timestamp=${entries.timestamp}`);
  expect(contentOf(`{"${name}":"other"}`, signature)).toBeNull();
});
