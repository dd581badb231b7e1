import { randomInt } from 'node:crypto';
import { repository } from './bench/against.ts';
import { buildGateway } from './bench/gateways.ts';
import { readOptions } from './chaos/options.ts';
import { isGood, reportText } from './chaos/report.ts';
import { runChaos } from './chaos/run.ts';
import { runProof } from './proof.ts';

await runProof(
  (words) => readOptions(words, () => randomInt(2 ** 32)),
  async (options, signal, say) => {
    say(`chaos for ${options.minutes} min, seed ${options.seed}`);
    const report = await runChaos(options, await buildGateway(repository), signal, say);
    process.stdout.write(`${reportText(report)}\n`);
    return isGood(report);
  },
);
