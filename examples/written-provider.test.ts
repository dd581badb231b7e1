import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { filesOf, nameFault, registriesOf, writeNew } from './written-provider.ts';

const repository = join(import.meta.dirname, '..');

test('a name of two words is written as each place wants it, and none of the template is left', async () => {
  const files = await filesOf({ id: 'blue-bay', title: 'Blue Bay $&' });
  expect(files.get('packages/adapter-blue-bay/package.json')).toContain('"@card-gateway/adapter-blue-bay"');
  expect(files.get('packages/adapter-blue-bay/index.ts')).toMatch(/const blueBay: .*title: 'Blue Bay \$&'/s);
  expect(files.get('apps/sandbox/src/blue-bay/index.ts')).toContain('interface BlueBayAdmin');
  for (const [path, text] of files) expect(path + text).not.toMatch(/acme/i);
});

test.each(['aaa', 'middle-one', 'zzz'])('the registries get one line for %s, in its place', async (id) => {
  const registries = await registriesOf({ id, title: id }, repository);
  for (const text of registries.values()) {
    const lines = text.split('\n').filter((line) => /^ {4}"@card-gateway\/adapter-|^export /.test(line));
    expect(lines.filter((line) => line.includes(id))).toHaveLength(1);
    expect(lines).toEqual(lines.toSorted());
  }
  const manifest = JSON.parse(registries.get('apps/gateway/package.json') ?? '') as { dependencies: object };
  expect(manifest.dependencies).toHaveProperty([`@card-gateway/adapter-${id}`], 'workspace:*');
});

test.each([
  ['Acme', 'Acme'],
  ['../acme', 'Acme'],
  ['acme--pay', 'Acme'],
  ['', 'Acme'],
  ['acme', "Acme's"],
  ['acme', ''],
])('%j with the title %j is refused', (id, title) => {
  expect(nameFault({ id, title })).toMatch(/^expected /);
});

test('nothing that is there is written over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'card-gateway-written-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeNew(new Map([['a/b.ts', 'first']]), folder);
  await expect(writeNew(new Map([['a/b.ts', 'second']]), folder)).rejects.toThrow('EEXIST');
});
