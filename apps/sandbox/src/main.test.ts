import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { generateKeyPairSync } from 'node:crypto';
import { request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';

// A process of its own: on a loaded machine its start alone may take longer than a test has.
test('reads its file, key files beside it, says one line, and ends on SIGTERM', { timeout: 30_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const { publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  await writeFile(join(folder, 'partner.pem'), publicKey);
  await writeFile(
    join(folder, 'sandbox.json'),
    // Behind a byte order mark, as some editors save it.
    '\uFEFF' +
      JSON.stringify({
        openApi: { key: 'from-the-file' },
        yixin: { partnerPublicKeyFile: 'partner.pem' },
        callbacks: { targets: { 'open-api': 'http://127.0.0.1/a' } },
      }),
  );
  const env = {
    ...process.env,
    SANDBOX_CONFIG: join(folder, 'sandbox.json'),
    SANDBOX_PORT: '0',
    SANDBOX_CALLBACKS_KEYSECURE: '',
    SANDBOX_CALLBACKS_ONERWAY: 'http://127.0.0.1:8080/callbacks/onerway',
  };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Left behind by a failure, it would keep the test run from ending.
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdout.setEncoding('utf8');
  const [line] = (await once(child.stdout, 'data')) as [string];
  const url = /http:\S+/.exec(line)?.[0] ?? '';
  const answer = await request(`${url}/admin/credentials`);
  expect(await answer.body.json()).toMatchObject({
    openApi: { key: 'from-the-file', baseUrl: `${url}/open-api` },
    yixin: { partnerPublicKey: publicKey, partnerPrivateKey: null },
  });
  const targets = await request(`${url}/admin/callbacks/targets`);
  expect(await targets.body.json()).toEqual({
    'open-api': 'http://127.0.0.1/a',
    onerway: 'http://127.0.0.1:8080/callbacks/onerway',
  });
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  await rm(folder, { recursive: true });
});

test.each([
  [
    'a state file that is broken',
    { 'state.json': '{"version":1,' },
    /^The state file .*state\.json cannot be read \(.*\)\. Put it back from a copy; or delete it/,
  ],
  ['a configuration that is no JSON', { 'sandbox.json': '{' }, /^SANDBOX_CONFIG: .*sandbox\.json is not JSON: .*\.$/],
  [
    'a key file that is not there',
    { 'sandbox.json': '{"yixin":{"partnerPublicKeyFile":"gone.pem"}}' },
    /^There is no .*gone\.pem\.$/,
  ],
])('says in one line how to mend %s', { timeout: 30_000 }, async (_what, files, line) => {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  for (const [name, content] of Object.entries({ 'sandbox.json': '{"stateFile":"state.json"}', ...files })) {
    await writeFile(join(folder, name), content);
  }
  const env = { ...process.env, SANDBOX_CONFIG: join(folder, 'sandbox.json'), SANDBOX_PORT: '0' };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect(code).toBe(1);
  expect(said.trimEnd()).toMatch(line);
  expect(said.trimEnd()).not.toContain('\n');
  await rm(folder, { recursive: true });
});
