import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Gateways and command lines that tests start load the same modules each time: Node keeps what it has compiled.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('.data/compile-cache', import.meta.url));

const common = {
  // Loading the modules and warming them up costs a second each time: the files that a worker runs share them.
  isolate: false,
  setupFiles: ['packages/core/testing/own-ids.ts'],
  exclude: ['**/node_modules/**'],
  // Nothing waits for these but what hangs: the machine may be busy.
  testTimeout: 60_000,
  hookTimeout: 120_000,
};

export default defineConfig({
  test: {
    // Most tests wait for sockets rather than compute: more workers than cores keep both cores busy.
    maxWorkers: 3,
    reporters: ['default', ['json', { outputFile: '.data/test-report.json' }]],
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          include: [
            'packages/**/*.test.ts',
            'apps/sandbox/**/*.test.ts',
            'apps/local/**/*.test.ts',
            'examples/*.test.ts',
            'examples/harbour-whole/*.test.ts',
          ],
        },
      },
      {
        test: {
          ...common,
          name: 'postgres',
          include: ['prisma/**/*.test.ts', 'apps/gateway/**/*.test.ts', 'apps/proofs/**/*.test.ts'],
          globalSetup: ['apps/gateway/test/setup/postgres.ts'],
        },
      },
    ],
  },
});
