import { Secret } from '@card-gateway/core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineAdapter } from './definition.ts';
import { baseUrlSetting, secretSetting } from './settings.ts';

test.each([
  ['https://api.example', 'https://api.example'],
  ['https://api.example/v1//', 'https://api.example/v1'],
  ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
])('the base URL %s', (text, url) => {
  expect(baseUrlSetting.parse(text)).toBe(url);
});

test.each([
  'https://user@api.example',
  'https://user:hush@api.example',
  'https://:hush@api.example/v1',
  'https://api.example?',
  'https://api.example/v1?tenant=1',
  'https://api.example/#top',
])('no base URL, because the path of each call is added to it: %s', (url) => {
  const [issue, ...others] = baseUrlSetting.safeParse(url).error?.issues ?? [];
  expect(issue?.message).toMatch(/^expected no user, password, query or fragment/);
  expect(issue?.message).not.toContain('hush');
  expect(others).toEqual([]);
});

test.each(['', 'api.example', '/v1', 'ftp://api.example', 'javascript:alert(1)', 7])('no base URL: %j', (value) => {
  expect(baseUrlSetting.safeParse(value).success).toBe(false);
});

test('a secret that stands in the file itself is refused, and not shown', () => {
  const result = z.object({ key: secretSetting('a key') }).safeParse({ key: 'hunter2' });
  expect(result.error?.issues).toMatchObject([
    { path: ['key'], message: expect.stringContaining('{"file": "<path>"}') },
  ]);
  expect(JSON.stringify(result)).not.toContain('hunter2');
});

test('a secret that the gateway has resolved passes', () => {
  const secret = new Secret('hunter2');
  expect(secretSetting('a key').parse(secret)).toBe(secret);
});

test('secret settings and their descriptions are marked for whoever reads the schema', () => {
  expect(secretSetting('a key').meta()).toMatchObject({ description: 'a key', secret: true });
  expect(
    secretSetting('a key')
      .refine(() => true)
      .meta(),
  ).toMatchObject({ description: 'a key', secret: true });
});

test('a check added to a secret setting does not run on what is none', () => {
  const setting = secretSetting('a key').refine((secret) => secret.reveal() !== '', 'empty');
  expect(setting.safeParse('hunter2').error?.issues).toHaveLength(1);
  expect(setting.safeParse(new Secret('')).error?.issues).toMatchObject([{ message: 'empty' }]);
});

test('a definition is handed on as it is', () => {
  const definition = {
    provider: 'acme',
    title: 'Acme',
    settings: z.object({ baseUrl: baseUrlSetting, shop: z.string() }),
    document: 'acme.md',
    calls: [],
    callbacks: [],
    create: () => ({ gaps: {} }),
  };
  expect(defineAdapter(definition)).toBe(definition);
});
