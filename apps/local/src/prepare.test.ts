import { execFile } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepare } from './prepare.ts';
import { startFailure } from './start-error.ts';

const sandboxUrl = 'http://127.0.0.1:8090';
const gatewayUrl = 'http://127.0.0.1:8080';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'card-gateway-prepare-'));
});
afterEach(() => rm(folder, { recursive: true }));

const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
const json = async (name: string): Promise<unknown> => JSON.parse(await read(name));
const secret = (name: string): Promise<string> => read(join('secrets', name));

/** Every file's text by its path. */
async function everything(): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(await Promise.all(files.map(async (path) => [path, await readFile(path, 'utf8')])));
}

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

/** Runs it as docker-compose.yml does, with a folder for each volume. */
async function prepareCompose(): Promise<void> {
  const script = fileURLToPath(new URL('prepare-compose.ts', import.meta.url));
  const folders = ['gateway', 'sandbox', 'database-password', 'database-owner'].map((name) => join(folder, name));
  await Promise.all(folders.map((path) => mkdir(path, { recursive: true })));
  await promisify(execFile)(process.execPath, [script, ...folders]);
}

const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }) as string;

test('the accounts are all on the sandbox and every secret they name is there', async () => {
  const { accountsFile } = await prepare({ folder, sandboxUrl, gatewayUrl });

  expect(accountsFile).toBe(join(folder, 'accounts.json'));
  const accounts = (await json('accounts.json')) as Record<
    string,
    { provider: string; sandbox: boolean; settings: { baseUrl: string } }
  >;
  expect(Object.keys(accounts)).toEqual(
    expect.arrayContaining(['open-api', 'keysecure', 'keysecure-authorization', 'onerway', 'yixin']),
  );
  for (const { provider, sandbox, settings } of Object.values(accounts)) {
    expect({ sandbox, baseUrl: settings.baseUrl }).toEqual({ sandbox: true, baseUrl: `${sandboxUrl}/${provider}` });
  }
  const named = [...(await read('accounts.json')).matchAll(/"file": "([^"]+)"/g)].map(([, name]) => String(name));
  expect(named.length).toBeGreaterThanOrEqual(9);
  for (const name of named) expect(await read(name)).not.toBe('');
});

test('secrets have the names by which installations keep them', async () => {
  await prepare({ folder, sandboxUrl, gatewayUrl });

  const known = [
    'fingerprint-keys',
    'keysecure-api-key',
    'keysecure-api-secret',
    'keysecure-authorization-api-key',
    'keysecure-authorization-api-secret',
    'onerway-secret-key',
    'open-api-callback-path',
    'open-api-key',
    'sealing-keys',
    'yixin-private-key.pem',
    'yixin-provider-private-key.pem',
    'yixin-provider-public-key.pem',
    'yixin-public-key.pem',
  ];
  expect(await readdir(join(folder, 'secrets'))).toEqual(expect.arrayContaining(known));
});

test('each account that its provider calls is called at an address of its own', async () => {
  await prepare({ folder, sandboxUrl, gatewayUrl });

  expect(await json('sandbox.json')).toMatchObject({
    stateFile: 'sandbox-state.json',
    callbacks: {
      targets: {
        'open-api': `${gatewayUrl}/callbacks/open-api/${await secret('open-api-callback-path')}`,
        [`keysecure/${await secret('keysecure-api-key')}`]: `${gatewayUrl}/callbacks/keysecure`,
        [`keysecure/${await secret('keysecure-authorization-api-key')}`]: `${gatewayUrl}/callbacks/keysecure-authorization`,
        onerway: `${gatewayUrl}/callbacks/onerway`,
      },
    },
  });
  expect(await json('accounts.json')).toMatchObject({
    'open-api': { callbacks: { secretPath: { file: 'secrets/open-api-callback-path' } } },
    'keysecure-authorization': { authorization: { decide: 'approve' } },
  });
});

test('the sandbox knows the same credentials', async () => {
  await prepare({ folder, sandboxUrl, gatewayUrl });

  expect(await json('sandbox.json')).toMatchObject({
    openApi: { key: await secret('open-api-key') },
    keysecure: {
      apiKeys: [
        { apiKey: await secret('keysecure-api-key'), mode: 'CREDIT_EXTENSION' },
        { apiKey: await secret('keysecure-authorization-api-key'), mode: 'AUTHORIZATION' },
      ],
    },
    onerway: { secretKey: await secret('onerway-secret-key') },
  });
  expect(await secret('keysecure-api-key')).not.toBe(await secret('keysecure-authorization-api-key'));
});

test('keys have the length that is asked for, and the halves of a pair match', async () => {
  const { sealingKeysFile, fingerprintKeysFile } = await prepare({ folder, sandboxUrl, gatewayUrl });

  for (const file of [sealingKeysFile, fingerprintKeysFile]) {
    const [id, base64] = (await readFile(file, 'utf8')).split(':');
    expect(id).toMatch(/^[0-9a-f]{8}$/);
    expect(Buffer.from(String(base64), 'base64')).toHaveLength(32);
  }
  expect(await readFile(sealingKeysFile, 'utf8')).not.toBe(await readFile(fingerprintKeysFile, 'utf8'));
  for (const name of ['yixin', 'yixin-provider']) {
    const privateKey = createPrivateKey(await secret(`${name}-private-key.pem`));
    expect(privateKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(spki(createPublicKey(privateKey))).toBe(await secret(`${name}-public-key.pem`));
  }
  expect(await secret('yixin-public-key.pem')).not.toBe(await secret('yixin-provider-public-key.pem'));
});

test('only the owner may read what is written', async () => {
  await prepare({ folder, sandboxUrl, gatewayUrl });

  expect(await modeOf(join(folder, 'secrets'))).toBe(0o700);
  for (const path of Object.keys(await everything())) expect([path, await modeOf(path)]).toEqual([path, 0o600]);
});

test('a second time changes nothing', async () => {
  await prepare({ folder, sandboxUrl, gatewayUrl });
  const first = await everything();

  await prepare({ folder, sandboxUrl, gatewayUrl });

  expect(await everything()).toEqual(first);
});

test('another address of the sandbox changes the accounts and nothing else', async () => {
  await prepare({ folder, sandboxUrl, gatewayUrl });
  const first = await everything();

  await prepare({ folder, gatewayUrl, sandboxUrl: 'http://127.0.0.1:9000' });

  const accountsFile = join(folder, 'accounts.json');
  const moved = first[accountsFile]?.replaceAll(sandboxUrl, 'http://127.0.0.1:9000');
  const digest = createHash('sha256').update(String(moved)).digest('hex');
  expect(await everything()).toEqual({ ...first, [accountsFile]: moved, [`${accountsFile}.sha256`]: digest });
});

const again = (): Promise<unknown> => prepare({ folder, sandboxUrl: 'http://127.0.0.1:9000', gatewayUrl });

test.each(['sealing-keys', 'fingerprint-keys'])(
  '%s that are gone are not made anew once they were used',
  async (name) => {
    await prepare({ folder, sandboxUrl, gatewayUrl });
    await rm(join(folder, 'secrets', name));
    const before = await everything();

    await expect(again()).rejects.toThrow(`${join(folder, 'secrets', name)} is gone`);
    await expect(again()).rejects.toThrow('Put the file back.');
    expect(await everything()).toEqual(before);
  },
);

test('nor where the database alone is left', async () => {
  await prepare({ folder, sandboxUrl, gatewayUrl });
  await writeFile(join(folder, 'database-url'), 'postgresql://somewhere');
  await rm(join(folder, 'secrets'), { recursive: true });
  await rm(join(folder, 'accounts.json'));

  await expect(again()).rejects.toThrow('sealing-keys is gone');
});

test('a first time that was cut off is done again', async () => {
  await prepare({ folder, sandboxUrl, gatewayUrl });
  for (const name of ['accounts.json', 'accounts.json.sha256', 'secrets/fingerprint-keys'])
    await rm(join(folder, name));

  await prepare({ folder, sandboxUrl, gatewayUrl });
  expect(await secret('fingerprint-keys')).not.toBe('');
});

test.each([
  [
    'accounts.json',
    'GATEWAY_ACCOUNTS',
    'edited',
    (text: string) => text.replace('"sandbox": true', '"sandbox": false'),
  ],
  ['accounts.json', 'GATEWAY_ACCOUNTS', 'cut short', (text: string) => text.slice(0, 100)],
  ['accounts.json', 'GATEWAY_ACCOUNTS', 'empty', () => ''],
  ['sandbox.json', 'SANDBOX_CONFIG', 'edited', (text: string) => text.replace('sandbox-state.json', 'other.json')],
])('%s (%s) that was %s is left as it is, and stops the start', async (name, setting, _how, edit) => {
  await prepare({ folder, sandboxUrl, gatewayUrl });
  await writeFile(join(folder, name), edit(await read(name)));
  const edited = await read(name);

  await expect(again()).rejects.toThrow(`${join(folder, name)} was edited, or is damaged`);
  await expect(again()).rejects.toThrow(`rename it within its folder and start with ${setting}=`);
  expect(await read(name)).toBe(edited);

  await rm(join(folder, name));
  await again();
  expect(await read(name)).not.toBe(edited);
});

test('a configuration of a version that noted no digest is kept beside the new one', async () => {
  await prepare({ folder, sandboxUrl, gatewayUrl });
  const before = await read('accounts.json');
  await rm(join(folder, 'accounts.json.sha256'));
  const told: string[] = [];
  await prepare({ folder, sandboxUrl: 'http://127.0.0.1:9000', gatewayUrl, remark: (line) => told.push(line) });

  expect(await read('accounts.json.before')).toBe(before);
  expect(told).toEqual([expect.stringContaining('accounts.json is written anew')]);
});

test('a private key that is damaged is named', async () => {
  await prepare({ folder, sandboxUrl, gatewayUrl });
  const file = join(folder, 'secrets', 'yixin-private-key.pem');
  await writeFile(file, 'damaged');

  await expect(again()).rejects.toThrow(`${file} is no private key in PEM. Put the file back, or remove it`);
});

test('a full disk is told as one, and leaves what was there', async () => {
  await prepare({ folder, sandboxUrl, gatewayUrl });
  const before = await read('accounts.json');
  await symlink('/dev/full', join(folder, 'accounts.json.new'));

  const error: unknown = await again().catch((reason: unknown) => reason);
  expect(startFailure(error)).toMatch(/^.*\. The disk is full: free some space and start again\./);
  expect(await read('accounts.json')).toBe(before);
});

test('a configuration whose writing was interrupted is ours still, at whatever address the next start is', async () => {
  await prepare({ folder, sandboxUrl, gatewayUrl });
  const at = (port: number) => prepare({ folder, sandboxUrl: `http://127.0.0.1:${port}`, gatewayUrl });
  await symlink('/dev/full', join(folder, 'accounts.json.new'));
  for (const port of [9000, 9001]) await expect(at(port)).rejects.toThrow('ENOSPC');
  await rm(join(folder, 'accounts.json.new'));

  for (const port of [9002, 9003]) {
    const { accountsFile } = await at(port);
    expect(await readFile(accountsFile, 'utf8')).toContain(`"http://127.0.0.1:${port}/yixin"`);
  }
  await writeFile(join(folder, 'accounts.json'), '{}');
  await expect(at(9003)).rejects.toThrow('was edited, or is damaged');
});

// A process of its own: on a loaded machine its start alone may take longer than a test has.
test(
  'for containers, each role has a password of its own, and the gateway is given that of its role alone',
  { timeout: 30_000 },
  async () => {
    await prepareCompose();
    const first = await everything();
    await prepareCompose();

    expect(await everything()).toEqual(first);
    const urls = await Promise.all(
      ['database-password/superuser-url', 'database-owner/url', 'gateway/secrets/database-url'].map(
        async (name) => new URL(await read(name)),
      ),
    );
    expect(urls.map(({ username }) => username)).toEqual([
      'card_gateway',
      'card_gateway_owner',
      'card_gateway_runtime',
    ]);
    const passwords = ['password', 'owner-password', 'runtime-password'].map((name) =>
      read(`database-password/${name}`),
    );
    expect(urls.map(({ password }) => password)).toEqual(await Promise.all(passwords));
    expect(new Set(urls.map(({ password }) => password)).size).toBe(3);
    expect(await read('gateway/accounts.json')).toContain('"http://sandbox:8090/yixin"');
  },
);

test(
  'for containers, the sandbox is given nothing that only the gateway may know, and the other way round',
  { timeout: 30_000 },
  async () => {
    await prepareCompose();

    const sandboxFiles = Object.entries(await everything()).filter(([path]) =>
      path.startsWith(join(folder, 'sandbox')),
    );
    expect(sandboxFiles.map(([path]) => relative(join(folder, 'sandbox'), path)).toSorted()).toEqual([
      'sandbox.json',
      'sandbox.json.sha256',
      'secrets/yixin-provider-private-key.pem',
      'secrets/yixin-public-key.pem',
    ]);
    const sandboxTexts = sandboxFiles.map(([, text]) => text).join('\n');
    for (const name of ['sealing-keys', 'fingerprint-keys', 'database-url', 'yixin-private-key.pem']) {
      expect(sandboxTexts).not.toContain(await read(`gateway/secrets/${name}`));
    }
    expect(await readdir(join(folder, 'gateway/secrets'))).not.toContain('yixin-provider-private-key.pem');
    for (const [privateOf, publicOf, name] of [
      ['gateway', 'sandbox', 'yixin'],
      ['sandbox', 'gateway', 'yixin-provider'],
    ] as const) {
      const privateKey = createPrivateKey(await read(`${privateOf}/secrets/${name}-private-key.pem`));
      expect(spki(createPublicKey(privateKey))).toBe(await read(`${publicOf}/secrets/${name}-public-key.pem`));
    }
  },
);
