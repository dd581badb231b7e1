import { runCommandLine } from './command-line.ts';
import { environment } from './config.ts';

const ending = new AbortController();
let isEndless = false;

// Node ignores an output that could not be written: a new key would be lost although the command succeeded.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader such as `head` that has seen enough of a command without an end ends it.
  if (isEndless && error.code === 'EPIPE') process.exit();
  console.error(`The answer could not be written to standard output (${error.code}).`);
  process.exitCode = 1;
  // At once: it would go on with what cannot be written, and tell a place behind that.
  if (isEndless) process.exit();
});

const isWell = await runCommandLine(process.argv.slice(2), {
  environment,
  print: (line) => console.log(line),
  remark: (line) => console.error(line),
  untilInterrupted: () => {
    isEndless = true;
    // Once: whoever does not want to wait for the end interrupts again.
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort());
    return ending.signal;
  },
});
if (!isWell) process.exitCode = 1;
