import { Secret } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { keysecure } from './index.ts';

const whole = { baseUrl: 'https://openplatform.keysecure.io', mode: 'credit', apiKey: new Secret('key') };

function faultsOf(settings: object): unknown {
  const result = keysecure.settings.safeParse({ ...whole, ...settings });
  return result.success ? [] : result.error.issues.map(({ path }) => path.join('.'));
}

test('an account works without apiSecret', () => {
  expect(faultsOf({})).toEqual([]);
  expect(keysecure.productionFaults?.(keysecure.settings.parse(whole))).toEqual([]);
});

describe('apiSecret', () => {
  const apiSecret = new Secret('0123456789abcdef');

  test('in production its key rule must be named', () => {
    const faults = (settings: object) =>
      keysecure.productionFaults?.(keysecure.settings.parse({ ...whole, ...settings })).map(({ path }) => path);
    expect(faults({ apiSecret })).toEqual([['keyDerivation']]);
    expect(faults({ apiSecret, keyDerivation: 'utf8' })).toEqual([]);
  });

  test('that makes no key is a fault, and is not shown', () => {
    const short = new Secret('secret-canary');
    expect(faultsOf({ apiSecret: short })).toEqual(['apiSecret']);
    expect(faultsOf({ apiSecret: short, keyDerivation: 'md5' })).toEqual([]);
    expect(faultsOf({ apiSecret, previousApiSecret: short })).toEqual(['previousApiSecret']);
    expect(JSON.stringify(keysecure.settings.safeParse({ ...whole, apiSecret: short }))).not.toContain('canary');
  });

  test('the one before stands only beside the current one', () => {
    expect(faultsOf({ previousApiSecret: apiSecret })).toEqual(['previousApiSecret']);
    expect(faultsOf({ apiSecret, previousApiSecret: apiSecret })).toEqual([]);
  });
});
