import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { adapters } from '../src/adapters.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const folders = globSync('packages/adapter-!(kit)', { cwd: repository });

test('the gateway speaks to every provider that has an adapter package, under the name of its folder', () => {
  expect(folders.length).toBeGreaterThan(3);
  expect(adapters.map(({ provider }) => `packages/adapter-${provider}`).toSorted()).toEqual(folders.toSorted());
});

test.each(adapters)('what is relied on of $title is written down, with its source', async ({ provider }) => {
  for (const path of [`docs/providers/${provider}.md`]) {
    const page = await readFile(`${repository}${path}`, 'utf8');
    expect(page.split('\n').filter((line) => line.startsWith('Write: '))).toEqual([]);
  }
});

test('an adapter package exports its definition and nothing else', async () => {
  for (const folder of folders) {
    const { name } = JSON.parse(await readFile(`${repository}${folder}/package.json`, 'utf8')) as { name: string };
    const exported = Object.values((await import(name)) as Record<string, unknown>);
    expect(adapters, name).toEqual(expect.arrayContaining(exported));
    expect(exported, name).toHaveLength(1);
  }
});
