import { benchEvents, readOptions } from './bench/events.ts';
import { runProof } from './proof.ts';

await runProof(readOptions, async (options, signal, say) => {
  process.stdout.write(`${await benchEvents(options, signal, say)}\n`);
  return true;
});
