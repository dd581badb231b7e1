import { randomInt } from 'node:crypto';
import { type ChaosOptions, readOptions, UsageError } from './chaos/options.ts';
import { isGood, reportText } from './chaos/report.ts';
import { runChaos } from './chaos/run.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Runs until the end or until Ctrl-C, and takes everything down again in both cases. */
async function main(options: ChaosOptions): Promise<number> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      say(`${name}: taking everything down`);
      stop.abort();
    });
  }
  const started = performance.now();
  const progress = (line: string): void => say(`${seconds(performance.now() - started)} ${line}`);
  say(`chaos for ${options.minutes} min, seed ${options.seed}`);
  try {
    const report = await runChaos(options, stop.signal, progress);
    say(reportText(report));
    return isGood(report) ? 0 : 1;
  } catch (error) {
    if (stop.signal.aborted) return 130;
    throw error;
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(0).padStart(5)} s`;

try {
  process.exitCode = await main(readOptions(process.argv.slice(2), () => randomInt(2 ** 32)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
