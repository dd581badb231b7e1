import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const command = fileURLToPath(new URL('../src/docker.ts', import.meta.url));

const verify = (...words: string[]): { status: number | null; text: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...words], {
    env: { PATH: '' },
    encoding: 'utf8',
  });
  return { status, text: stdout + stderr };
};

test('where there is no Docker Engine it says so, and is no success', () => {
  const { status, text } = verify();
  expect(text).toMatch(/^Nothing was verified: there is no Docker Engine with Compose at hand\.$/m);
  expect(status).toBe(1);
});

test.each([
  ['--port', '80'],
  ['--port', 'eighty'],
  ['--previos', 'main'],
])('%s %s is told with what was expected', (...words) => {
  const { status, text } = verify(...words);
  expect(text).toContain('Usage: pnpm docker:verify [--previous <commit>] [--port 18080]');
  expect(status).toBe(2);
});
