import { UsageError } from './command-line.ts';

/**
 * Runs a proof from its command line, until its end or Ctrl-C; either way it cleans up. The process exits with 0 if the promise
 * holds, with 1 if it does not, and with 2 for an invalid command line.
 *
 * @param run returns whether it held; `say` prints a line with the elapsed time
 */
export async function runProof<Options>(
  readOptions: (words: readonly string[]) => Options,
  run: (options: Options, signal: AbortSignal, say: (line: string) => void) => Promise<boolean>,
): Promise<void> {
  const stop = new AbortController();
  const started = performance.now();
  const say = (line: string): void => {
    const seconds = ((performance.now() - started) / 1000).toFixed(0).padStart(5);
    process.stdout.write(`${seconds} s ${line}\n`);
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      say(`${name}: taking everything down`);
      stop.abort();
    });
  }
  try {
    process.exitCode = (await run(readOptions(process.argv.slice(2)), stop.signal, say)) ? 0 : 1;
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 2;
    } else if (stop.signal.aborted) process.exitCode = 130;
    else throw error;
  }
}
