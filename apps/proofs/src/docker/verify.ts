import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clones } from './clones.ts';
import { build, changedLine, contents } from './image.ts';
import { type Installation, openInstallation } from './installation.ts';
import { checkKept, makeKept } from './kept.ts';
import { overrideFile, realProviders, writeOverride } from './real-providers.ts';
import type { Report } from './report.ts';
import { limits, nineCalls, start, terminate, twoGateways } from './steps.ts';
import { readTour } from '../tour.ts';

/** Tag of the images built for verification. */
export const tag = 'verify';

/** Does everything that the README says about Docker, and removes it again. @throws if something differs */
export async function verify(clones: Clones, port: number, { step }: Report): Promise<void> {
  const tour = readTour(await readFile(join(clones.current, 'README.md'), 'utf8'));
  const common = { folder: clones.current, project: 'card-gateway-verify', port, tag };

  await installed({ ...common, gateways: 1 }, async (installation) => {
    let key = '';
    await step('build', () => build(installation));
    await step('what is in the image', () => contents(installation));
    await step('start, and an API key', async () => {
      key = await start(installation, tour);
      return 'healthy, as the README has it';
    });
    await step('the nine calls', () => nineCalls(installation, tour, key));
    await step('a changed source line', () => changedLine(installation));
    await step('role and memory', () => limits(installation));
    const kept = await makeKept(installation);
    await step('restart', async () => {
      // Not the services that run once: Compose would not wait for the database that they need.
      await installation.compose('restart', 'postgres', 'sandbox', 'gateway');
      await installation.up();
      return checkKept(installation, kept);
    });
    await step('down and up', async () => {
      await installation.compose('down');
      await installation.up();
      return checkKept(installation, kept);
    });
    await step('SIGTERM', () => terminate(installation, kept));
  });

  await installed({ ...common, gateways: 2 }, async (installation) => {
    await step('two gateways', () => twoGateways(installation));
  });

  await writeOverride(clones.current);
  const real = { ...common, project: 'card-gateway-verify-real', gateways: 1, override: overrideFile };
  await installed(real, async (installation) => {
    await step('real providers', () => realProviders(installation));
  });

  const upgraded = { ...common, project: 'card-gateway-verify-upgrade', gateways: 1 };
  await installed({ ...upgraded, folder: clones.previous }, async (previous) => {
    await step('build and start the previous', async () => {
      await previous.up('--build');
      return clones.names.previous;
    });
    const kept = await makeKept(previous);
    await step('upgrade', async () => {
      const current = await openInstallation(upgraded);
      await current.up();
      await current.compose('exec', '-T', 'gateway', 'gateway', 'sealing', 'status');
      return checkKept(current, kept);
    });
  });
}

async function installed(
  options: Parameters<typeof openInstallation>[0],
  work: (installation: Installation) => Promise<void>,
): Promise<void> {
  const installation = await openInstallation(options);
  try {
    await work(installation);
  } catch (error) {
    const logs = await installation.compose('logs', '--tail', '30').catch(String);
    throw new Error(`${(error as Error).message}\n\nThe logs:\n${logs}`, { cause: error });
  } finally {
    await installation.remove();
  }
}
