import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

interface Package {
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}
type Versions = Readonly<Record<string, string>>;

interface LockFile {
  readonly importers: Readonly<Record<string, { optionalDependencies?: Record<string, { version: string }> }>>;
  readonly packages: Readonly<Record<string, Package>>;
  readonly snapshots: Readonly<Record<string, { optionalDependencies?: Versions }>>;
}

const { importers, packages, snapshots } = parse(
  await readFile(new URL('../../../pnpm-lock.yaml', import.meta.url), 'utf8'),
) as LockFile;

/** Those of the README. */
const platforms = [
  { os: 'linux', cpu: 'x64', libc: 'glibc' },
  { os: 'linux', cpu: 'x64', libc: 'musl' },
  { os: 'linux', cpu: 'arm64', libc: 'glibc' },
  { os: 'linux', cpu: 'arm64', libc: 'musl' },
  { os: 'darwin', cpu: 'x64', libc: null },
  { os: 'darwin', cpu: 'arm64', libc: null },
];

function runsOn({ os, cpu, libc }: Package, platform: (typeof platforms)[number]): boolean {
  const takes = (list: readonly string[] | undefined, value: string | null): boolean =>
    list === undefined || value === null || list.includes(value);
  return takes(os, platform.os) && takes(cpu, platform.cpu) && takes(libc, platform.libc);
}

/** What has its binaries in packages of their own, one for each platform; by its name in the lock file. */
const families = [
  ...Object.entries(snapshots).map(([name, { optionalDependencies }]) => [name, optionalDependencies ?? {}] as const),
  ...Object.entries(importers).map(([name, { optionalDependencies = {} }]) => {
    const versions = Object.entries(optionalDependencies).map(([key, { version }]) => [key, version] as const);
    return [name, Object.fromEntries(versions)] as const;
  }),
].flatMap(([name, versions]) => {
  const binaries = Object.entries(versions)
    .map(([key, version]) => packages[`${key}@${version}`] ?? {})
    .filter(({ cpu }) => cpu !== undefined);
  return binaries.length === 0 ? [] : [{ name, binaries }];
});

test('the tools, the compiler and the database are looked at', () => {
  const names = families.map(({ name }) => name.split(/(?<=.)@/)[0]);
  expect(names).toEqual(
    expect.arrayContaining(['oxfmt', 'oxlint', 'oxlint-tsgolint', 'turbo', 'typescript', 'rolldown', 'prisma']),
  );
});

test.each(families)('$name has a binary for each platform that the README names', ({ binaries }) => {
  const missing = platforms.filter((platform) => !binaries.some((one) => runsOn(one, platform)));
  expect(missing).toEqual([]);
});
