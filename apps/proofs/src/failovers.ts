import { randomInt } from 'node:crypto';
import { repository } from './bench/against.ts';
import { buildGateway } from './bench/gateways.ts';
import { isGood } from './chaos/report.ts';
import { readOptions } from './failovers/options.ts';
import { reportText, runFailovers } from './failovers/run.ts';
import { runProof } from './proof.ts';

await runProof(
  (words) => readOptions(words, () => randomInt(2 ** 32)),
  async (options, signal, say) => {
    say(`${options.rounds} failovers, ${options.mode}, seed ${options.seed}`);
    const report = await runFailovers(options, await buildGateway(repository), signal, say);
    process.stdout.write(`${reportText(report)}\n`);
    return isGood(report);
  },
);
