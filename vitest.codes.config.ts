import { defineConfig } from 'vitest/config';

// The reference codes themselves, their failures provoked: minutes, and only where they are installed (npm run install:codes).
export default defineConfig({
  test: { include: ['test/codes/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 300_000, maxWorkers: 1 },
});
