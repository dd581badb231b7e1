import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { adapters } from '../src/adapters.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** What belongs to no provider. Its examples are data, which tell of accounts by the names that accounts have. */
const rooms = ['packages/core', 'packages/contract', 'packages/client', 'apps/gateway/src'];
const left = [/\/node_modules\//, /\.test\.ts$/, /^packages\/contract\/examples\.ts$/, /^packages\/client\/examples\//];
const files = rooms
  .flatMap((room) => globSync(`${room}/**/*.ts`, { cwd: root }))
  .filter((file) => !left.some((pattern) => pattern.test(file)));

/** The ids of all providers and the names in their titles, of which words in lower case are ordinary ones. */
const names = adapters.flatMap(({ provider, title }) => [
  provider,
  ...title.split(' ').filter((word) => !/^[a-z]/.test(word)),
]);
const named = new RegExp(names.map((name) => RegExp.escape(name)).join('|'), 'i');
/** A page of a provider's documents, e.g. `acme.md §6.5`. */
const cited = /(?<!acme)\.md,? (?:§|trap)/;

function foundIn(text: string): string[] {
  return text.split('\n').filter((line) => named.test(line) || cited.test(line));
}

test('core, contract, client and gateway name no provider and cite no document of one', () => {
  const found = files.flatMap((file) =>
    foundIn(readFileSync(`${root}/${file}`, 'utf8')).map((line) => `${file}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});

test('a name and a citation are found wherever they are planted', () => {
  expect(files.length).toBeGreaterThan(200);
  expect(names.length).toBeGreaterThanOrEqual(2 * adapters.length);
  const planted = [
    ...names.map((name) => `if (provider === '${name.toUpperCase()}')`),
    '// by the rule of issuer.md §6.5',
  ];
  expect(foundIn([...planted, 'an OpenAPI document, acme.md §1'].join('\n'))).toEqual(planted);
});
