import { randomInt } from 'node:crypto';
import { repository } from './bench/against.ts';
import { buildGateway } from './bench/gateways.ts';
import { readOptions } from './outages/options.ts';
import { isGood, reportText } from './outages/report.ts';
import { runOutages } from './outages/run.ts';
import { runProof } from './proof.ts';

await runProof(
  (words) => readOptions(words, () => randomInt(2 ** 32)),
  async (options, signal, say) => {
    say(`${options.kinds.length} kinds of outages, ${options.seconds} s each, seed ${options.seed}`);
    const report = await runOutages(options, await buildGateway(repository), signal, say);
    process.stdout.write(`${reportText(report)}\n`);
    return isGood(report);
  },
);
