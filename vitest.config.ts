import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Most tests wait for sockets rather than compute: more workers than cores keep both cores busy.
    maxWorkers: 3,
    reporters: ['default', ['json', { outputFile: '.data/test-report.json' }]],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/**/*.test.ts', 'apps/sandbox/**/*.test.ts', 'apps/local/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
        },
      },
      {
        test: {
          name: 'postgres',
          include: ['prisma/**/*.test.ts', 'apps/gateway/**/*.test.ts', 'apps/proofs/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          globalSetup: ['apps/gateway/test/setup/postgres.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
