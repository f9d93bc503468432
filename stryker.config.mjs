// One run of Stryker for one group of sources. `npm run mutation` (scripts/mutation.mjs) runs them all and checks the score.
import { groupOf } from './scripts/mutation/groups.ts'

// Whoever only reads this file, as knip does, names no group.
const name = process.env.MUTATION_GROUP ?? 'rules'

export default {
  mutate: groupOf(name).mutate,
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  coverageAnalysis: 'perTest',
  // What runs only while a module is loaded (tables, patterns) would need a load of its own for each mutant, and every test.
  ignoreStatic: true,
  incremental: true,
  incrementalFile: `reports/mutation/${name}.incremental.json`,
  reporters: ['progress-append-only', 'json'],
  jsonReporter: { fileName: `reports/mutation/${name}.json` },
  timeoutMS: 8_000,
  timeoutFactor: 4,
  concurrency: 2,
  ignorePatterns: [
    '/benchmarks',
    '/examples',
    '/docs',
    '/packages/express-adapter',
    '/packages/fastify-adapter',
    '/packages/redis-adapter',
    'dist',
    'coverage',
    'reports',
  ],
  tempDirName: '.stryker-tmp',
}
