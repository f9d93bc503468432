import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test-utils/longest-first.ts'

// Workspace packages resolve to their sources, in what Vite transforms and in what it leaves to Node.
const sources = {
  resolve: { conditions: ['@ssr-cache/source'] },
  ssr: { resolve: { conditions: ['@ssr-cache/source'], externalConditions: ['@ssr-cache/source'] } },
}

// Workers, and the hundreds of programs that the tests start, find what was compiled before: half of what it takes to start one.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/node-compile', import.meta.url))

// One entry per package: a well-covered package must not pay for another.
const coverageByPackage = Object.fromEntries(
  readdirSync('packages').map((name) => [`packages/${name}/src/**`, { lines: 95, branches: 90 }]),
)

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './test-utils/plain-reporter.ts'],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      reporter: [['text', { skipFull: true }], 'json-summary'],
      thresholds: coverageByPackage,
    },
    projects: [
      {
        ...sources,
        test: {
          name: 'unit',
          include: [
            'packages/*/test/**/*.test.ts',
            'examples/*/test/**/*.test.{ts,tsx}',
            'scripts/test/**/*.test.ts',
            'benchmarks/test/**/*.test.ts',
          ],
          // One more than there are cores: there is always a file that waits for a process, a Redis or a time limit.
          maxWorkers: availableParallelism() + 1,
          // Loading anew what each of two hundred files imports takes longer than most of their tests. What a file changes of the process, it puts back.
          isolate: false,
          // Properties run hundreds of cases, and a shared two-core machine runs them slowly: what takes five seconds alone took seventy beside ten other programs.
          testTimeout: 120_000,
          // Hooks start real servers, which have 30 s of their own.
          hookTimeout: 60_000,
          typecheck: {
            enabled: true,
            checker: 'tsc',
            // All other files are `npm run typecheck`'s.
            tsconfig: './tsconfig.type-tests.json',
            include: ['packages/*/test/**/*.test-d.ts'],
          },
        },
      },
      {
        ...sources,
        test: {
          name: 'browser',
          include: ['examples/*/e2e/**/*.e2e.ts'],
          // After the unit tests: a browser, a shop and its API want the cores for themselves.
          sequence: { groupOrder: 1 },
          maxWorkers: 1,
          expect: { poll: { timeout: 20_000 } },
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
