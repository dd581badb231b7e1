import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, renameSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const stopWithLauncher = new URL('stop-with-launcher.ts', import.meta.url).href;

export interface ChildOptions {
  readonly name: string;
  /** Path of its entry point in the repository. */
  readonly entry: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Rewritten at each start, keeping the previous file beside it. Without one the child writes to this process's terminal. */
  readonly logFile?: string;
}

/** An application of this repository in its own process. */
export interface Child {
  readonly name: string;
  readonly logFile: string | null;
  readonly process: ChildProcess;
  readonly ended: Promise<void>;
  /** Asks it to close and waits for its end. */
  stop(): Promise<void>;
}

/** Starts an application as a child that never outlives this process. */
export function startChild(options: ChildOptions): Child {
  const { name, entry, environment, logFile = null } = options;
  const output = logFile === null ? 'inherit' : openLog(logFile);
  const child = spawn(process.execPath, ['--import', stopWithLauncher, entry], {
    cwd: repository,
    env: environment,
    stdio: ['ignore', output, output, 'ipc'],
    // Its own process group: Ctrl-C reaches only the launcher, which stops everything in order.
    detached: true,
  });
  if (output !== 'inherit') closeSync(output);
  const ended = once(child, 'exit').then(() => undefined);
  return {
    name,
    logFile,
    process: child,
    ended,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Opens a new log and keeps the previous one as `<name>.1`, because it may say why that run ended. */
function openLog(logFile: string): number {
  if (existsSync(logFile)) renameSync(logFile, `${logFile}.1`);
  return openSync(logFile, 'w', 0o600);
}

/** The message for a child that ended unasked. */
export async function lastWords({ name, logFile, process: child }: Child): Promise<string> {
  const how = child.signalCode === null ? `with exit code ${child.exitCode}` : `by ${child.signalCode}`;
  if (logFile === null) return `The ${name} ended ${how}.`;
  const lines = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-20);
  return [`The ${name} ended ${how}. The end of its log ${logFile}:`, '', ...lines].join('\n');
}

export function hasEnded({ process: child }: Child): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
