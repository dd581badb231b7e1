import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './setup/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
});
afterAll(() => gateway.close());

test('the page of each provider says the same of every call of its documents as its accounts do', async () => {
  const { data } = await gateway.client.listProviders();
  expect(data.length).toBeGreaterThan(3);
  for (const { account, provider, calls } of data) {
    const page = await readFile(new URL(`../../../docs/providers/${provider}.md`, import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `([^`]+)` \| .* \| § ?[\d.]+ \| (documented|needs-settings|absent)/gm)];
    const told = new Map(rows.map(([, name, state]) => [name, state]));
    expect([account, new Set(told.keys())]).toEqual([account, new Set(calls.map(({ name }) => name))]);
    // The page tells of an account without optional settings, and in credit mode: with them more is there, never less.
    if (account === 'keysecure-authorization') continue;
    for (const { name, state, reason } of calls) {
      expect(state === 'documented').toBe(reason === null);
      if (told.get(name) !== state)
        expect([name, told.get(name), state]).toEqual([name, 'needs-settings', 'documented']);
    }
  }
});
