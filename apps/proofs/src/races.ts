import { repository } from './bench/against.ts';
import { buildGateway } from './bench/gateways.ts';
import { runProof } from './proof.ts';
import { readOptions } from './races/options.ts';
import { isGood, reportText, runRaces } from './races/run.ts';

await runProof(readOptions, async (options, signal, say) => {
  const report = await runRaces(options, await buildGateway(repository), signal, say);
  process.stdout.write(`${reportText(report)}\n`);
  return isGood(report);
});
