import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './setup/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
});
afterAll(() => gateway.close());

/** The states of a call in an account that each value of a page's column "Used" allows. */
const states: Readonly<Record<string, readonly string[]>> = {
  yes: ['documented'],
  with: ['documented', 'needs-settings'],
  where: ['documented', 'needs-settings', 'absent'],
  no: ['absent'],
};

test('the page of each provider says the same of every call of its documents as its accounts do', async () => {
  const { data } = await gateway.client.listProviders();
  expect(data.length).toBeGreaterThan(3);
  for (const { account, provider, calls } of data) {
    const page = await readFile(new URL(`../../../docs/providers/${provider}.md`, import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `([^`]+)` \| .* \| § ?[\d.]+ \| (yes|with|where|no)\b/gm)];
    const used = new Map(rows.map(([, name, word = '']) => [name, word]));
    expect([account, new Set(used.keys())]).toEqual([account, new Set(calls.map(({ name }) => name))]);
    for (const { name, state, reason } of calls) {
      expect(state === 'documented').toBe(reason === null);
      expect([account, name, states[used.get(name) ?? '']]).toEqual([account, name, expect.arrayContaining([state])]);
    }
  }
});
