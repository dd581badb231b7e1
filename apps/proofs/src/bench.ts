import { readOptions } from './bench/options.ts';
import { isGood, reportText } from './bench/report.ts';
import { runBench } from './bench/run.ts';
import { runProof } from './proof.ts';

await runProof(readOptions, async (options, signal, say) => {
  const report = await runBench(options, signal, say);
  process.stdout.write(`${reportText(report)}\n`);
  return isGood(report);
});
