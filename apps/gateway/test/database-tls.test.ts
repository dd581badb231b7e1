import { chown, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '@card-gateway/database';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@card-gateway/database/embedded';
import { temporaryFolder } from '@card-gateway/database/embedded-folder';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ConfigError, readSettings } from '../src/config.ts';
import { databaseFault } from '../src/database-fault.ts';
import { tlsFiles } from './setup/tls.ts';

let folder: string;
let server: EmbeddedPostgres;
const file = (name: keyof typeof tlsFiles): string => join(folder, name);

beforeAll(async () => {
  folder = temporaryFolder('tls');
  await mkdir(folder);
  const dataFolder = join(folder, 'data');
  await (await startEmbeddedPostgres({ dataFolder })).stop();
  for (const [name, text] of Object.entries(tlsFiles)) await writeFile(join(folder, name), text, { mode: 0o600 });
  const { uid, gid } = await stat(dataFolder);
  for (const path of [file('server.key'), file('server.crt')]) await chown(path, uid, gid);
  const settings = { ssl: 'on', ssl_cert_file: file('server.crt'), ssl_key_file: file('server.key'), fsync: 'off' };
  server = await startEmbeddedPostgres({ dataFolder, settings });
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

function urlWith(host: string, parameters: Record<string, string>): string {
  const url = new URL(server.url);
  url.hostname = host;
  url.search = new URLSearchParams(parameters).toString();
  return url.href;
}

/** Whether the connection is encrypted, or why there is none. */
async function connect(host: string, parameters: Record<string, string>): Promise<boolean | string | null> {
  const { DATABASE_URL } = readSettings(['DATABASE_URL'], { DATABASE_URL: urlWith(host, parameters) });
  const pool = openDatabase(DATABASE_URL, { connections: 1, connectTimeoutMs: 5000, statementTimeoutMs: 5000 });
  try {
    const ask = { name: 'ssl', text: 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()' };
    // The second time it is neither prepared nor described.
    await pool.query(ask);
    const { rows } = await pool.query<{ ssl: boolean }>(ask);
    return rows[0]?.ssl ?? null;
  } catch (error) {
    return databaseFault(error as Error);
  } finally {
    await pool.end();
  }
}

test('verify-full takes a server whose certificate is for its name and signed by the CA, and no other', async () => {
  const verified = { sslmode: 'verify-full', sslrootcert: file('ca.crt') };
  expect(await connect('localhost', verified)).toBe(true);
  expect(await connect('127.0.0.1', verified)).toMatch(/not in the cert's list.*connect by the name that stands in it/);
  expect(await connect('localhost', { sslmode: 'verify-full' })).toMatch(/name the file of its CA with sslrootcert/);
});

test('without verification it is encrypted to whomever, and without a mode not at all', async () => {
  expect(await connect('localhost', { sslmode: 'no-verify' })).toBe(true);
  expect(await connect('localhost', {})).toBe(false);
});

test.each<[Record<string, string>, RegExp]>([
  [{ sslmode: 'verify' }, /^DATABASE_URL: expected as sslmode one of disable, .*verify-full\. /],
  [
    { sslmode: 'verify-full', sslrootcert: '/nothing/ca.crt' },
    /^DATABASE_URL: expected a file as sslrootcert: there is no file \/nothing\/ca\.crt\. /,
  ],
  [{ sslmode: 'verify-full', sslcert: '/', sslkey: '/' }, /^DATABASE_URL: expected a file as sslcert: \/ is a folder/],
])('%j is refused before anybody connects', (parameters, fault) => {
  let faults: readonly string[] = [];
  try {
    readSettings(['DATABASE_URL'], { DATABASE_URL: urlWith('localhost', parameters) });
  } catch (error) {
    ({ faults } = error as ConfigError);
  }
  expect(faults[0]).toMatch(fault);
});
