import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** A failed program, with the last lines of its output. */
export class CommandError extends Error {
  constructor(command: string, how: string, output: string) {
    const lines = output.trimEnd().split('\n').slice(-30);
    super([`"${command}" ended with ${how}:`, ...lines].join('\n'));
    this.name = 'CommandError';
  }
}

/** Runs a program and returns its standard output. @throws CommandError */
export async function run(
  command: string,
  words: readonly string[],
  options: { readonly folder: string },
): Promise<string> {
  const child = spawn(command, words, { cwd: options.folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const ended = once(child, 'close') as Promise<[number | null, string | null]>;
  const [[code, signal], [stdout, stderr]] = await Promise.all([ended, output]);
  if (code === 0) return stdout;
  throw new CommandError([command, ...words].join(' '), `${signal ?? code}`, `${stdout}\n${stderr}`);
}
