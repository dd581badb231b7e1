import { existsSync, globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, matchesGlob, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string): Promise<string> => readFile(join(repository, path), 'utf8');

const dockerfile = await read('Dockerfile');
const patterns = (await read('.dockerignore')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
const taken = (path: string): boolean =>
  patterns.reduce((is, line) => {
    const pattern = line.replace('!', '');
    return matchesGlob(path, pattern) || matchesGlob(path, `${pattern}/**`) ? line.startsWith('!') : is;
  }, true);

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Each package of this repository by its name, with its folder. */
const packages = new Map(
  await Promise.all(
    globSync('{apps/*,packages/*,prisma}/package.json', { cwd: repository }).map(async (path) => {
      const manifest = JSON.parse(await read(path)) as Manifest;
      return [manifest.name, { folder: dirname(path), exports: {}, dependencies: {}, ...manifest }] as const;
    }),
  ),
);

const imports = /(?:^(?:import|export) [^;=()]*?from |^import |\bimport\()'([^']+)'/gm;

/** What the gateway's registry imports: the adapters among the gateway's dependencies, by their names. */
const registry = 'apps/gateway/src/adapters.ts';
const adapters = Object.keys(packages.get('@card-gateway/gateway')?.dependencies ?? {}).filter((name) =>
  /^@card-gateway\/adapter-(?!kit$)/.test(name),
);

/** What a file imports, types aside. */
async function importsOf(path: string): Promise<string[]> {
  if (path === registry) return ['../package.json', ...adapters];
  const source = path.endsWith('.ts') ? await read(path) : '';
  const statements = [...source.matchAll(imports)].filter(([statement]) => !/^(import|export) type\b/.test(statement));
  return statements.map(([, specifier = '']) => specifier);
}

/** All files of this repository that a process loads from this one on. */
async function loadedFrom(path: string, found = new Set<string>()): Promise<Set<string>> {
  if (found.has(path)) return found;
  found.add(path);
  for (const specifier of await importsOf(path)) {
    const file = fileOf(specifier, path);
    if (file !== null) await loadedFrom(file, found);
  }
  return found;
}

function fileOf(specifier: string, from: string): string | null {
  if (specifier.startsWith('.')) return join(dirname(from), specifier);
  const [, name = '', rest = ''] = /^(@card-gateway\/[^/]+)(.*)$/.exec(specifier) ?? [];
  const owner = packages.get(name);
  return owner === undefined ? null : normalize(join(owner.folder, String(owner.exports[`.${rest}`])));
}

const entries = [
  'apps/gateway/src/main.ts',
  'apps/gateway/src/cli.ts',
  'apps/sandbox/src/main.ts',
  'apps/local/src/prepare-compose.ts',
];
/** The generated client is made in the image. */
const written = async (entry: string): Promise<string[]> =>
  [...(await loadedFrom(entry))].filter((path) => !path.startsWith('prisma/generated/'));

test.each([...entries, 'apps/gateway/build.ts', 'prisma/generate.ts'])(
  'all that %s loads is sent to the engine',
  async (entry) => {
    expect((await written(entry)).filter((path) => !taken(path))).toEqual([]);
  },
);

test.each(entries)('what %s loads of other packages is installed for production', async (entry) => {
  for (const path of await written(entry)) {
    const owner = [...packages.values()].find(({ folder }) => path.startsWith(`${folder}/`));
    for (const specifier of await importsOf(path)) {
      const [name] = /^(@[^/]+\/)?[^/.][^/]*/.exec(specifier) ?? [];
      if (name === undefined || specifier.startsWith('node:') || name === owner?.name) continue;
      expect(Object.keys(owner?.dependencies ?? {}), path).toContain(name);
    }
  }
});

test('the gateway loads every adapter', async () => {
  const folders = globSync('packages/adapter-!(kit)/index.ts', { cwd: repository });
  expect(folders.length).toBeGreaterThan(3);
  expect([...(await loadedFrom('apps/gateway/src/main.ts'))]).toEqual(expect.arrayContaining([registry, ...folders]));
});

test('the command line loads what the database package is made of', async () => {
  expect([...(await loadedFrom('apps/gateway/src/cli.ts'))]).toEqual(
    expect.arrayContaining(['packages/core/id.ts', 'prisma/migrate.ts', 'prisma/generated/client.ts']),
  );
});

test('what the Dockerfile copies is there, and sent', () => {
  const copied = [...dockerfile.matchAll(/^COPY (?!--|\.|<<)(.+) \S+$/gm)].flatMap(([, paths = '']) =>
    paths.split(' '),
  );
  expect(copied.length).toBeGreaterThan(5);
  for (const path of copied) {
    expect(existsSync(join(repository, path)), path).toBe(true);
    const files = globSync(`${path}{,/**/*}`, { cwd: repository });
    expect(files.some(taken), path).toBe(true);
  }
});
