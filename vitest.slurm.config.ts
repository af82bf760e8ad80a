import { defineConfig } from 'vitest/config';

// Slurm itself, a cluster of one node that the tests start: minutes, as root, and only where it is installed (npm run install:codes).
export default defineConfig({
  test: { include: ['test/slurm/**/*.test.ts'], testTimeout: 240_000, hookTimeout: 60_000, maxWorkers: 1 },
});
