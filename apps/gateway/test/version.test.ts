import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { glob } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, commitOf } from '../src/version.ts';
import { call, problemOf } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const json = async (path: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(repository, path), 'utf8')) as Record<string, unknown>;

test('the product has one version: of every package, of the API, and the newest of the changelog', async () => {
  const packages = await Array.fromAsync(
    glob(['{apps,packages}/*/package.json', 'prisma/package.json'], { cwd: repository }),
  );
  expect(packages.length).toBeGreaterThan(10);
  const versions = await Promise.all(packages.map(async (path) => [path, (await json(path))['version']]));
  const { version } = await json('package.json');
  expect(versions).toEqual(packages.map((path) => [path, version]));
  expect((await json('docs/openapi.json'))['info']).toMatchObject({ version });
  expect(build.version).toBe(version);
  const changelog = await readFile(join(repository, 'CHANGELOG.md'), 'utf8');
  expect(/^## \[?(\d+\.\d+\.\d+)/m.exec(changelog)?.[1]).toBe(version);
});

describe('the commit of a clone', () => {
  const commit = 'a'.repeat(40);
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'version-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function clone(name: string, files: Record<string, string>): Promise<string> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(folder, name, dirname(path)), { recursive: true });
      await writeFile(join(folder, name, path), text);
    }
    return join(folder, name);
  }

  test.each<[string, Record<string, string>]>([
    ['on a branch', { '.git/HEAD': 'ref: refs/heads/main\n', '.git/refs/heads/main': `${commit}\n` }],
    [
      'whose branches are packed',
      { '.git/HEAD': 'ref: refs/heads/main\n', '.git/packed-refs': `# pack-refs\n${commit} refs/heads/main\n` },
    ],
    ['at no branch', { '.git/HEAD': `${commit}\n` }],
    [
      'that is a further work tree',
      {
        '.git': 'gitdir: main/worktrees/one\n',
        'main/worktrees/one/HEAD': 'ref: refs/heads/one\n',
        'main/worktrees/one/commondir': '../..\n',
        'main/refs/heads/one': `${commit}\n`,
      },
    ],
  ])('%s is found', async (name, files) => {
    expect(commitOf(await clone(name, files))).toBe(commit);
  });

  test('is not there without a repository, or before its first commit', async () => {
    expect(commitOf(join(folder, 'nothing'))).toBeNull();
    expect(commitOf(await clone('new', { '.git/HEAD': 'ref: refs/heads/main\n' }))).toBeNull();
  });
});

describe('a gateway', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ jobs: false });
  });
  afterAll(() => gateway.close());

  test('says its version where it says that it is well, and on /metrics', async () => {
    for (const path of ['/health/live', '/health/ready']) {
      const answer = await call(gateway.url, { path });
      expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { status: 'ok', version: build.version }]);
    }
    const { text } = await call(gateway.url, { path: '/metrics' });
    const labels = `version="${build.version}",commit="${build.commit ?? ''}"`;
    expect(text).toContain(`gateway_build_info{${labels}} 1\n`);
  });

  test('leads from / to the portal: a browser at once, a program by saying where it is', async () => {
    const told = await call(gateway.url, { path: '/' });
    const where = { name: 'Card Gateway', version: build.version, portal: '/docs/', openapi: '/openapi.json' };
    expect([told.status, JSON.parse(told.text)]).toEqual([200, where]);
    const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
    const led = await call(gateway.url, { path: '/', headers: { accept } });
    expect([led.status, led.headers['location']]).toEqual([302, '/docs/']);
    for (const path of [where.portal, where.openapi]) expect((await call(gateway.url, { path })).status).toBe(200);
    const other = await call(gateway.url, { method: 'POST', path: '/' });
    expect([problemOf(other, 405).code, other.headers['allow']]).toEqual(['method-not-allowed', 'GET, HEAD']);
  });
});
