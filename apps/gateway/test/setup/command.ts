import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runCommandLine } from '../../src/command-line.ts';
import { compileCache } from './compile-cache.ts';

export const cli: string = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

/** The result of a command line. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
export type Environment = Readonly<Record<string, string>>;

/** Runs a command line as its process does, in this one: most of a command's time is the start of its process. */
export async function runCommand(
  words: readonly string[],
  environment: Environment,
  signal: AbortSignal = new AbortController().signal,
): Promise<Run> {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const isWell = await runCommandLine(words, {
    environment,
    print: (line) => void stdout.push(`${line}\n`),
    remark: (line) => void stderr.push(`${line}\n`),
    untilInterrupted: () => signal,
  });
  return { code: isWell ? 0 : 1, stdout: stdout.join(''), stderr: stderr.join('') };
}

/** Runs a command line as an operator does, in a process of its own. */
export async function runCommandProcess(words: readonly string[], environment: Environment): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...words], { env: { ...compileCache, ...environment } }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}
