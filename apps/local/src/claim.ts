import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type ListenOptions } from 'node:net';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';

/** A problem that the person at the terminal can fix; shown without a stack. */
export class StartError extends Error {}

/**
 * Reserves the data folder for this process, because a second start would stop the first one's PostgreSQL. A socket instead of
 * a pid file: it is released however its holder ended.
 */
export async function claimFolder(folder: string): Promise<void> {
  // Relative, because a socket path has a short maximum length.
  const path = relative(process.cwd(), join(folder, 'start.socket'));
  const holder = await holderOf(path);
  if (holder !== null)
    throw new StartError(`It is already running with the data in ${folder}. Stop it: kill ${holder}`);
  await rm(path, { force: true });
  const server = createServer((socket) => socket.end(String(process.pid))).unref();
  await listen(server, { path });
}

/** A port that is free now: the requested one, or any for 0. `setting` is the variable that names it. */
export async function claimPort(setting: string, wanted: string, host: string): Promise<number> {
  const port = Number(wanted);
  if (!/^\d+$/.test(wanted) || port > 65_535) {
    throw new StartError(`${setting} is "${wanted}"; expected a whole number from 0 to 65535.`);
  }
  const server = createServer();
  try {
    await listen(server, { port, host });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new StartError(`Port ${port} is in use. Take another, e.g. ${setting}=${port + 1}, or 0 for any free one.`);
  }
  const { port: free } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return free;
}

async function listen(server: ReturnType<typeof createServer>, options: ListenOptions): Promise<void> {
  server.listen(options);
  await once(server, 'listening');
}

/** The process id that the socket's holder answers with. */
async function holderOf(path: string): Promise<string | null> {
  try {
    return await text(connect(path));
  } catch {
    return null;
  }
}
