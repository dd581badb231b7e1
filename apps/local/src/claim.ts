import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type ListenOptions } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { StartError } from './start-error.ts';

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

/** An address to listen on, and the variables that configure its parts. */
export interface Wanted {
  readonly port: string;
  readonly portSetting: string;
  readonly host: string;
  /** Undefined if no variable configures it. */
  readonly hostSetting?: string;
}

/**
 * Ports that are free now: the requested ones, or any for 0.
 *
 * @throws StartError with the fault of each
 */
export async function claimPorts<const All extends readonly Wanted[]>(
  wanted: All,
): Promise<{ -readonly [Index in keyof All]: number }> {
  const claimed = await Promise.allSettled(wanted.map(claimPort));
  const faults = claimed.flatMap(({ status, ...rest }) =>
    status === 'rejected' && 'reason' in rest ? [rest.reason] : [],
  );
  const other = faults.find((fault) => !(fault instanceof StartError));
  if (other !== undefined) throw other;
  if (faults.length > 0) throw new StartError(faults.map((fault) => (fault as StartError).message).join('\n'));
  return claimed.map((one) => (one.status === 'fulfilled' ? one.value : 0)) as {
    -readonly [Index in keyof All]: number;
  };
}

async function claimPort(wanted: Wanted): Promise<number> {
  const { portSetting, host } = wanted;
  const port = Number(wanted.port);
  if (!/^\d+$/.test(wanted.port) || port > 65_535) {
    throw new StartError(`${portSetting} is "${wanted.port}"; expected a whole number from 0 to 65535.`);
  }
  const server = createServer();
  try {
    await listen(server, { port, host });
  } catch (error) {
    const fault = listenFault((error as NodeJS.ErrnoException).code ?? '', port, wanted);
    throw fault === null ? error : new StartError(fault);
  }
  const { port: free } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return free;
}

/** Why listening fails, by Node's code; null if the settings are not at fault. */
export function listenFault(code: string, port: number, { portSetting, host, hostSetting }: Wanted): string | null {
  if (code === 'EADDRINUSE') {
    return `${portSetting}: port ${port} is in use. Take another, e.g. ${portSetting}=${port < 65_535 ? port + 1 : 8080}, or 0 for any free one.`;
  }
  if (code === 'EACCES') {
    return `${portSetting}: this user may not listen on port ${port}. Take one from 1024 on, e.g. ${portSetting}=8080.`;
  }
  if (hostSetting === undefined) return null;
  if (code !== 'EADDRNOTAVAIL' && code !== 'ENOTFOUND' && code !== 'EAI_AGAIN' && code !== 'EINVAL') return null;
  const own = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address));
  return `${hostSetting}: "${host}" is no address of this machine. Expected one of ${['0.0.0.0', '::', ...new Set(own)].join(', ')}.`;
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
