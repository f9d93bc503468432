import { defineConfig } from 'vitest/config'

const resolve = { conditions: ['@ssr-cache/source'] }
const ssr = { resolve: { conditions: ['@ssr-cache/source'], externalConditions: ['@ssr-cache/source'] } }

export default defineConfig({
  test: {
    reporters: ['default', './test-utils/plain-reporter.ts'],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      reporter: ['text', 'json-summary'],
      thresholds: { lines: 90, functions: 90, branches: 85, statements: 90, perFile: false },
    },
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts'],
          exclude: ['**/*.redis.test.ts'],
          typecheck: {
            enabled: true,
            checker: 'tsc',
            tsconfig: './tsconfig.json',
            include: ['packages/*/test/**/*.test-d.ts'],
          },
          benchmark: { include: ['packages/*/bench/**/*.bench.ts'] },
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'redis',
          include: ['packages/*/test/**/*.redis.test.ts'],
          globalSetup: ['./test-utils/redis.global.ts'],
          benchmark: { include: [] },
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: { name: 'browser', include: ['e2e/**/*.e2e.ts'], testTimeout: 60_000, benchmark: { include: [] } },
      },
    ],
  },
})
