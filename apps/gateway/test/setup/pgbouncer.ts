import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '@card-gateway/database/embedded';

/** Debian puts it where only root looks. */
const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];

/** The real PgBouncer; null on a machine that has none. */
export const pgbouncer =
  folders
    .map((folder) => join(folder, 'pgbouncer'))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    }) ?? null;

export type PoolMode = 'session' | 'transaction' | 'statement';

export interface PgBouncer {
  /** A connection string led through it. */
  through(url: string): string;
  stop(): Promise<void>;
}

/** Starts PgBouncer, as it is but for its mode, before the server of these connection strings. */
export async function startPgBouncer(mode: PoolMode, urls: readonly string[]): Promise<PgBouncer> {
  if (pgbouncer === null) throw new Error('This machine has no PgBouncer.');
  const folder = await mkdtemp('/var/tmp/card-gateway-pgbouncer-');
  const { hostname, port: serverPort } = new URL(urls[0] ?? '');
  const port = await freePort();
  const users = urls.map((url) => new URL(url)).map(({ username, password }) => `"${username}" "${password}"`);
  await writeFile(join(folder, 'users.txt'), `${[...new Set(users)].join('\n')}\n`);
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    [
      '[databases]',
      `* = host=${hostname} port=${serverPort}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = scram-sha-256',
      `auth_file = ${join(folder, 'users.txt')}`,
      `pool_mode = ${mode}`,
    ].join('\n'),
  );
  // It refuses to be root.
  const as = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  if (as.uid !== undefined) await chown(folder, as.uid, as.gid);
  const child = spawn(pgbouncer, [join(folder, 'pgbouncer.ini')], {
    ...as,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line);
    if (line.includes('process up')) break;
  }
  child.stderr.resume();
  if (child.exitCode !== null) throw new Error(`PgBouncer did not start:\n${lines.join('\n')}`);
  return {
    through: (url) => {
      const led = new URL(url);
      led.host = `127.0.0.1:${port}`;
      return led.href;
    },
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      await rm(folder, { recursive: true });
    },
  };
}
