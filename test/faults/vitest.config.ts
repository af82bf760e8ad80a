import { defineConfig } from 'vitest/config';

/** Faults in real processes: one case at a time, since what is measured is time and the machine is loaded as it is. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    globalSetup: ['test/faults/undisturbed.ts'],
    testTimeout: 240_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    bail: process.env['FAULTS_BAIL'] ? 1 : 0,
    reporters: ['verbose'],
  },
});
