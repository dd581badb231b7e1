import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { doubledMembers } from '@card-gateway/adapter-kit';
import type { Secret } from '@card-gateway/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Account, AccountsError, readAccounts } from '../src/accounts/accounts-file.ts';
import { isListed } from '../src/addresses.ts';
import { adapters } from '../src/adapters.ts';

type Json = Record<string, unknown>;
const secretText = 'hush-hush-hush';
const secrets: Readonly<Record<string, string>> = {
  SECRET: secretText,
  BLANK: '',
  AES: `${secretText}-1`,
  PATH_SECRET: `${secretText}-hush-hush`,
  WEBHOOK: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
};
const keyPair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
const [ours, theirs] = [keyPair(), keyPair()];
const encrypted = createPrivateKey(ours.privateKey).export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: secretText,
});

/** A good account at each provider, as an operator writes it. */
const good: Record<string, Json> = {
  'open-api': {
    provider: 'open-api',
    settings: { baseUrl: 'https://a.example', version: 'v1', customerId: 1, appId: '2', key: { env: 'SECRET' } },
  },
  keysecure: {
    provider: 'keysecure',
    tenant: 'shop',
    settings: { baseUrl: 'https://b.example/', mode: 'credit', apiKey: { file: 'secret' } },
  },
  onerway: {
    provider: 'onerway',
    settings: { baseUrl: 'https://c.example', merchantNo: '800001', secretKey: { env: 'SECRET' } },
  },
  yixin: {
    provider: 'yixin',
    settings: {
      baseUrl: 'https://d.example',
      appId: 'app',
      profile: {},
      privateKey: { file: 'private.pem' },
      providerPublicKey: { file: 'public.pem' },
    },
  },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'accounts-'));
  await Promise.all([
    writeFile(join(folder, 'secret'), `${secretText}\n`),
    writeFile(join(folder, 'empty'), ' \n'),
    writeFile(join(folder, 'private.pem'), ours.privateKey),
    writeFile(join(folder, 'own-public.pem'), ours.publicKey),
    writeFile(join(folder, 'public.pem'), theirs.publicKey),
    writeFile(join(folder, 'encrypted.pem'), encrypted),
    mkdir(join(folder, 'folder')),
  ]);
});
afterAll(() => rm(folder, { recursive: true }));

async function read(content: unknown): Promise<Account[]> {
  const file = join(folder, 'accounts.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readAccounts(file, { adapters, environment: (name) => secrets[name] });
}

/** The faults of a file, after checking that none tells a secret and each says where. */
async function faultsOf(content: unknown): Promise<readonly string[]> {
  const error = await read(content).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AccountsError);
  const { message, faults } = error as AccountsError;
  expect(message).toMatch(/^The accounts file .+accounts\.json is not usable:\n( {2}- .+(\n|$))+$/);
  expect(message).not.toContain(secretText.slice(0, 4));
  expect(message).not.toContain('PRIVATE KEY');
  return faults;
}

/** The good account at a provider with some of it changed; undefined takes a field away. */
function changed(provider: string, { settings, ...entry }: Json): Json {
  const account = good[provider] ?? {};
  return {
    [provider]: { ...account, ...entry, settings: { ...(account['settings'] as Json), ...(settings as Json) } },
  };
}

describe('a good file', () => {
  test('gives its accounts, with secrets read and base URLs without a slash at their end', async () => {
    const accounts = await read({ $schema: './accounts.schema.json', ...good });
    expect(accounts.map(({ name, tenant, sandbox }) => [name, tenant, sandbox])).toEqual([
      ['open-api', 'default', false],
      ['keysecure', 'shop', false],
      ['onerway', 'default', false],
      ['yixin', 'default', false],
    ]);
    expect(accounts[1]?.settings.baseUrl).toBe('https://b.example');
    expect(JSON.stringify(accounts.map(({ settings }) => settings))).not.toContain(secretText);
  });

  test('may have several accounts at one provider', async () => {
    const { keysecure } = good;
    expect(await read({ one: keysecure, two: keysecure })).toHaveLength(2);
  });

  test('may begin with a byte order mark, as may the files of its secrets', async () => {
    await writeFile(join(folder, 'marked'), `\uFEFF${secretText}\r\n`);
    const [account] = await read(
      `\uFEFF${JSON.stringify(changed('keysecure', { settings: { apiKey: { file: 'marked' } } }))}`,
    );
    const settings = account?.settings as unknown as { apiKey: Secret } | undefined;
    expect(settings?.apiKey.reveal()).toBe(secretText);
  });
});

describe('a file', () => {
  test('that is not there is told with the setting that names it', () => {
    const file = join(folder, 'nothing.json');
    expect(() => readAccounts(file, { adapters, environment: () => undefined })).toThrow(
      `The accounts file ${file} is not usable:\n  - there is no file ${file}; GATEWAY_ACCOUNTS names its path`,
    );
  });

  test.each(['', '{', '{"a":}', `{"key": "${secretText}"`, `{"key": ${secretText}}`, `{"key": "${secretText}"!}`])(
    'is not JSON when it is %j',
    async (text) => {
      expect((await faultsOf(text))[0]).toMatch(/^it is not JSON: look at (?:position \d+ \()?line \d+ column \d+/);
    },
  );

  test.each([
    ['a provider that there is not', { provider: 'nobody' }, /^\/keysecure\/provider: expected "/],
    ['a flag that is none', { sandbox: 'yes' }, /^\/keysecure\/sandbox: expected boolean$/],
    ['a number that is none', { syncEveryMinutes: 'often' }, /^\/keysecure\/syncEveryMinutes: expected number$/],
    [
      'a number that is too large',
      { syncEveryMinutes: 9999 },
      /^\/keysecure\/syncEveryMinutes: expected at most 1440$/,
    ],
    ['a setting of another kind', { settings: { mode: 7 } }, /^\/keysecure\/settings\/mode: expected "/],
  ])('with %s is told what was expected', async (_what, change, fault) => {
    const faults = await faultsOf(changed('keysecure', change));
    expect(faults).toContainEqual(expect.stringMatching(fault));
    for (const one of faults) expect(one).not.toMatch(/Invalid|received|Too /);
  });

  test.each(['[]', 'null', '7', '"accounts"'])('is no object of accounts when it is %s', async (text) => {
    expect(await faultsOf(text)).toEqual(['expected an object of accounts by name']);
  });

  test.each([{}, { $schema: 'x' }])('has an account at least: %j', async (content) => {
    expect(await faultsOf(content)).toEqual(['/: expected at least one account']);
  });
});

test('every fault of every account is told at once, whatever else is wrong with it', async () => {
  const callbacks = { allowFrom: [] };
  const authorization = { url: 'http://decide.example', secret: { env: 'NOTHING' } };
  const faults = await faultsOf({
    'Not A Name': good['onerway'],
    text: 'x',
    acme: { provider: 'acme', settings: { key: { file: 'nothing' } } },
    ...changed('keysecure', {
      tenant: 'Shop 1',
      colour: 'red',
      sandbox: false,
      settings: { mode: 'debit', apiKey: { env: 'BLANK' }, apiSecret: { env: 'SECRET' } },
      authorization,
    }),
    ...changed('onerway', { settings: { merchantNo: 7, secretKey: secretText, colour: 'red' } }),
    ...changed('open-api', {
      settings: { baseUrl: 'http://your-api-server.com/?x', key: { env: 'NOTHING' } },
      callbacks,
    }),
    ...changed('yixin', { settings: { appId: 7, profile: undefined, privateKey: { file: 'nothing' } }, callbacks: {} }),
  });
  expect(faults.map((fault) => fault.split(': ')[0])).toEqual([
    '/Not A Name',
    '/text',
    '/acme/provider',
    '/acme/settings/key',
    '/keysecure/tenant',
    '/keysecure/colour',
    '/keysecure/settings/apiKey',
    '/keysecure/settings/mode',
    '/keysecure/settings/apiSecret',
    '/keysecure/authorization/secret',
    '/keysecure/authorization/url',
    '/keysecure/settings/keyDerivation',
    '/onerway/settings/merchantNo',
    '/onerway/settings/secretKey',
    '/onerway/settings/colour',
    '/open-api/settings/key',
    '/open-api/settings/baseUrl',
    '/open-api/settings/baseUrl',
    '/open-api/callbacks/allowFrom',
    '/open-api/settings/baseUrl',
    '/open-api/callbacks/secretPath',
    '/yixin/settings/privateKey',
    '/yixin/settings/appId',
    '/yixin/settings/profile',
  ]);
});

test('what stands twice in the file is told, where JSON would take the last without a word', async () => {
  const account = JSON.stringify(good['onerway']);
  const twice = account.replace('"merchantNo"', '"merchantNo":"1","merchantNo"');
  expect(await faultsOf(`{"one": ${account}, "two": ${twice},\n "o\\u006ee" : ${account}, "one": ${account}}`)).toEqual(
    ['/two/settings/merchantNo: it stands here twice', '/one: there are two accounts of this name'],
  );
  const text = '{"a": [{"b": 1, "c": "{\\"b\\":1,\\"b\\":2}"}, {"b": "b", "b": "b"}], "b": {"a": {}}, "c": ["a", "a"]}';
  expect(doubledMembers(text)).toEqual([['a', 1, 'b']]);
});

describe('a fault', () => {
  const secretRule = 'expected {"file": "<path>"} or {"env": "<NAME>"}; a secret does not stand in this file';

  test.each<[string, Json, RegExp]>([
    ['an unknown provider', { acme: { provider: 'acme', settings: {} } }, /^\/acme\/provider: .*"keysecure".*"yixin"/],
    ['a missing provider', { acme: { settings: {} } }, /^\/acme\/provider: .*"keysecure".*"yixin"/],
    [
      'missing settings',
      { keysecure: { provider: 'keysecure' } },
      /^\/keysecure\/settings: expected an object of settings/,
    ],
    ['a name in capitals', { Acme: good['onerway'] }, /^\/Acme: .*lower-case letters/],
    [
      'an unknown setting',
      changed('onerway', { settings: { colour: 'red' } }),
      /^\/onerway\/settings\/colour: there is no such setting/,
    ],
    [
      'http',
      changed('onerway', { settings: { baseUrl: 'http://c.example' } }),
      /^\/onerway\/settings\/baseUrl: expected https/,
    ],
    [
      'no URL',
      changed('onerway', { settings: { baseUrl: 'c.example' } }),
      /^\/onerway\/settings\/baseUrl: expected an absolute/,
    ],
    [
      'a value of none of the types that it may have',
      changed('yixin', { settings: { userIp: '203.0.113' } }),
      /^\/yixin\/settings\/userIp: expected an IPv4 address or an IPv6 address$/,
    ],
    [
      'no profile',
      changed('yixin', { settings: { profile: undefined } }),
      /^\/yixin\/settings\/profile: Yixin publishes no/,
    ],
    [
      'a wrong choice',
      changed('keysecure', { settings: { mode: 'debit' } }),
      /^\/keysecure\/settings\/mode: .*"credit"/,
    ],
    [
      'a wrong key',
      changed('yixin', { settings: { privateKey: { file: 'secret' } } }),
      /^\/yixin\/settings\/privateKey: expected our own RSA private key/,
    ],
    [
      'a public key where our private one belongs',
      changed('yixin', { settings: { privateKey: { file: 'public.pem' } } }),
      /^\/yixin\/settings\/privateKey: this is a public key; expected our own RSA private key/,
    ],
    [
      'a private key where a public one belongs, of which Node would take the public half',
      changed('yixin', { settings: { providerPublicKey: { file: 'private.pem' } } }),
      /^\/yixin\/settings\/providerPublicKey: this is a private key; expected Yixin's RSA public key/,
    ],
    [
      'an encrypted key',
      changed('yixin', { settings: { privateKey: { file: 'encrypted.pem' } } }),
      /^\/yixin\/settings\/privateKey: this key is encrypted: decrypt it/,
    ],
    [
      'our own public key',
      changed('yixin', { settings: { providerPublicKey: { file: 'own-public.pem' } } }),
      /^\/yixin\/settings\/providerPublicKey: this is the other half of privateKey/,
    ],
    [
      'a password in the URL',
      changed('onerway', { settings: { baseUrl: `https://user:${secretText}@c.example` } }),
      /^\/onerway\/settings\/baseUrl: expected no user, password, query or fragment/,
    ],
    [
      'a placeholder',
      changed('open-api', { settings: { baseUrl: 'https://your-api-server.com' } }),
      /^\/open-api\/settings\/baseUrl: this is the documents' placeholder/,
    ],
  ])('of %s says where and what was expected', async (_what, content, fault) => {
    const faults = await faultsOf(content);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(fault);
  });

  test.each<[string, unknown]>([
    ['inline', secretText],
    ['a number', 12_345_678],
    ['null', null],
    ['an object of another kind', { text: secretText }],
    ['both a file and a variable', { file: 'secret', env: 'SECRET' }],
    ['a list', [{ env: 'SECRET' }]],
  ])('of a secret %s tells nothing of it', async (_what, secretKey) => {
    expect(await faultsOf(changed('onerway', { settings: { secretKey } }))).toEqual([
      `/onerway/settings/secretKey: ${secretRule}`,
    ]);
  });

  test.each<[string, Json, (where: string) => string]>([
    ['a file that is not there', { file: 'nothing' }, (where) => `there is no file ${join(where, 'nothing')}`],
    ['a folder', { file: 'folder' }, (where) => `${join(where, 'folder')} is a folder; expected a file`],
    ['an empty file', { file: 'empty' }, (where) => `the file ${join(where, 'empty')} is empty`],
    ['a variable that is not set', { env: 'NOTHING' }, () => 'the environment variable NOTHING is not set'],
    ['an empty variable', { env: 'BLANK' }, () => 'the environment variable BLANK is not set'],
  ])('of a secret in %s is one fault', async (_what, secretKey, message) => {
    expect(await faultsOf(changed('onerway', { settings: { secretKey } }))).toEqual([
      `/onerway/settings/secretKey: ${message(folder)}`,
    ]);
  });

  test('of a secret where none belongs is a fault', async () => {
    const [fault] = await faultsOf(changed('onerway', { settings: { merchantNo: { env: 'SECRET' } } }));
    expect(fault).toMatch(/^\/onerway\/settings\/merchantNo: .*expected string/);
  });
});

describe('a sandbox account', () => {
  test('may use http and the unconfirmed profile', async () => {
    const settings = { baseUrl: 'http://127.0.0.1:9090/yixin', profile: undefined };
    const [account] = await read(changed('yixin', { sandbox: true, settings }));
    expect(account).toMatchObject({ sandbox: true, settings: { baseUrl: 'http://127.0.0.1:9090/yixin' } });
  });
});

describe('callbacks', () => {
  const signed = (more: Json): Json =>
    changed('keysecure', { ...more, settings: { ...secret, mode: 'authorization' } });
  const secret = { apiSecret: { env: 'AES' }, keyDerivation: 'utf8' };
  const service = { url: 'https://decide.example', secret: { env: 'WEBHOOK' } };

  test('are taken with a secret path and from the networks that are named', async () => {
    const callbacks = { secretPath: { env: 'PATH_SECRET' }, allowFrom: ['203.0.113.7', '2001:db8::/32'] };
    const [account] = await read(changed('open-api', { callbacks }));
    expect(account?.callbacks?.secretPath).toBeDefined();
    const list = account?.callbacks?.allowFrom;
    expect(
      ['203.0.113.7', '203.0.113.8', '2001:db8::1', '2001:db9::1'].map((ip) => list && isListed(list, ip)),
    ).toEqual([true, false, true, false]);
  });

  test.each<[string, Json, string[]]>([
    [
      'a secret path is missing',
      {},
      [
        '/open-api/callbacks/secretPath: this provider signs nothing, so that a secret path must stand for it: expected 24 to 128',
      ],
    ],
    [
      'a secret path is short',
      { secretPath: { env: 'SECRET' } },
      ['/open-api/callbacks/secretPath: expected 24 to 128'],
    ],
    [
      'a secret path stands there itself',
      { secretPath: 'x'.repeat(30) },
      ['/open-api/callbacks/secretPath: expected {"file":'],
    ],
    [
      'a secret path cannot be read',
      { secretPath: { env: 'NOTHING' } },
      ['/open-api/callbacks/secretPath: the environment variable NOTHING is not set'],
    ],
    [
      'addresses are none',
      { secretPath: { env: 'PATH_SECRET' }, allowFrom: ['1.2.3', '1.2.3.4/33', '::1/129', 'a.example'] },
      [0, 1, 2, 3].map(
        (index) => `/open-api/callbacks/allowFrom/${index}: expected an IPv4 or IPv6 address or network`,
      ),
    ],
    [
      'addresses are missing',
      { secretPath: { env: 'PATH_SECRET' }, allowFrom: [] },
      ['/open-api/callbacks/allowFrom: expected at least one address or network'],
    ],
    [
      'a setting is unknown',
      { secretPath: { env: 'PATH_SECRET' }, from: [] },
      ['/open-api/callbacks/from: there is no such setting'],
    ],
  ])('of which %s are faults', async (_what, callbacks, expected) => {
    const faults = await faultsOf(changed('open-api', { callbacks }));
    expect(faults.map((fault, index) => fault.slice(0, expected[index]?.length))).toEqual(expected);
  });

  test('of a provider that sends none, or without the secret that verifies them, are a fault', async () => {
    expect(await faultsOf(changed('yixin', { callbacks: {} }))).toEqual([
      expect.stringMatching(/^\/yixin\/callbacks: this account takes no callbacks: /),
    ]);
    expect(await faultsOf(changed('keysecure', { callbacks: {} }))).toEqual([
      expect.stringMatching(/^\/keysecure\/callbacks: this account takes no callbacks: .*apiSecret/),
    ]);
  });

  test('decide about payments by a fixed answer or a service', async () => {
    const decided = async (authorization: Json) => (await read(signed({ authorization })))[0]?.authorization;
    expect(await decided({ decide: 'approve' })).toEqual({ decide: 'approve' });
    expect(await decided(service)).toMatchObject({ url: 'https://decide.example', timeoutMs: 500 });
  });

  test.each<[string, Json, string]>([
    ['another word', { decide: 'maybe' }, '/decide: '],
    ['both ways', { decide: 'approve', ...service }, '/url: there is no such setting'],
    ['no url', { secret: service.secret }, '/url: '],
    ['a user in its URL', { ...service, url: `https://${secretText}@decide.example` }, '/url: expected no user'],
    ['plain http', { ...service, url: 'http://decide.example' }, '/url: expected https'],
    ['a secret of another form', { ...service, secret: { env: 'PATH_SECRET' } }, '/secret: expected "whsec_"'],
    ['more time than there is', { ...service, timeoutMs: 800 }, '/timeoutMs: '],
  ])('a decision by %s is a fault', async (_what, authorization, expected) => {
    const [fault] = await faultsOf(signed({ authorization }));
    expect(fault).toContain(`/keysecure/authorization${expected}`);
  });

  test('a decision where the provider asks for none is a fault', async () => {
    const account = changed('keysecure', { authorization: { decide: 'approve' }, settings: secret });
    expect(await faultsOf(account)).toEqual([
      '/keysecure/authorization: its provider does not ask this account about payments',
    ]);
  });
});
