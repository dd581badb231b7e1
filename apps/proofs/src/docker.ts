import { UsageError } from './command-line.ts';
import { makeClones } from './docker/clones.ts';
import { run } from './docker/command.ts';
import { removeImages } from './docker/image.ts';
import { readOptions, type VerifyOptions } from './docker/options.ts';
import { createReport, tableOf } from './docker/report.ts';
import { tag, verify } from './docker/verify.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** `pnpm docker:verify`: follows the README's Docker section on a real engine, with clones of this repository. */
async function main({ previous, port }: VerifyOptions): Promise<number> {
  const versions = await engineVersions();
  if (versions === null) return 1;
  const clones = await makeClones(previous);
  const report = createReport(say);
  try {
    say(`${versions}\nof: ${clones.names.current}\nupgraded from: ${clones.names.previous}`);
    if (!clones.isClean) say('Changes that are not committed are not verified.');
    await verify(clones, port, report);
    say(`\n${versions}\n\n${tableOf(report.rows)}\n\nGOOD`);
    return 0;
  } catch (error) {
    say(`\n${tableOf(report.rows)}\n\nFAILED: ${(error as Error).message}`);
    return 1;
  } finally {
    await removeImages(tag, clones.current);
    await clones.remove();
  }
}

/** Null, after printing why, if verification is not possible here. */
async function engineVersions(): Promise<string | null> {
  const folder = process.cwd();
  try {
    const engine = await run('docker', ['version', '--format', '{{.Server.Version}}'], { folder });
    const compose = await run('docker', ['compose', 'version', '--short'], { folder });
    return `Docker Engine ${engine.trim()}, Compose ${compose.trim()}`;
  } catch (error) {
    say(`Nothing was verified: there is no Docker Engine with Compose at hand.\n${(error as Error).message}`);
    return null;
  }
}

try {
  process.exitCode = await main(readOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
