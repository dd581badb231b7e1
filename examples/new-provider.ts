import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { filesOf, registriesOf, writeNew } from './written-provider.ts';

const usage = 'pnpm new-provider <id> [--title <name for people>], e.g. pnpm new-provider acme --title "Acme Bank"';
const repository = join(import.meta.dirname, '..');

const { values, positionals } = parseArgs({ allowPositionals: true, options: { title: { type: 'string' } } });
const [id = '', ...rest] = positionals;
if (rest.length > 0 || !/^[a-z][a-z\d]*(?:-[a-z\d]+)*$/.test(id)) {
  console.error(`${usage}\nexpected one id of small letters and digits, its words joined by "-"`);
  process.exit(2);
}
const provider = { id, title: values.title ?? id.replace(/^./, (first) => first.toUpperCase()) };

const files = await filesOf(provider);
const registries = await registriesOf(provider, repository);
await writeNew(files, repository);
for (const [path, text] of registries) await writeFile(join(repository, path), text);
// A longer name makes longer lines.
spawnSync('node_modules/.bin/oxfmt', [...files.keys()], { cwd: repository, stdio: 'inherit' });

console.log(
  [
    ...[...files.keys()].map((path) => `written  ${path}`),
    ...[...registries.keys()].map((path) => `touched  ${path}: one line`),
    '',
    'Next: pnpm install, then pnpm vitest run ' + id,
    'Each red test says what to write, and where; CONTRIBUTING.md walks through it with an example.',
  ].join('\n'),
);
