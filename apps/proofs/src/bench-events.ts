import { benchEvents, readOptions } from './bench/events.ts';
import { benchWaiting } from './bench/waiting.ts';
import { runProof } from './proof.ts';

await runProof(readOptions, async (options, signal, say) => {
  const bench = options.waiting > 0 ? benchWaiting : benchEvents;
  process.stdout.write(`${await bench(options, signal, say)}\n`);
  return true;
});
