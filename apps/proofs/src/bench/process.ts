import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, truncate } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '@card-gateway/database/embedded';

/** A Node program to start. */
export interface Program {
  readonly name: string;
  /** Arguments of Node. */
  readonly words: (port: number) => readonly string[];
  readonly folder: string;
  readonly environment: (port: number) => NodeJS.ProcessEnv;
  /** File that receives its output. */
  readonly log: string;
}

export interface Running {
  readonly name: string;
  readonly port: number;
  /** From spawn to the first accepted connection. */
  readonly startedInMs: number;
  usage(): Promise<Usage>;
  /** Truncates the log, because a run writes gigabytes. */
  clearLog(): Promise<void>;
  /** @param signal default SIGKILL */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Resources that a process has used so far; null on other systems than Linux. */
export interface Usage {
  readonly cpuMicros: number | null;
  readonly residentBytes: number | null;
  /** The most it ever had resident. */
  readonly mostResidentBytes: number | null;
}

/** Starts a program and waits until it accepts a connection. @throws with the end of its log if it exits instead */
export async function start(program: Program): Promise<Running> {
  const port = await freePort();
  const log = await open(program.log, 'a');
  const started = performance.now();
  const child = spawn(process.execPath, program.words(port), {
    cwd: program.folder,
    env: { NODE_ENV: 'production', ...program.environment(port) },
    stdio: ['ignore', log.fd, log.fd],
  });
  const killAtExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  await log.close();
  while (!(await takesConnections(port))) {
    if (child.exitCode !== null || child.signalCode !== null) {
      const lines = (await readFile(program.log, 'utf8')).trimEnd().split('\n');
      throw new Error(`${program.name} did not start:\n${lines.slice(-20).join('\n')}`);
    }
    await wait(2);
  }
  return {
    name: program.name,
    port,
    startedInMs: performance.now() - started,
    usage: () => usageOf(child),
    clearLog: () => truncate(program.log),
    stop: async (signal = 'SIGKILL') => {
      process.off('exit', killAtExit);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  }).finally(() => socket.destroy());
}

/** Linux counts CPU time in hundredths of a second on every architecture (proc_pid_stat(5), USER_HZ). */
const microsPerTick = 10_000;

async function usageOf({ pid }: ChildProcess): Promise<Usage> {
  if (process.platform !== 'linux') return { cpuMicros: null, residentBytes: null, mostResidentBytes: null };
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]);
  // The command name, in parentheses, may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
  return {
    cpuMicros: (user + system) * microsPerTick,
    residentBytes: bytes('VmRSS'),
    mostResidentBytes: bytes('VmHWM'),
  };
}

/**
 * Starts the program of this folder that plays the provider.
 *
 * @param settings what it is told beside its port
 * @param undo stops it
 */
export async function startProvider(
  file: string,
  settings: Readonly<Record<string, unknown>>,
  folder: string,
  undo: AsyncDisposableStack,
): Promise<Running> {
  const provider = await start({
    name: 'provider',
    words: (port) => [join(import.meta.dirname, file), JSON.stringify({ port, ...settings })],
    folder,
    environment: () => ({}),
    log: join(folder, 'provider.log'),
  });
  undo.defer(() => provider.stop());
  return provider;
}
