import { randomInt } from 'node:crypto';
import { readOptions } from './events/options.ts';
import { isGood, reportText } from './events/report.ts';
import { runEvents } from './events/run.ts';
import { runProof } from './proof.ts';

await runProof(
  (words) => readOptions(words, () => randomInt(2 ** 32)),
  async (options, signal, say) => {
    const report = await runEvents(options, signal, say);
    process.stdout.write(`${reportText(report)}\n`);
    return isGood(report);
  },
);
