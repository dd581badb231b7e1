import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Gateways and command lines that tests start load the same modules each time: Node keeps what it has compiled.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('.data/compile-cache', import.meta.url));

/** Files whose clock runs ahead. Ids never go back in time within a process, so these have modules of their own. */
const ownClock = [
  'packages/contract/operations.test.ts',
  'packages/core/id.test.ts',
  'apps/gateway/test/another-provider.test.ts',
  'apps/gateway/test/callback-work.test.ts',
  'apps/gateway/test/card-life.test.ts',
  'apps/gateway/test/clock-ahead.test.ts',
  'apps/gateway/test/guess-limits.test.ts',
  'apps/gateway/test/known-pages.test.ts',
  'apps/gateway/test/recovery.test.ts',
  'apps/gateway/test/retention.test.ts',
  'apps/gateway/test/sms-limits.test.ts',
  'apps/gateway/test/syncs.test.ts',
  'apps/gateway/test/upkeep.test.ts',
];

/** Files that take long, the longest first. */
const long = [
  'apps/proofs/test/chaos.test.ts',
  'apps/proofs/test/bench.test.ts',
  'apps/proofs/test/failovers.test.ts',
  'apps/gateway/test/reconciliation.test.ts',
  'apps/gateway/test/crash.test.ts',
  'apps/gateway/test/outage.test.ts',
  'apps/proofs/test/events.test.ts',
  'apps/gateway/test/portal.test.ts',
  'apps/proofs/test/outages.test.ts',
  'apps/gateway/test/deliveries-changed.test.ts',
  'apps/gateway/test/feed.test.ts',
  'apps/gateway/test/drain.test.ts',
  'apps/gateway/test/guess-kills.test.ts',
  'apps/gateway/test/queue.test.ts',
  'apps/gateway/test/leaks-faults.test.ts',
  'apps/gateway/test/standby.test.ts',
  'apps/proofs/test/races.test.ts',
  'apps/gateway/test/client-package.test.ts',
  'apps/gateway/test/problems.test.ts',
  'apps/gateway/test/unknown.test.ts',
  'examples/new-provider.test.ts',
  'packages/adapter-keysecure/conformance.test.ts',
];
const placeOf = ({ moduleId }: TestSpecification): number => long.findIndex((path) => moduleId.endsWith(path));
const filesBetween = 5;

/** Spreads the long files of each project: few compete for the cores at once, and none begins when all others are done. */
class SpreadLongFiles extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const spread: TestSpecification[] = [];
    for (const ofProject of Map.groupBy(await super.sort(files), ({ project }) => project.name).values()) {
      const rest = ofProject.filter((file) => placeOf(file) === -1);
      const taking = ofProject
        .filter((file) => placeOf(file) !== -1)
        .toSorted((one, other) => placeOf(one) - placeOf(other));
      for (const file of taking) spread.push(file, ...rest.splice(0, filesBetween));
      spread.push(...rest);
    }
    return spread;
  }
}

const common = {
  exclude: ['**/node_modules/**'],
  // Nothing waits for these but what hangs: the machine may be busy.
  testTimeout: 60_000,
  hookTimeout: 120_000,
};

/** Loading the modules and warming them up costs a second each time: the files that a worker runs share them. */
const shared = {
  ...common,
  isolate: false,
  setupFiles: ['packages/core/testing/clock-stayed.ts'],
};

export default defineConfig({
  test: {
    // Most tests wait for sockets rather than compute: more workers than cores keep both cores busy.
    maxWorkers: 4,
    sequence: { sequencer: SpreadLongFiles },
    reporters: ['default', ['json', { outputFile: '.data/test-report.json' }]],
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: [
            'packages/**/*.test.ts',
            'apps/sandbox/**/*.test.ts',
            'apps/local/**/*.test.ts',
            'examples/*.test.ts',
            'examples/harbour-whole/*.test.ts',
          ],
          exclude: [...common.exclude, ...ownClock],
        },
      },
      {
        test: {
          ...shared,
          name: 'postgres',
          include: ['prisma/**/*.test.ts', 'apps/gateway/**/*.test.ts', 'apps/proofs/**/*.test.ts'],
          exclude: [...common.exclude, ...ownClock],
          globalSetup: ['apps/gateway/test/setup/postgres.ts'],
        },
      },
      {
        test: {
          ...common,
          name: 'own clock',
          include: ownClock,
          globalSetup: ['apps/gateway/test/setup/postgres.ts'],
        },
      },
    ],
  },
});
