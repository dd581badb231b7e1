import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const repository = new URL('../../../', import.meta.url);

let clone: string;
beforeAll(async () => {
  clone = await mkdtemp(join(tmpdir(), 'card-gateway-ignored-'));
  await run('git', ['init', '--quiet', clone]);
  await copyFile(new URL('.gitignore', repository), join(clone, '.gitignore'));
});
afterAll(() => rm(clone, { recursive: true }));

/** Of these paths, those that git leaves out of a commit. */
async function ignored(paths: readonly string[]): Promise<string[]> {
  const { stdout } = await run('git', ['-C', clone, 'check-ignore', '--no-index', ...paths]);
  return stdout.trim().split('\n');
}

test('git takes no settings, accounts, secrets or keys', async () => {
  const kept = ['.env.example', 'docs/accounts.schema.json', 'docker-compose.yml', 'apps/gateway/src/secrets.ts'];
  const left = [
    '.env',
    'apps/gateway/.env.local',
    'accounts.json',
    'ops/accounts.production.json',
    'secrets/sealing-keys',
    'yixin-private-key.pem',
    'tls/server.key',
    'compose.real.yml',
  ];
  expect(await ignored([...kept, ...left])).toEqual(left);
});

test('the engine is sent single kinds of files and nothing else, so that no secret can be', async () => {
  const lines = (await readFile(new URL('.dockerignore', repository), 'utf8')).split('\n');
  const [first, ...others] = lines.filter((line) => line !== '' && !line.startsWith('#'));
  expect(first).toBe('*');
  const taken = others.filter((line) => line.startsWith('!'));
  expect(taken).not.toEqual([]);
  for (const line of taken)
    expect(line).toMatch(
      /(\.ts|\.css|\.sql|\.prisma|^!docs\/guides\/\*\.md|^!docs\/openapi\.json|\/package\.json|^!package\.json|^!pnpm-[a-z]+\.yaml)$/,
    );
});
