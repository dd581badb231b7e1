import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { accountsOf, credentialsOf } from './credentials.ts';
import { providers } from './providers.ts';

const sources = globSync('**/*.ts', { cwd: import.meta.dirname }).filter((path) => !/\.test\.ts$|testing\//.test(path));
const folders = providers.map(([, { name }]) => name);
const ownerOf = (path: string) => folders.find((folder) => path.startsWith(`${folder}/`));
const read = (path: string) => readFile(`${import.meta.dirname}/${path}`, 'utf8');

/** A provider's name, however it is written: `open-api`, `openApi`, `OpenApiBin`, `OPEN-API`. */
const named = new RegExp(folders.map((name) => name.replaceAll('-', '[-_ ]?')).join('|'), 'i');

test('each provider has a folder of its name, which the registry takes its part from', () => {
  expect(folders.filter((folder) => !sources.includes(`${folder}/index.ts`))).toEqual([]);
});

test('the centre names no provider but in the registry', async () => {
  const centre = sources.filter((path) => ownerOf(path) === undefined && path !== 'registry.ts');
  expect(centre).toContain('callbacks/forge.ts');
  const naming = await Promise.all(
    centre.map(async (path) => {
      const lines = (await read(path)).split('\n').filter((line) => named.test(line));
      return lines.map((line) => `${path}: ${line.trim()}`);
    }),
  );
  expect(naming.flat()).toEqual([]);
});

test.each([
  'local/src/prepare.ts',
  'local/src/prepare-compose.ts',
  'proofs/src/chaos/disorder.ts',
  'proofs/src/chaos/installation.ts',
  'proofs/src/chaos/points.ts',
  'proofs/src/chaos/replica.ts',
  'proofs/src/fault-matrix/accounts.ts',
  'proofs/src/fault-matrix/calls.ts',
  'proofs/src/fault-matrix/cells.ts',
  'proofs/src/fault-matrix/page.ts',
  'proofs/src/fault-matrix/run.ts',
])('%s takes what it needs of providers from tables, and names none', async (path) => {
  expect((await read(`../../${path}`)).split('\n').filter((line) => named.test(line))).toEqual([]);
});

test('each account of a gateway has a name of its own, each provider one of its own name, and no secret shares its name', async () => {
  const credentials = credentialsOf(await readConfig({}, '.'), 'http://127.0.0.1');
  const secrets: string[] = [];
  const accounts = accountsOf(credentials, (name) => void secrets.push(name));
  const names = accounts.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(folders));
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(secrets).size).toBe(secrets.length);
});

/** All files that a file imports, types among them, and what those import. */
async function importedBy(path: string, found = new Set<string>()): Promise<Set<string>> {
  const imports = [...(await read(path)).matchAll(/ from '(\.[^']+)'/g)].map(([, from = '']) =>
    join(dirname(path), from),
  );
  for (const file of imports) {
    if (found.has(file)) continue;
    found.add(file);
    await importedBy(file, found);
  }
  return found;
}

test('what a provider imports leads neither to another one nor to the registry', async () => {
  for (const folder of folders) {
    const imported = [...(await importedBy(`${folder}/index.ts`))];
    expect(imported).toContain('provider.ts');
    expect(imported.filter((path) => path === 'registry.ts' || ![undefined, folder].includes(ownerOf(path)))).toEqual(
      [],
    );
  }
});
