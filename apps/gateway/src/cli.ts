import { runCommandLine } from './command-line.ts';
import { environment } from './config.ts';

// Node ignores an output that could not be written: a new key would be lost although the command succeeded.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  console.error(`The answer could not be written to standard output (${error.code}).`);
  process.exitCode = 1;
});

const isWell = await runCommandLine(process.argv.slice(2), {
  environment,
  print: (line) => console.log(line),
  remark: (line) => console.error(line),
});
if (!isWell) process.exitCode = 1;
