import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { filesOf, nameFault, registriesOf, writeNew } from './written-provider.ts';

const usage = 'pnpm new-provider <id> [--title <name for people>], e.g. pnpm new-provider acme --title "Acme Bank"';
const repository = join(import.meta.dirname, '..');

const { values, positionals } = parseArgs({ allowPositionals: true, options: { title: { type: 'string' } } });
const [id = '', ...rest] = positionals;
const provider = { id, title: values.title ?? id.replace(/^./, (first) => first.toUpperCase()) };
const fault = rest.length > 0 ? 'expected one id' : nameFault(provider);
if (fault !== null) fail(fault);

const files = await filesOf(provider);
const taken = [...files.keys()].filter((path) => existsSync(join(repository, path)));
if (taken.length > 0) fail(`expected an id that no provider has; there is ${taken[0]} already`);
const registries = await registriesOf(provider, repository);
await writeNew(files, repository);
for (const [path, text] of registries) await writeFile(join(repository, path), text);
// A longer name makes longer lines.
spawnSync('node_modules/.bin/oxfmt', [...files.keys()], { cwd: repository });

console.log(
  [
    ...[...files.keys()].map((path) => `written  ${path}`),
    ...[...registries.keys()].map((path) => `touched  ${path}: one line`),
    '',
    `Next: pnpm install, then pnpm vitest run ${id}`,
    'Each red test says what to write, and where; CONTRIBUTING.md walks through it with an example.',
  ].join('\n'),
);

function fail(why: string): never {
  console.error(`${why}\n${usage}`);
  process.exit(2);
}
