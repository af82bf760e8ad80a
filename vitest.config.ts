import { defineConfig } from 'vitest/config';

// The default suite: everything a bare machine can run in minutes. Slow suites have their own configuration.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/faults/**', 'test/bench/**', 'test/codes/**', 'test/slurm/**'],
    globalSetup: ['test/support/provideServer.ts', 'test/support/provideCode.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
});
