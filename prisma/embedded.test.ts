import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chown, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EmbeddedError, startEmbeddedPostgres } from './embedded.ts';
import { didNotStart } from './embedded-error.ts';
import { temporaryFolder } from './embedded-folder.ts';

let folder: string;
let dataFolder: string;
beforeAll(async () => {
  folder = temporaryFolder('embedded');
  await mkdir(folder);
  dataFolder = `${folder}-data`;
});
afterAll(async () => {
  for (const name of await readdir(dirname(folder))) {
    const path = join(dirname(folder), name);
    if (path.startsWith(folder)) await rm(path, { recursive: true, force: true });
  }
});

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

const start = () => startEmbeddedPostgres({ dataFolder, settings: { fsync: 'off' } });

/** Starts the server from a separate process, and prints its address. */
async function startElsewhere(): Promise<{ child: ChildProcess; url: string }> {
  const module = new URL('embedded.ts', import.meta.url).href;
  const script = `import { startEmbeddedPostgres } from '${module}';
    const { ownerUrl } = await startEmbeddedPostgres({ dataFolder: process.argv[1], settings: { fsync: 'off' } });
    process.stdout.write(ownerUrl);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, dataFolder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, url: url.toString() };
}

describe('an embedded server', () => {
  test('keeps its data and its password over a stop, and is gone after it', async () => {
    const first = await start();
    await query(first.ownerUrl, 'CREATE TABLE kept (x integer)');
    await query(first.ownerUrl, 'INSERT INTO kept VALUES (7)');
    await first.stop();
    await expect(query(first.url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const second = await start();
    expect(await query(second.ownerUrl, 'SELECT x FROM kept')).toEqual([{ x: 7 }]);
    for (const role of ['url', 'ownerUrl', 'superuserUrl'] as const) {
      expect(new URL(second[role]).password).toBe(new URL(first[role]).password);
    }
    const passwords = [second.url, second.ownerUrl, second.superuserUrl].map((url) => new URL(url).password);
    expect(new Set(passwords).size).toBe(3);
    await second.stop();
    await second.stop();
    expect(await second.ended).toBe('with exit code 0');
  });

  test('that ends by itself is known to have', async () => {
    const server = await start();
    const [postmaster] = (await readFile(join(server.dataFolder, 'postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(postmaster), 'SIGKILL');
    expect(await server.ended).toBe('by SIGKILL');
    await server.stop();
  });

  test('takes only its own password, which nobody else may read', async () => {
    const server = await start();
    const url = new URL(server.url);
    url.password = 'guess';
    await expect(query(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect((await stat(`${server.dataFolder}.password`)).mode & 0o077).toBe(0);
    expect((await stat(server.dataFolder)).mode & 0o077).toBe(0);
    await server.stop();
  });

  test('listens on this machine alone, and takes its settings', async () => {
    const server = await start();
    expect(new URL(server.url).hostname).toBe('127.0.0.1');
    expect(await query(server.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await query(server.url, 'SHOW fsync')).toEqual([{ fsync: 'off' }]);
    await server.stop();
  });

  test('that is started anew where one runs takes its place', async () => {
    const first = await start();
    await query(first.ownerUrl, 'INSERT INTO kept VALUES (8)');
    const second = await start();
    expect(await query(second.ownerUrl, 'SELECT x FROM kept ORDER BY x')).toEqual([{ x: 7 }, { x: 8 }]);
    await expect(query(first.url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await first.stop();
    await second.stop();
  });

  test('that was left over by a killed process is stopped first', async () => {
    const { child, url } = await startElsewhere();
    await query(url, 'INSERT INTO kept VALUES (9)');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await query(url, 'SELECT 1 AS alive')).toEqual([{ alive: 1 }]);
    const server = await start();
    expect(await query(server.ownerUrl, 'SELECT x FROM kept ORDER BY x')).toEqual([{ x: 7 }, { x: 8 }, { x: 9 }]);
    await server.stop();
  });

  test('is not taken for the process that has the number of a lock from before a restart of the machine', async () => {
    await (await start()).stop();
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(other, 'spawn');
    await writeFile(join(dataFolder, 'postmaster.pid'), `${other.pid}\n${dataFolder}\n1700000000\n5432\n\n127.0.0.1\n`);
    const server = await start();
    expect(await query(server.ownerUrl, 'SELECT count(*)::int AS rows FROM kept')).toEqual([{ rows: 3 }]);
    expect([other.exitCode, other.signalCode]).toEqual([null, null]);
    other.kill('SIGKILL');
    await server.stop();
  });

  test.each(['', 'no number\n'])('starts with a lock that holds %j', async (text) => {
    await writeFile(join(dataFolder, 'postmaster.pid'), text);
    const server = await start();
    expect(await query(server.ownerUrl, 'SELECT count(*)::int AS rows FROM kept')).toEqual([{ rows: 3 }]);
    await server.stop();
  });

  test('whose password is gone says so, and how to mend it', async () => {
    const file = `${dataFolder}.password`;
    const password = await readFile(file, 'utf8');
    await rm(file);
    const failing = start();
    await expect(failing).rejects.toThrow(EmbeddedError);
    await expect(failing).rejects.toThrow(`${file} is gone, or cannot be read`);
    await expect(failing).rejects.toThrow('Put the file back; or remove');
    await writeFile(file, password, { mode: 0o600 });
    await (await start()).stop();
  });

  test.each([
    ['gone', async (file: string) => rm(file)],
    ['broken', async (file: string) => writeFile(file, 'x'.repeat(8192))],
    ['empty', async (file: string) => writeFile(file, '')],
  ])('whose control file is %s says so, and how to mend it', async (_how, damage) => {
    const file = join(dataFolder, 'global', 'pg_control');
    const control = await readFile(file);
    await damage(file);
    const failing = start();
    await expect(failing).rejects.toThrow(EmbeddedError);
    await expect(failing).rejects.toThrow(`Files of the database in ${dataFolder} are damaged or gone.`);
    await writeFile(file, control);
    const { uid, gid } = await stat(dataFolder);
    await chown(file, uid, gid);
    await (await start()).stop();
  });

  test.each([
    ['FATAL:  could not write lock file "postmaster.pid": No space left on device', 'The disk is full'],
    ['FATAL:  lock file "postmaster.pid" already exists', 'Another PostgreSQL runs with the data in /data'],
    ['FATAL:  data directory "/data" has group or world access', 'Give /data back to the user'],
  ])('that says %j is mended so', (line, mend) => {
    expect(didNotStart([line], '/data').message).toContain(`\n\n${mend}`);
  });

  test('that cannot start says why', async () => {
    const failing = startEmbeddedPostgres({ dataFolder, settings: { max_connections: 'many' } });
    await expect(failing).rejects.toThrow(/PostgreSQL did not start:[^]*max_connections/);
  });
});

describe.runIf(process.getuid?.() === 0)('under root, below a folder that other accounts may not enter', () => {
  let privateFolder: string;
  let wanted: string;
  let substitute: string;
  beforeEach(async () => {
    privateFolder = await mkdtemp('/var/tmp/card-gateway-embedded-private-');
    wanted = join(privateFolder, 'postgres');
    substitute = `/var/tmp/card-gateway-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`;
  });
  afterEach(async () => {
    await rm(substitute, { recursive: true, force: true });
    await rm(privateFolder, { recursive: true });
  });
  const startThere = () => startEmbeddedPostgres({ dataFolder: wanted, settings: { fsync: 'off' } });
  const refusal = () => `${substitute} must be a folder, not a link, that is owned by this user`;

  test('the data is under /var/tmp, which the server tells', async () => {
    const server = await startThere();
    await server.stop();
    expect(server.dataFolder).toBe(join(substitute, 'data'));
    expect((await lstat(substitute)).uid).toBe(0);
    expect((await lstat(server.dataFolder)).uid).not.toBe(0);
  });

  test('a folder of another account there is refused', async () => {
    await mkdir(substitute);
    await chown(substitute, 65_534, 65_534);
    await expect(startThere()).rejects.toThrow(refusal());
    expect(await readdir(substitute)).toEqual([]);
  });

  test('a link there is refused, to whomever its target belongs', async () => {
    await symlink(privateFolder, substitute);
    await expect(startThere()).rejects.toThrow(refusal());
    expect(await readdir(privateFolder)).toEqual([]);
  });
});
