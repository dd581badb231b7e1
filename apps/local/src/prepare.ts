import { createPublicKey, generateKeyPair, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Where everything is kept, and where the gateway will find the sandbox. */
export interface PrepareOptions {
  readonly folder: string;
  /** For what is the sandbox's alone, where it may not see the gateway's secrets. The same folder unless stated. */
  readonly sandboxFolder?: string;
  /** Address of the sandbox without a path, e.g. `http://127.0.0.1:8090`. */
  readonly sandboxUrl: string;
  /** Address of the gateway as the sandbox reaches it, for the callbacks of the providers. */
  readonly gatewayUrl: string;
}

/** Files that the gateway and the sandbox are started with. */
export interface Prepared {
  readonly accountsFile: string;
  readonly sandboxFile: string;
  readonly sealingKeysFile: string;
  readonly fingerprintKeysFile: string;
}

const generatePair = promisify(generateKeyPair);

/**
 * Writes accounts on the sandbox, the sandbox's matching configuration and all their secrets. A secret is made once and
 * kept, because what is in the database was sealed with it; the two configurations follow from the secrets and the
 * sandbox's address, and are written whenever they would differ.
 */
export async function prepare(options: PrepareOptions): Promise<Prepared> {
  const { folder, sandboxFolder = folder, sandboxUrl, gatewayUrl } = options;
  const secrets = await secretsFolder(folder);
  const sandboxSecrets = await secretsFolder(sandboxFolder);
  const keep = (name: string, make: () => string | Promise<string>): Promise<string> =>
    keepSecret(join(secrets, name), make);

  // 32 characters: the sandbox uses KeySecure's as an AES key.
  const text = (): string => randomBytes(16).toString('hex');
  // The id too is this installation's own: two keys of one id are told apart by nothing that a person sees.
  const keyList = (): string => `${randomBytes(4).toString('hex')}:${randomBytes(32).toString('base64')}`;
  const [openApiKey, creditKey, creditSecret, authorizationKey, authorizationSecret, onerwayKey, openApiPath] =
    await Promise.all([
      keep('open-api-key', text),
      keep('keysecure-api-key', text),
      keep('keysecure-api-secret', text),
      keep('keysecure-authorization-api-key', text),
      keep('keysecure-authorization-api-secret', text),
      keep('onerway-secret-key', text),
      keep('open-api-callback-path', text),
      keep('sealing-keys', keyList),
      keep('fingerprint-keys', keyList),
      keepKeyPair('yixin', { privateFolder: secrets, publicFolder: sandboxSecrets }),
      keepKeyPair('yixin-provider', { privateFolder: sandboxSecrets, publicFolder: secrets }),
    ]);

  const file = (name: string): { file: string } => ({ file: `secrets/${name}` });
  const account = (provider: string, settings: object, others: object = {}): object => ({
    provider,
    sandbox: true,
    ...others,
    settings: { baseUrl: `${sandboxUrl}/${provider}`, ...settings },
  });
  const openApi = { version: 'v1', customerId: 20_000_021, appId: 200_031 };
  const onerway = { merchantNo: '900217', appId: '1900000000000000001' };
  const yixin = { appId: 'sandbox-partner' };

  await writeConfiguration(join(folder, 'accounts.json'), {
    'open-api': account(
      'open-api',
      { ...openApi, key: file('open-api-key'), walletTransactionPath: 'wallet/sandboxTransactionDetail' },
      { callbacks: { secretPath: file('open-api-callback-path') } },
    ),
    keysecure: account('keysecure', {
      mode: 'credit',
      apiKey: file('keysecure-api-key'),
      apiSecret: file('keysecure-api-secret'),
    }),
    'keysecure-authorization': account(
      'keysecure',
      {
        mode: 'authorization',
        apiKey: file('keysecure-authorization-api-key'),
        apiSecret: file('keysecure-authorization-api-secret'),
      },
      { authorization: { decide: 'approve' } },
    ),
    // The path is the sandbox's own: Onerway's is not published.
    onerway: account('onerway', {
      ...onerway,
      secretKey: file('onerway-secret-key'),
      deleteTokenPath: '/v1/txn/sandboxDeleteToken',
    }),
    yixin: account('yixin', {
      ...yixin,
      privateKey: file('yixin-private-key.pem'),
      providerPublicKey: file('yixin-provider-public-key.pem'),
      // Settling a lost answer needs an address too, and nobody's request is at hand then. RFC 5737: for examples.
      userIp: '203.0.113.7',
    }),
  });
  await writeConfiguration(join(sandboxFolder, 'sandbox.json'), {
    // The database keeps what it knows of the sandbox's cards; after a restart the sandbox must still know them too.
    stateFile: 'sandbox-state.json',
    callbacks: {
      targets: {
        'open-api': `${gatewayUrl}/callbacks/open-api/${openApiPath}`,
        [`keysecure/${creditKey}`]: `${gatewayUrl}/callbacks/keysecure`,
        [`keysecure/${authorizationKey}`]: `${gatewayUrl}/callbacks/keysecure-authorization`,
        onerway: `${gatewayUrl}/callbacks/onerway`,
      },
    },
    openApi: { ...openApi, key: openApiKey },
    keysecure: {
      apiKeys: [
        { apiKey: creditKey, apiSecret: creditSecret, mode: 'CREDIT_EXTENSION' },
        { apiKey: authorizationKey, apiSecret: authorizationSecret, mode: 'AUTHORIZATION' },
      ],
    },
    onerway: { ...onerway, secretKey: onerwayKey },
    yixin: {
      ...yixin,
      partnerPublicKeyFile: 'secrets/yixin-public-key.pem',
      privateKeyFile: 'secrets/yixin-provider-private-key.pem',
    },
  });

  return {
    accountsFile: join(folder, 'accounts.json'),
    sandboxFile: join(sandboxFolder, 'sandbox.json'),
    sealingKeysFile: join(secrets, 'sealing-keys'),
    fingerprintKeysFile: join(secrets, 'fingerprint-keys'),
  };
}

async function secretsFolder(folder: string): Promise<string> {
  const secrets = join(folder, 'secrets');
  // The folder itself stays open: PostgreSQL, which may run as another account, has its data below it.
  await mkdir(secrets, { recursive: true });
  await chmod(secrets, 0o700);
  return secrets;
}

/** The secret in a file; made and written if there is none yet. */
export async function keepSecret(path: string, make: () => string | Promise<string>): Promise<string> {
  const kept = await contents(path);
  if (kept !== null) return kept;
  const made = await make();
  await writePrivate(path, made);
  return made;
}

/** An RSA key pair as PEM. The public half is derived each time, so that the two always match. */
async function keepKeyPair(name: string, folders: { privateFolder: string; publicFolder: string }): Promise<void> {
  const privateKey = await keepSecret(join(folders.privateFolder, `${name}-private-key.pem`), async () => {
    const pair = await generatePair('rsa', { modulusLength: 2048 });
    return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  });
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }) as string;
  await writeWhenDifferent(join(folders.publicFolder, `${name}-public-key.pem`), publicKey);
}

async function writeConfiguration(path: string, value: object): Promise<void> {
  await writeWhenDifferent(path, `${JSON.stringify(value, null, 2)}\n`);
}

async function writeWhenDifferent(path: string, text: string): Promise<void> {
  if ((await contents(path)) !== text) await writePrivate(path, text);
}

async function contents(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Through a second name, so that a crash leaves the old file or the new one, never half of a key. */
export async function writePrivate(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
