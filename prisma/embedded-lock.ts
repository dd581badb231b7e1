import { execFile } from 'node:child_process';
import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Stops a server that still holds a data folder because its starter was killed. After a restart of the machine a leftover lock
 * may name any other process: that one is left alone, and the lock is removed.
 *
 * @param stop asks the server of this folder to end, and waits until it has
 */
export async function stopLeftOver(dataFolder: string, stop: () => Promise<unknown>): Promise<void> {
  const lock = join(dataFolder, 'postmaster.pid');
  const [first = ''] = (await readFile(lock, 'utf8').catch(() => '')).split('\n');
  const pid = /^\d+$/.test(first) ? Number(first) : null;
  if (pid !== null && (await isServerOf(dataFolder, pid))) await stop().catch(() => undefined);
  if (pid === null || !(await isServerOf(dataFolder, pid))) await rm(lock, { force: true });
}

/** Whether a process is a PostgreSQL server with this data: it works in its data folder. */
async function isServerOf(dataFolder: string, pid: number): Promise<boolean> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(dataFolder));
  } catch {
    // There is no such process, it is another user's, or this is no Linux.
    const { stdout } = await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
    return stdout.includes('postgres') && stdout.includes(dataFolder);
  }
}
