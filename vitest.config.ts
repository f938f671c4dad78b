import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'tests/**/*.test.ts'],
    // No test has a time limit: machines are noisy. A test that hangs is stopped by whoever runs the suite.
    testTimeout: 0,
    hookTimeout: 0,
    pool: 'forks',
    maxWorkers: 2,
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'node_modules/.vitest-result.json' }]] : ['default'],
  },
})
