import { createPublicKey, generateKeyPair, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installation, type KeepSecret } from '@card-gateway/sandbox/installation';

/** Where to keep the data, and where the gateway finds the sandbox. */
export interface PrepareOptions {
  readonly folder: string;
  /** Folder for the sandbox's own secrets, if it may not see the gateway's; default the same folder. */
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
 * Writes accounts on the sandbox, the matching sandbox configuration and their secrets. Secrets are created once and kept,
 * because database contents are sealed with them; both configurations are derived from the secrets and the sandbox's address,
 * and rewritten when they differ.
 */
export async function prepare(options: PrepareOptions): Promise<Prepared> {
  const { folder, sandboxFolder = folder, sandboxUrl, gatewayUrl } = options;
  const secrets = await secretsFolder(folder);
  const sandboxSecrets = await secretsFolder(sandboxFolder);
  const keep = (name: string, make: () => string | Promise<string>): Promise<string> =>
    keepSecret(join(secrets, name), make);

  // The id is specific to this installation too, because people could not tell apart two keys with the same id.
  const keyList = (): string => `${randomBytes(4).toString('hex')}:${randomBytes(32).toString('base64')}`;
  await Promise.all([keep('sealing-keys', keyList), keep('fingerprint-keys', keyList)]);

  const text = (name: string): Promise<string> => keep(name, () => randomBytes(16).toString('hex'));
  const keyPair: KeepSecret['keyPair'] = async (name, owner) => {
    const [privateFolder, publicFolder] = owner === 'gateway' ? [secrets, sandboxSecrets] : [sandboxSecrets, secrets];
    await keepKeyPair(name, { privateFolder, publicFolder });
    return `secrets/${name}-${owner === 'sandbox' ? 'private' : 'public'}-key.pem`;
  };
  const file = (name: string): { file: string } => ({ file: `secrets/${name}` });
  const place = { url: sandboxUrl, folder: sandboxFolder };
  const { settings, accounts } = await installation({ text, keyPair }, place, file);

  const entries: Record<string, object> = {};
  const targets: Record<string, string> = {};
  for (const { name, provider, callbacks, merchant, authorization, undocumented, ...account } of accounts) {
    const secretPath = `${name}-callback-path`;
    entries[name] = {
      provider,
      sandbox: true,
      ...(callbacks === 'unsigned' && { callbacks: { secretPath: file(secretPath) } }),
      ...(authorization !== undefined && { authorization }),
      settings: { ...account.settings, ...undocumented },
    };
    if (callbacks === null) continue;
    const url = `${gatewayUrl}/callbacks/${name}`;
    targets[merchant === undefined ? provider : `${provider}/${merchant}`] =
      callbacks === 'signed' ? url : `${url}/${await text(secretPath)}`;
  }
  await writeConfiguration(join(folder, 'accounts.json'), entries);
  // The database keeps the sandbox's cards, so the sandbox must still know them after a restart.
  await writeConfiguration(join(sandboxFolder, 'sandbox.json'), {
    stateFile: 'sandbox-state.json',
    callbacks: { targets },
    ...settings,
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
  // The folder itself stays accessible: PostgreSQL, which may run as another account, keeps its data below it.
  await mkdir(secrets, { recursive: true });
  await chmod(secrets, 0o700);
  return secrets;
}

/** The secret in a file, created first if there is none. */
export async function keepSecret(path: string, make: () => string | Promise<string>): Promise<string> {
  const kept = await contents(path);
  if (kept !== null) return kept;
  const made = await make();
  await writePrivate(path, made);
  return made;
}

/** An RSA key pair as PEM. The public half is derived each time, so the two always match. */
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

/** Writes to a temporary file first, so that a crash leaves the old file or the new one, never half a key. */
export async function writePrivate(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
