import { benchSync, readOptions } from './bench/sync.ts';
import { runProof } from './proof.ts';

await runProof(readOptions, async (options, signal, say) => {
  process.stdout.write(`${await benchSync(options, signal, say)}\n`);
  return true;
});
