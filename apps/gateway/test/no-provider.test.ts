import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AdapterDefinition } from '@card-gateway/adapter-kit';
import { expect, test } from 'vitest';
import { adapters } from '../src/adapters.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** What belongs to no provider. Its examples are data, which tell of accounts by the names that accounts have. */
const rooms = ['packages/core', 'packages/contract', 'packages/client', 'apps/gateway/src'];
const left = [/\/node_modules\//, /\.test\.ts$/, /^packages\/contract\/examples\.ts$/, /^packages\/client\/examples\//];
const files = rooms
  .flatMap((room) => globSync(`${room}/**/*.ts`, { cwd: root }))
  .filter((file) => !left.some((pattern) => pattern.test(file)));

/**
 * What a provider is called: its id, its title but for words in lower case, and each word of that in another script. A single
 * word of the others may be an ordinary one, as in "Acme Bank".
 */
function namesOf({ provider, title }: Pick<AdapterDefinition, 'provider' | 'title'>): string[] {
  const words = title.split(' ').filter((word) => !/^[a-z]/.test(word));
  return [provider, words.join(' ') || title, ...words.filter((word) => /\P{ASCII}/u.test(word))];
}
const names = adapters.flatMap(namesOf);
/** Not within a word: an id may also be the end of an ordinary one, as "ring" is of "string". */
const namedBy = (all: readonly string[]): RegExp =>
  new RegExp(`(?<![a-z](?=[a-z]))(?i:${all.map((name) => RegExp.escape(name)).join('|')})(?![a-z])`);
const named = namedBy(names);
/** A page of a provider's documents, e.g. `acme.md §6.5`. */
const cited = /(?<!acme)\.md,? (?:§|trap)/;

function foundIn(text: string): string[] {
  return text.split('\n').filter((line) => named.test(line) || cited.test(line));
}

test('core, contract, client and gateway name no provider and cite no document of one', () => {
  const found = files.flatMap((file) =>
    foundIn(readFileSync(`${root}/${file}`, 'utf8')).map((line) => `${file}: ${line.trim()}`),
  );
  expect(found, 'if it is not meant as a name: give the provider an id that is no ordinary word').toEqual([]);
});

test('an ordinary word in a title is no name', () => {
  expect(namesOf({ provider: 'acme', title: 'Acme Bank' })).toEqual(['acme', 'Acme Bank']);
  expect(namesOf({ provider: 'acme', title: 'ACME 公司 issuer' })).toEqual(['acme', 'ACME 公司', '公司']);
});

test('a part of an ordinary word is no name', () => {
  const found = ['ring', 'Ring', 'openRing()', 'ringFacet', 'ring_id', 'adapter-ring'];
  expect([...found, 'string', 'rings', 'strings'].filter((text) => namedBy(['ring']).test(text))).toEqual(found);
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
