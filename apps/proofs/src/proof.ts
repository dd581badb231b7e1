import { UsageError } from './command-line.ts';

/**
 * Runs a proof from its command line, until its end or until Ctrl-C: in both cases it takes everything down again. The process
 * ends with 0 when what is promised holds, with 1 when it does not, with 2 when the call cannot be carried out.
 *
 * @param run gives whether it held; `say` writes a line with the time that has passed
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
