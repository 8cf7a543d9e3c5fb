import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'spec/**/*.test.ts', 'property-tests/**/*.test.ts'],
    setupFiles: ['property-tests/seed.ts'],
    // Safety nets only, because a slow machine is no defect; below the deadlines that stand for "longer than any test".
    testTimeout: 540_000,
    hookTimeout: 540_000,
    maxWorkers: 2,
  },
});
