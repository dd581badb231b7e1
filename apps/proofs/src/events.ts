import { randomInt } from 'node:crypto';
import { repository } from './bench/against.ts';
import { buildGateway } from './bench/gateways.ts';
import { readDestinationOptions } from './events/destination-options.ts';
import { destinationsText, isGood as isDelivered, runDestinations } from './events/destinations.ts';
import { readOptions } from './events/options.ts';
import { isGood, reportText } from './events/report.ts';
import { runEvents } from './events/run.ts';
import { runProof } from './proof.ts';

if (process.argv.includes('--destinations')) {
  await runProof(readDestinationOptions, async (options, signal, say) => {
    const report = await runDestinations(options, await buildGateway(repository), signal, say);
    process.stdout.write(`${destinationsText(report)}\n`);
    return isDelivered(report);
  });
} else {
  await runProof(
    (words) => readOptions(words, () => randomInt(2 ** 32)),
    async (options, signal, say) => {
      const report = await runEvents(options, await buildGateway(repository), signal, say);
      process.stdout.write(`${reportText(report)}\n`);
      return isGood(report);
    },
  );
}
