import { expect, test } from 'vitest';
import { numberLiteral, startSandbox } from '../index.ts';
import { keysecureSign } from './callback.ts';

test('the vector of keysecure.md §4.2', () => {
  const data = {
    card_no: 'C202605220001',
    before_status: 'Pending',
    after_status: 'Activated',
    reason: '',
    time: 1_716_307_200_000,
  };
  const account = { appId: 'test_api_key', timestamp: '1716307200000', secretKey: '0123456789abcdef' };
  const signature = '6b096f070afb2870df1f96c69ecd98ac4e76eb5b867c53b0ea73546767ce152f';
  expect(keysecureSign(data, account)).toBe(signature);
  expect(keysecureSign({ ...data, remark: null }, account)).toBe(signature);
});

test('digits survive into the body and into the signature', async () => {
  const sandbox = await startSandbox();
  const data = { consume_no: 'X1', amount: numberLiteral('100.00'), merchant_info: { city: 'Bonn' } };
  const { headers, body } = sandbox.admin.keysecure.callback({
    action: 'Consumption',
    data,
    id: 'push-1',
    timestamp: '17',
  });
  expect(body).toBe(
    '{"id":"push-1","action":"Consumption","data":{"consume_no":"X1","amount":100.00,"merchant_info":{"city":"Bonn"}}}',
  );
  const { apiKey: appId = '', apiSecret: secretKey = '' } = sandbox.credentials.keysecure[0] ?? {};
  const asText = { consume_no: 'X1', amount: '100.00', merchant_info: '{"city":"Bonn"}' };
  expect(headers).toMatchObject({
    Signature: keysecureSign(asText, { appId, secretKey, timestamp: '17' }),
    Timestamp: '17',
    'Sign-Version': 'V1',
  });
  await sandbox.close();
});
