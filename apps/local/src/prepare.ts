import { createHash, createPublicKey, generateKeyPair, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installation, type KeepSecret } from '@card-gateway/sandbox/installation';
import { StartError } from './start-error.ts';

/** Where to keep the data, and where the gateway finds the sandbox. */
export interface PrepareOptions {
  readonly folder: string;
  /** Folder for the sandbox's own secrets, if it may not see the gateway's; default the same folder. */
  readonly sandboxFolder?: string;
  /** Address of the sandbox without a path, e.g. `http://127.0.0.1:8090`. */
  readonly sandboxUrl: string;
  /** Address of the gateway as the sandbox reaches it, for the callbacks of the providers. */
  readonly gatewayUrl: string;
  /** Receives notes for the operator that need no action. */
  readonly remark?: (line: string) => void;
}

/** Files that the gateway and the sandbox are started with. */
export interface Prepared {
  readonly accountsFile: string;
  readonly sandboxFile: string;
  readonly sealingKeysFile: string;
  readonly fingerprintKeysFile: string;
}

const generatePair = promisify(generateKeyPair);

/** Files that show that a folder has been prepared before, and that a database may contain data sealed with its keys. */
const signsOfUse = ['accounts.json', 'database-url', 'secrets/database-url'];

/**
 * Writes accounts on the sandbox, the matching sandbox configuration and their secrets. Secrets are created once and kept,
 * because database contents are sealed with them; both configurations are derived from the secrets and the sandbox's address,
 * and rewritten when they differ.
 *
 * @throws StartError if a key that the database needs is gone, or if someone else changed a configuration
 */
export async function prepare(options: PrepareOptions): Promise<Prepared> {
  const { folder, sandboxFolder = folder, sandboxUrl, gatewayUrl, remark } = options;
  await requireKeys(folder);
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
  await writeConfiguration(join(folder, 'accounts.json'), entries, { setting: 'GATEWAY_ACCOUNTS', remark });
  // The database keeps the sandbox's cards, so the sandbox must still know them after a restart.
  const sandboxSettings = { stateFile: 'sandbox-state.json', callbacks: { targets }, ...settings };
  await writeConfiguration(join(sandboxFolder, 'sandbox.json'), sandboxSettings, { setting: 'SANDBOX_CONFIG', remark });

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
  const publicKey = publicHalfOf(privateKey, join(folders.privateFolder, `${name}-private-key.pem`));
  await writeWhenDifferent(join(folders.publicFolder, `${name}-public-key.pem`), publicKey);
}

function publicHalfOf(privateKey: string, path: string): string {
  try {
    return createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }) as string;
  } catch {
    throw new StartError(
      `${path} is no private key in PEM. Put the file back, or remove it: then another pair is made.`,
    );
  }
}

/** @throws StartError if a key list is missing from a folder in use */
async function requireKeys(folder: string): Promise<void> {
  const used = await Promise.all(signsOfUse.map((name) => contents(join(folder, name))));
  if (used.every((text) => text === null)) return;
  for (const name of ['sealing-keys', 'fingerprint-keys']) {
    const file = join(folder, 'secrets', name);
    if ((await contents(file)) !== null) continue;
    throw new StartError(
      `${file} is gone, and what the database holds cannot be ${name === 'sealing-keys' ? 'opened' : 'found'} without the key in it. ` +
        `Put the file back. To begin anew without that data, remove all of ${folder}, and the database with it.`,
    );
  }
}

/**
 * Writes a derived configuration unless someone else has changed it; a digest of what was last written is stored beside it.
 *
 * @throws StartError if it was edited or is damaged
 */
async function writeConfiguration(
  path: string,
  value: object,
  { setting, remark }: { readonly setting: string; readonly remark: PrepareOptions['remark'] },
): Promise<void> {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  const found = await contents(path);
  if (found !== null && found !== text) {
    const written = await contents(`${path}.sha256`);
    if (written === null) {
      // From a version that stored no digest: it may have been edited.
      await writePrivate(`${path}.before`, found);
      remark?.(`${path} is written anew; what was in it is kept as ${path}.before.`);
    } else if (!written.split('\n').includes(digestOf(found))) {
      throw new StartError(
        `${path} was edited, or is damaged: it is not as it was written here, and would be written anew. To keep what is in it, ` +
          `rename it within its folder and start with ${setting}=<its path>. To have it made anew, remove it.`,
      );
    }
    // Until the new text is there, the one found is ours too: writing may be interrupted.
    await writePrivate(`${path}.sha256`, `${digestOf(found)}\n${digestOf(text)}`);
  }
  await writeWhenDifferent(path, text);
  await writeWhenDifferent(`${path}.sha256`, digestOf(text));
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

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
